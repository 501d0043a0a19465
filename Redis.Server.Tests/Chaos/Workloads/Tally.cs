using System.Diagnostics;

namespace Redis.Server.Tests.Chaos.Workloads;

/// <summary>Counts what clients got, and how long nobody got anything. Any thread.</summary>
internal sealed class Tally
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Fate, long> _byFate = [];
    private readonly SortedDictionary<string, long> _byWorkload = new(StringComparer.Ordinal);
    private long _lastDone = Journal.Now;

    public long Operations => Of(Fate.Done) + Of(Fate.Failed) + Of(Fate.Unknown);

    /// <summary>The longest time in which no write of any client was acknowledged.</summary>
    public TimeSpan LongestSilence { get; private set; }

    public string LongestSilenceDuring { get; private set; } = "";

    /// <summary>What goes wrong at the moment.</summary>
    public string Fault { get; set; } = "";

    public IReadOnlyDictionary<string, long> ByWorkload => _byWorkload;

    public long Of(Fate fate)
    {
        lock (_lock)
            return _byFate.GetValueOrDefault(fate);
    }

    /// <summary>Clients begin now.</summary>
    public void Begin()
    {
        lock (_lock)
            _lastDone = Journal.Now;
    }

    public void Count(string workload, Fate fate, bool isWrite)
    {
        lock (_lock)
        {
            _byFate[fate] = _byFate.GetValueOrDefault(fate) + 1;
            _byWorkload[workload] = _byWorkload.GetValueOrDefault(workload) + 1;
            if (!isWrite || fate != Fate.Done)
                return;
            long now = Journal.Now;
            TimeSpan silence = Stopwatch.GetElapsedTime(_lastDone, now);
            if (silence > LongestSilence)
                (LongestSilence, LongestSilenceDuring) = (silence, Fault);
            _lastDone = now;
        }
    }
}
