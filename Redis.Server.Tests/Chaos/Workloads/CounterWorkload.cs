using System.Globalization;
using Raft.Core.Tests.Checkers.Linearizability;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>Counters: each linearizable, and one that all clients count on from beginning to end.</summary>
internal sealed class CounterWorkload(string prefix, Journal journal, Tally tally) : Workload("counters", journal, tally)
{
    private const string Increment = "return redis.call('INCRBY', KEYS[1], ARGV[1])";

    private readonly Lock _lock = new();
    private readonly OperationHistory<CounterCall> _history = new();
    private readonly KeyPool _keys = new($"{prefix}counter:", size: 3, uses: 50, losses: 3);
    private readonly string _total = $"{prefix}total";
    private readonly HashSet<long> _totals = [];
    private int _maybeCounted;
    private long? _final;

    public override async Task StepAsync(ChaosClient client)
    {
        if (client.Random.Next(3) == 0)
        {
            await CountAsync(client);
            return;
        }

        string key = _keys.Draw(client.Random);
        int add = client.Random.Next(1, 10);
        Request plain = new("INCRBY", key, $"{add}");
        await (client.Random.Next(4) switch
        {
            0 => NoteAsync(client, key, 0, reply => reply, new Request("GET", key)),
            1 => NoteAsync(client, key, add, reply => reply, plain),
            2 => NoteAsync(client, key, add, reply => reply.Elements[0], new Request("MULTI"), plain, new Request("EXEC")),
            _ => NoteAsync(client, key, add, reply => reply, new Request("EVAL", Increment, "1", key, $"{add}")),
        });
    }

    public override async Task FinishAsync(ChaosCluster cluster) => _final = Number(await AskLeaderAsync(cluster, "GET", _total));

    protected override IEnumerable<Anomaly> CheckHistory()
    {
        if (_history.FindViolation(new CounterModel()) is { } violation)
            yield return new Anomaly("not linearizable", violation);
        if (_final < _totals.Count)
            yield return new Anomaly("lost update", $"{_total} is {_final}, after {_totals.Count} increments were acknowledged");
        if (_final > _totals.Count + _maybeCounted)
            yield return new Anomaly("update that came twice", $"{_total} is {_final}, after {_totals.Count} increments were acknowledged and {_maybeCounted} lost");
    }

    private async Task CountAsync(ChaosClient client)
    {
        Answer answer = await AskAsync(client, true, "INCR", _total);
        lock (_lock)
        {
            if (answer.Fate == Fate.Done && !_totals.Add(Number(answer.Last)))
                Saw("update that came twice", $"two increments of {_total} were answered with {answer.Text}");
            _maybeCounted += answer.Fate == Fate.Unknown ? 1 : 0;
        }
    }

    private async Task NoteAsync(ChaosClient client, string key, int add, Func<Reply, Reply> sum, params Request[] requests)
    {
        long invoked = Journal.Now;
        Answer answer = await AskUnwatchedAsync(client, add > 0, requests);
        if (answer.Fate == Fate.Done)
        {
            _history.Answered(key, invoked, new CounterCall(add, Number(sum(answer.Last))));
        }
        else if (answer.Fate == Fate.Unknown && add > 0)
        {
            _keys.Lose(key);
            _history.Lost(key, invoked, new CounterCall(add, 0));
        }
    }

    private static long Number(Reply reply) => reply.IsNull ? 0 : long.Parse(reply.AsString, CultureInfo.InvariantCulture);
}
