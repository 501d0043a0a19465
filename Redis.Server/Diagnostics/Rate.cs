namespace Redis.Server.Diagnostics;

/// <summary>How fast a count rises, averaged over the latest samples (INFO's instantaneous fields). One thread samples, any reads.</summary>
internal sealed class Rate
{
    private const int Kept = 16;

    private readonly double[] _samples = new double[Kept];
    private int _next;
    private long _lastCount;

    public double PerSecond => _samples.Sum() / Kept;

    public void Sample(long count, TimeSpan elapsed)
    {
        // A count that was reset begins anew.
        long added = count >= _lastCount ? count - _lastCount : count;
        _lastCount = count;
        _samples[_next] = elapsed > TimeSpan.Zero ? added / elapsed.TotalSeconds : 0;
        _next = (_next + 1) % Kept;
    }
}
