namespace Redis.Server.Diagnostics;

/// <summary>The worst latency of each of the last seconds in which there was one.</summary>
internal sealed class LatencySeries
{
    private const int Kept = 160;

    private readonly Queue<(long Time, long Milliseconds)> _samples = new();
    private (long Time, long Milliseconds) _latest;

    /// <summary>Oldest first; Unix seconds and milliseconds.</summary>
    public IEnumerable<(long Time, long Milliseconds)> Samples => _latest.Time == 0 ? [] : _samples.Append(_latest);

    public (long Time, long Milliseconds) Latest => _latest;

    /// <summary>The worst one ever, also when its second is forgotten.</summary>
    public long Worst { get; private set; }

    public void Add(long time, long milliseconds)
    {
        Worst = Math.Max(Worst, milliseconds);
        if (_latest.Time == time)
        {
            _latest.Milliseconds = Math.Max(_latest.Milliseconds, milliseconds);
            return;
        }

        if (_latest.Time != 0)
        {
            _samples.Enqueue(_latest);
        }

        if (_samples.Count == Kept)
        {
            _samples.Dequeue();
        }

        _latest = (time, milliseconds);
    }
}
