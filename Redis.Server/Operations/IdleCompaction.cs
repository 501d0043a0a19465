namespace Redis.Server.Operations;

/// <summary>
/// Gives back what a load left behind. The collector runs when something is allocated: a process that has become idle keeps its garbage,
/// and the gaps between what is left, for as long as it stays idle. Compacting stops all threads, so it is done only where nothing goes on
/// and the pause is short enough not to look like a failure to other nodes.
/// </summary>
internal sealed class IdleCompaction : IDisposable
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that must have been allocated since the last time to make it worth while.</summary>
    public const long Worthwhile = 16_000_000;

    /// <summary>The most processor time a second that counts as idle.</summary>
    private const double IdleShare = 0.05;

    /// <summary>A timer that is later than this tells of a busy machine, where a pause lasts far longer than its work takes.</summary>
    private static readonly TimeSpan MostLateness = TimeSpan.FromMilliseconds(50);

    /// <summary>Calm looks in a row before anything is done.</summary>
    public const int CalmLooks = 2;

    // A pause is about proportional to what lives: a millisecond a megabyte, until one was measured.
    private const double FirstGuess = 1e-9;

    private readonly IManagedHeap _heap;
    private readonly Func<TimeSpan> _longestPause;
    private TimeSpan _processorTime;
    private TimeSpan _lookedAt;
    private int _calm;
    private long _compactedAt;
    private double _secondsAByte = FirstGuess;
    private Timer? _timer;

    /// <param name="heap">What is compacted.</param>
    /// <param name="longestPause">No compaction is begun that is likely to take longer.</param>
    public IdleCompaction(IManagedHeap heap, Func<TimeSpan> longestPause)
    {
        _heap = heap;
        _longestPause = longestPause;
        (_processorTime, _lookedAt, _compactedAt) = (heap.ProcessorTime, heap.Clock, heap.Allocated);
    }

    /// <summary>Looks from now on by itself.</summary>
    public void Start() => _timer = new Timer(_ => LookAgainAndAgain(), null, Interval, Timeout.InfiniteTimeSpan);

    public void Dispose() => _timer?.Dispose();

    /// <summary>An <see cref="Interval"/> has passed: compacts if this is the moment.</summary>
    public void Look()
    {
        TimeSpan processorTime = _heap.ProcessorTime;
        bool isCalm = processorTime - _processorTime < Interval * IdleShare && _heap.Clock - _lookedAt < Interval + MostLateness;
        _processorTime = processorTime;
        _calm = isCalm ? _calm + 1 : 0;
        if (_calm >= CalmLooks && _heap.Allocated - _compactedAt > Worthwhile
            && _heap.Live * _secondsAByte < _longestPause().TotalSeconds)
        {
            Compact();
        }

        _lookedAt = _heap.Clock;
    }

    private void LookAgainAndAgain()
    {
        Look();
        try
        {
            _timer!.Change(Interval, Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // the node ends
        }
    }

    private void Compact()
    {
        TimeSpan paused = _heap.Compact();
        _secondsAByte = paused.TotalSeconds / Math.Max(_heap.Live, 1);
        _compactedAt = _heap.Allocated;
        _processorTime = _heap.ProcessorTime;
    }
}
