using System.Diagnostics;
using System.Globalization;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>
/// Keys with a time to live, and a list of moments. Whatever the clocks of the nodes do, the cluster's time never goes back, and
/// a key that has expired does not return. While all clocks agree, none expires early.
/// </summary>
internal sealed class TimeWorkload(string prefix, Journal journal, Tally tally, bool clocksAgree) : Workload("times", journal, tally)
{
    private const string Stamp = "local now = redis.call('TIME') redis.call('RPUSH', KEYS[1], now[1] * 1000 + math.floor(now[2] / 1000)) return 1";
    private const int KeysLookedAt = 20;

    /// <summary>The cluster counts whole milliseconds.</summary>
    private const int Rounding = 2;

    private readonly Lock _lock = new();
    private readonly List<ShortLived> _keys = [];
    private readonly string _moments = $"{prefix}moments";
    private int _lastKey;

    public override async Task StepAsync(ChaosClient client)
    {
        switch (client.Random.Next(4))
        {
            case 0:
                await AskAsync(client, true, "EVAL", Stamp, "1", _moments);
                break;
            case 1:
                await SetAsync(client);
                break;
            default:
                await ReadAsync(client);
                break;
        }
    }

    public override async Task FinishAsync(ChaosCluster cluster)
    {
        long[] moments = [.. (await AskLeaderAsync(cluster, "LRANGE", _moments, "0", "-1")).Elements.Select(moment => long.Parse(moment.AsString, CultureInfo.InvariantCulture))];
        for (int i = 1; i < moments.Length; i++)
        {
            if (moments[i] < moments[i - 1])
                Saw("time that went back", $"{_moments} has {moments[i]} behind {moments[i - 1]}");
        }
    }

    protected override IEnumerable<Anomaly> CheckHistory() => [];

    private async Task SetAsync(ChaosClient client)
    {
        int lifetime = client.Random.Next(100, 2000);
        ShortLived key = new($"{prefix}short:{Interlocked.Increment(ref _lastKey)}", lifetime, Journal.Now);
        Answer answer = await AskAsync(client, true, "SET", key.Name, "1", "PX", $"{lifetime}");
        if (answer.Fate != Fate.Done)
            return;
        lock (_lock)
            _keys.Add(key);
    }

    private async Task ReadAsync(ChaosClient client)
    {
        ShortLived key;
        long gone;
        lock (_lock)
        {
            if (_keys.Count == 0)
                return;
            key = _keys[^client.Random.Next(1, Math.Min(_keys.Count, KeysLookedAt) + 1)];
            gone = key.GoneAt;
        }

        Answer answer = await AskAsync(client, false, "EXISTS", key.Name);
        if (answer.Fate != Fate.Done)
            return;
        long returned = Journal.Now;
        if (answer.Text == ":1")
        {
            if (gone > 0)
                Saw("key that returned", $"{key.Name} was there after it had expired");
            return;
        }

        if (clocksAgree && Stopwatch.GetElapsedTime(key.SetAt, returned).TotalMilliseconds < key.Lifetime - Rounding)
            Saw("early expiry", $"{key.Name} was gone before the {key.Lifetime} ms of its life were over");
        lock (_lock)
            key.GoneAt = returned;
    }

    private sealed class ShortLived(string name, int lifetime, long setAt)
    {
        public string Name => name;

        public int Lifetime => lifetime;

        public long SetAt => setAt;

        /// <summary>When somebody saw that it had expired; 0 before.</summary>
        public long GoneAt { get; set; }
    }
}
