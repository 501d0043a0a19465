using System.Globalization;
using Redis.Server.Tests.Chaos.ListAppend;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>Transactions append to lists and read them: alone, in MULTI, in scripts. Together they are strictly serializable.</summary>
internal sealed class ListAppendWorkload(string prefix, Journal journal, Tally tally) : Workload("lists", journal, tally)
{
    private const int MostSteps = 4;

    /// <summary>An argument a key: empty to read the list, else what to append.</summary>
    private const string Script = "local out = {} for i, key in ipairs(KEYS) do if ARGV[i] == '' then out[i] = redis.call('LRANGE', key, 0, -1) else out[i] = redis.call('RPUSH', key, ARGV[i]) end end return out";

    private readonly Lock _lock = new();
    private readonly List<ListTransaction> _history = [];
    private readonly KeyPool _keys = new($"{prefix}list:", size: 4, uses: 90);
    private int _lastValue;

    public override async Task StepAsync(ChaosClient client)
    {
        Random random = client.Random;
        int count = random.Next(3) == 0 ? 1 : random.Next(2, MostSteps + 1);
        ListStep[] asked = [.. Enumerable.Range(0, count).Select(_ => new ListStep(_keys.Draw(random), random.Next(2) == 0 ? 0 : Interlocked.Increment(ref _lastValue)))];
        bool isScript = count > 1 && random.Next(3) == 0;
        Request[] requests = count == 1 ? [Plain(asked[0])]
            : isScript ? [new Request(["EVAL", Script, $"{count}", .. asked.Select(step => step.Key), .. asked.Select(step => step.IsAppend ? $"{step.Append}" : "")])]
            : [new Request("MULTI"), .. asked.Select(Plain), new Request("EXEC")];

        long invoked = Journal.Now;
        Answer answer = await AskUnwatchedAsync(client, asked.Any(step => step.IsAppend), requests);
        long returned = answer.Fate == Fate.Unknown ? long.MaxValue : Journal.Now;
        Note(invoked, returned, answer.Fate, answer.Fate != Fate.Done ? asked : [.. asked.Zip(count == 1 ? [answer.Last] : answer.Last.Elements, Answered)]);
    }

    public override async Task FinishAsync(ChaosCluster cluster)
    {
        foreach (string key in _keys.All)
        {
            long invoked = Journal.Now;
            Reply list = await AskLeaderAsync(cluster, "LRANGE", key, "0", "-1");
            Note(invoked, Journal.Now, Fate.Done, [Answered(new ListStep(key, 0), list)]);
        }
    }

    protected override IEnumerable<Anomaly> CheckHistory()
    {
        lock (_lock)
            return ListAppendChecker.Check(_history);
    }

    private void Note(long invoked, long returned, Fate fate, ListStep[] steps)
    {
        lock (_lock)
            _history.Add(new ListTransaction(_history.Count + 1, invoked, returned, fate, steps));
    }

    private static Request Plain(ListStep step) => step.IsAppend
        ? new Request("RPUSH", step.Key, $"{step.Append}")
        : new Request("LRANGE", step.Key, "0", "-1");

    private static ListStep Answered(ListStep step, Reply reply) => step.IsAppend
        ? step with { Length = long.Parse(reply.AsString, CultureInfo.InvariantCulture) }
        : step with { Read = [.. reply.Elements.Select(value => int.Parse(value.AsString, CultureInfo.InvariantCulture))] };
}
