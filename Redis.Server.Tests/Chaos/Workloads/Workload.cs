using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>What clients do to keys of their own, and how to tell that they were treated well. Steps run on many clients at once.</summary>
internal abstract class Workload(string name, Journal journal, Tally tally)
{
    private readonly Lock _lock = new();
    private readonly List<Anomaly> _seen = [];

    public string Name => name;

    /// <summary>One operation of one client.</summary>
    public abstract Task StepAsync(ChaosClient client);

    /// <summary>The faults are over and the clients have stopped: reads what is there in the end.</summary>
    public virtual Task FinishAsync(ChaosCluster cluster) => Task.CompletedTask;

    /// <summary>Everything that was wrong.</summary>
    public IEnumerable<Anomaly> Check()
    {
        lock (_lock)
            return [.. _seen, .. CheckHistory()];
    }

    protected abstract IEnumerable<Anomaly> CheckHistory();

    protected void Saw(string anomaly, string explanation)
    {
        lock (_lock)
            _seen.Add(new Anomaly(anomaly, explanation));
    }

    /// <summary>Sends requests and notes what became of them.</summary>
    protected async Task<Answer> AskAsync(ChaosClient client, bool isWrite, params Request[] requests)
    {
        long invoked = Journal.Now;
        string text = string.Join(" ; ", requests.Select(request => request.ToString()));
        Answer answer;
        try
        {
            answer = await client.AskAsync(requests);
        }
        catch (UnexpectedErrorException error)
        {
            Saw("unexpected error", $"{text} was answered with: {error.Message}");
            answer = Answer.Lost;
        }

        tally.Count(name, answer.Fate, isWrite);
        journal.Request(invoked, client.Name, answer.Fate, $"{text} -> {answer.Text}");
        return answer;
    }

    /// <summary>The same for a transaction without WATCH, which nothing can abort.</summary>
    protected async Task<Answer> AskUnwatchedAsync(ChaosClient client, bool isWrite, params Request[] requests)
    {
        Answer answer = await AskAsync(client, isWrite, requests);
        if (answer.Fate != Fate.Done || requests[^1].Name != "exec" || !answer.Last.IsNull)
            return answer;
        Saw("transaction aborted for nothing", $"{string.Join(" ; ", requests.Select(request => request.ToString()))} was answered with null, and nothing was watched");
        return Answer.NotSent;
    }

    protected Task<Answer> AskAsync(ChaosClient client, bool isWrite, params string[] words) => AskAsync(client, isWrite, new Request(words));

    /// <summary>A command of the check at the end, until it is answered.</summary>
    protected static async Task<Reply> AskLeaderAsync(ChaosCluster cluster, params string[] words) =>
        await Cluster.Eventually.GetAsync($"an answer to {string.Join(' ', words.Take(4))}", async () =>
        {
            ChaosNode leader = await cluster.LeaderAsync();
            using Cluster.TestClient client = await leader.Server.ConnectAsync();
            Reply reply = await client.CallAsync(words);
            return reply.Kind == '-' ? null : reply;
        });
}
