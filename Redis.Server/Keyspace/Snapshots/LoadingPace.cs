namespace Redis.Server.Keyspace.Snapshots;

/// <summary>Slows loading down by so many microseconds a key, for tests (key-load-delay). One thread.</summary>
internal sealed class LoadingPace(Func<double> delay)
{
    // A sleep takes about a millisecond at least, so shorter ones are gathered.
    private const double ShortestSleep = 1000;

    private double _owed;

    public void KeyLoaded()
    {
        double microseconds = delay();
        _owed = microseconds == 0 ? 0 : _owed + microseconds;
        if (_owed >= ShortestSleep)
        {
            Thread.Sleep((int)(_owed / 1000));
            _owed = 0;
        }
    }
}
