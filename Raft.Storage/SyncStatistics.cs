using System.Diagnostics;

namespace Raft.Storage;

/// <summary>How often the log was synced and how long that took. Counted by the syncer, read by anyone.</summary>
public sealed class SyncStatistics
{
    private long _count;
    private long _totalTicks;
    private long _maxTicks;
    private long _lastTicks;
    private long _running;

    /// <summary>Number of syncs of the log file.</summary>
    public long FsyncCount => Volatile.Read(ref _count);

    /// <summary>Time that all syncs took.</summary>
    public TimeSpan FsyncTotal => new(Volatile.Read(ref _totalTicks));

    /// <summary>Longest sync.</summary>
    public long FsyncMaxMicroseconds => Volatile.Read(ref _maxTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The latest sync.</summary>
    public TimeSpan FsyncLast => new(Volatile.Read(ref _lastTicks));

    /// <summary>Average of all syncs.</summary>
    public long FsyncAverageMicroseconds =>
        FsyncCount == 0 ? 0 : Volatile.Read(ref _totalTicks) / FsyncCount / TimeSpan.TicksPerMicrosecond;

    /// <summary>How long the write and sync under way takes so far; zero when none is. Tells a disk that stalls.</summary>
    public TimeSpan Running
    {
        get
        {
            long started = Volatile.Read(ref _running);
            return started == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(started);
        }
    }

    /// <summary>Told how long each sync took, on the thread that syncs; it must be quick and not throw.</summary>
    public Action<TimeSpan>? Measured { get; set; }

    /// <summary>Forgets the figures (CONFIG RESETSTAT).</summary>
    public void Reset()
    {
        Volatile.Write(ref _count, 0);
        Volatile.Write(ref _totalTicks, 0);
        Volatile.Write(ref _maxTicks, 0);
    }

    internal void Begin() => Volatile.Write(ref _running, Stopwatch.GetTimestamp());

    internal void End() => Volatile.Write(ref _running, 0);

    internal void Count(TimeSpan elapsed)
    {
        Volatile.Write(ref _totalTicks, _totalTicks + elapsed.Ticks);
        Volatile.Write(ref _maxTicks, Math.Max(_maxTicks, elapsed.Ticks));
        Volatile.Write(ref _lastTicks, elapsed.Ticks);
        Volatile.Write(ref _count, _count + 1);
        Measured?.Invoke(elapsed);
    }
}
