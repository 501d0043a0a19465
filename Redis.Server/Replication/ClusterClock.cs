namespace Redis.Server.Replication;

/// <summary>
/// What a leader stamps entries with. The cluster's time never goes back, so behind a leader whose calendar was ahead, or after
/// this node's was set back, the calendar alone would let time stand still until it has caught up, and nothing would time out or
/// expire. Instead time goes on at half its speed until then.
/// </summary>
/// <param name="calendar">Milliseconds since the Unix epoch, by this node's clock; may jump.</param>
/// <param name="elapsed">Milliseconds that never jump.</param>
internal sealed class ClusterClock(Func<long> calendar, Func<long> elapsed)
{
    private volatile Mark? _ahead;

    /// <summary>Any thread.</summary>
    public long Now
    {
        get
        {
            long now = calendar();
            return _ahead is { } ahead ? Math.Max(now, ahead.Time + (elapsed() - ahead.At) / 2) : now;
        }
    }

    /// <summary>On a leader, now and then: the time of the last entry is at least this.</summary>
    public void Reached(long clusterTime)
    {
        if (clusterTime > Now)
        {
            _ahead = new Mark(clusterTime, elapsed());
        }
    }

    /// <summary>Another node leads, or none: what time it is then is for the next leader to say, from the last entry on.</summary>
    public void Follow() => _ahead = null;

    private sealed record Mark(long Time, long At);
}
