using Raft.Core.Tests.Checkers.Linearizability;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>Values are read, set and exchanged: by plain commands, by a script, and by WATCH with MULTI. Every key is linearizable.</summary>
internal sealed class RegisterWorkload(string prefix, Journal journal, Tally tally) : Workload("registers", journal, tally)
{
    private const string Exchange = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2]) return 1 else return 0 end";

    private readonly OperationHistory<RegisterCall> _history = new();
    private readonly KeyPool _keys = new($"{prefix}register:", size: 3, uses: 50, losses: 3);
    private int _lastValue;

    public override async Task StepAsync(ChaosClient client)
    {
        string key = _keys.Draw(client.Random);
        string value = $"{Interlocked.Increment(ref _lastValue)}";
        switch (client.Random.Next(10))
        {
            case < 4:
                await ReadAsync(client, key);
                break;
            case < 7:
                await NoteAsync(client, key, new RegisterCall(RegisterVerb.Write, value), _ => true, new Request("SET", key, value));
                break;
            case 7:
                await NoteAsync(client, key, new RegisterCall(RegisterVerb.CompareAndSet, value), reply => !reply.IsNull, new Request("SET", key, value, "NX"));
                break;
            case 8:
                string expected = $"{Math.Max(1, _lastValue - client.Random.Next(1, 6))}";
                await NoteAsync(client, key, new RegisterCall(RegisterVerb.CompareAndSet, value, expected), reply => reply.AsString == "1", new Request("EVAL", Exchange, "1", key, expected, value));
                break;
            default:
                await ExchangeWatchedAsync(client, key, value);
                break;
        }
    }

    protected override IEnumerable<Anomaly> CheckHistory()
    {
        if (_history.FindViolation(new RegisterModel()) is { } violation)
            yield return new Anomaly("not linearizable", violation);
    }

    private async Task<Answer> ReadAsync(ChaosClient client, string key)
    {
        long invoked = Journal.Now;
        Answer answer = await AskAsync(client, false, "GET", key);
        if (answer.Fate == Fate.Done)
            _history.Answered(key, invoked, new RegisterCall(RegisterVerb.Read, Text(answer.Last)));
        return answer;
    }

    private async Task NoteAsync(ChaosClient client, string key, RegisterCall call, Func<Reply, bool> succeeded, params Request[] requests)
    {
        long invoked = Journal.Now;
        Answer answer = await AskAsync(client, true, requests);
        if (answer.Fate == Fate.Done)
        {
            _history.Answered(key, invoked, call with { Succeeded = succeeded(answer.Last) });
        }
        else if (answer.Fate == Fate.Unknown)
        {
            _keys.Lose(key);
            _history.Lost(key, invoked, call);
        }
    }

    /// <summary>EXEC succeeds only while the value is the one that was read behind WATCH.</summary>
    private async Task ExchangeWatchedAsync(ChaosClient client, string key, string value)
    {
        Answer watched = await AskAsync(client, false, new Request("WATCH", key), new Request("GET", key));
        if (watched.Fate != Fate.Done || watched.Replies[0].Kind == '-')
        {
            client.Leave(); // it may watch, and the next transaction of this connection is not to depend on it
            return;
        }

        client.Stay();
        long invoked = Journal.Now;
        Answer executed = await AskAsync(client, true, new Request("MULTI"), new Request("SET", key, value), new Request("EXEC"));
        RegisterCall call = new(RegisterVerb.CompareAndSet, value, Text(watched.Last));
        if (executed.Fate == Fate.Unknown)
        {
            _keys.Lose(key);
            _history.Lost(key, invoked, call);
        }
        else if (executed.Fate == Fate.Done && !executed.Last.IsNull)
        {
            _history.Answered(key, invoked, call);
        }
    }

    private static string? Text(Reply reply) => reply.IsNull ? null : reply.AsString;
}
