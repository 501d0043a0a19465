using System.Diagnostics;

namespace Redis.Server.Operations;

/// <summary>
/// Gives back what a load left behind. The collector runs when something is allocated: a process that has become idle keeps its garbage,
/// and the gaps between what is left, for as long as it stays idle. Compacting stops all threads, so it is done only where nothing goes on
/// and the pause is short enough not to look like a failure to other nodes.
/// </summary>
internal sealed class IdleCompaction : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that must have been allocated since the last time to make it worth while.</summary>
    private const long Worthwhile = 16_000_000;

    /// <summary>The most processor time a second that counts as idle.</summary>
    private const double IdleShare = 0.05;

    /// <summary>A timer that is later than this tells of a busy machine, where a pause lasts far longer than its work takes.</summary>
    private static readonly TimeSpan MostLateness = TimeSpan.FromMilliseconds(50);

    /// <summary>Calm looks in a row before anything is done.</summary>
    private const int CalmLooks = 2;

    // A pause is about proportional to what lives: a millisecond a megabyte, until one was measured.
    private const double FirstGuess = 1e-9;

    private readonly Func<TimeSpan> _longestPause;
    private readonly Timer _timer;
    private TimeSpan _processorTime = Environment.CpuUsage.TotalTime;
    private long _lookedAt = Stopwatch.GetTimestamp();
    private int _calm;
    private long _compactedAt = GC.GetTotalAllocatedBytes();
    private double _secondsAByte = FirstGuess;

    /// <param name="longestPause">No compaction is begun that is likely to take longer.</param>
    public IdleCompaction(Func<TimeSpan> longestPause)
    {
        _longestPause = longestPause;
        _timer = new Timer(_ => Look(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        TimeSpan processorTime = Environment.CpuUsage.TotalTime;
        bool isCalm = processorTime - _processorTime < Interval * IdleShare && Stopwatch.GetElapsedTime(_lookedAt) < Interval + MostLateness;
        _processorTime = processorTime;
        _calm = isCalm ? _calm + 1 : 0;
        if (_calm >= CalmLooks && GC.GetTotalAllocatedBytes() - _compactedAt > Worthwhile
            && GC.GetTotalMemory(forceFullCollection: false) * _secondsAByte < _longestPause().TotalSeconds)
        {
            Compact();
        }

        _lookedAt = Stopwatch.GetTimestamp();
        try
        {
            _timer.Change(Interval, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // the node ends
        }
    }

    private void Compact()
    {
        TimeSpan paused = GC.GetTotalPauseDuration();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        paused = GC.GetTotalPauseDuration() - paused;
        _secondsAByte = paused.TotalSeconds / Math.Max(GC.GetTotalMemory(forceFullCollection: false), 1);
        _compactedAt = GC.GetTotalAllocatedBytes();
        _processorTime = Environment.CpuUsage.TotalTime;
    }
}
