namespace Redis.Server.Diagnostics;

/// <summary>LATENCY: the samples of each class of events that took longer than latency-monitor-threshold. Application's turn only.</summary>
internal sealed class LatencyEvents
{
    private readonly SortedDictionary<string, LatencySeries> _series = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, LatencySeries>> All => _series;

    public LatencySeries? Find(string name) => _series.GetValueOrDefault(name);

    public void Add(string name, long milliseconds)
    {
        if (!_series.TryGetValue(name, out LatencySeries? series))
        {
            _series.Add(name, series = new LatencySeries());
        }

        series.Add(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), milliseconds);
    }

    /// <summary>Forgets one class; false when there is none.</summary>
    public bool Remove(string name) => _series.Remove(name);

    /// <summary>Forgets all; answers how many there were.</summary>
    public int Clear()
    {
        int count = _series.Count;
        _series.Clear();
        return count;
    }
}
