namespace Raft.Core;

/// <summary>
/// The configurations that the log (and the snapshot below it) holds. The latest is in effect as soon as its entry is
/// appended, committed or not (thesis, section 4.1); truncating the log brings back the one before, to any depth.
/// </summary>
internal sealed class ConfigurationHistory(long baseIndex, ClusterConfiguration configuration)
{
    private readonly List<(long Index, ClusterConfiguration Configuration)> _entries = [(baseIndex, configuration)];

    /// <summary>The configuration in effect.</summary>
    public ClusterConfiguration Latest => _entries[^1].Configuration;

    /// <summary>The configuration before <see cref="Latest"/>, as far as it is known.</summary>
    public ClusterConfiguration Previous => _entries[^Math.Min(2, _entries.Count)].Configuration;

    /// <summary>Index of the entry that brought <see cref="Latest"/>.</summary>
    public long LatestIndex => _entries[^1].Index;

    /// <summary>The oldest index that can be asked about.</summary>
    public long BaseIndex => _entries[0].Index;

    public void Append(long index, ClusterConfiguration configuration)
    {
        Check.That(index > LatestIndex, "configurations follow the log");
        _entries.Add((index, configuration));
    }

    /// <summary>Forgets the configurations from an index on. Whether that changed <see cref="Latest"/>.</summary>
    public bool TruncateFrom(long index)
    {
        Check.That(index > BaseIndex, "what a snapshot covers is never truncated");
        return _entries.RemoveAll(entry => entry.Index >= index) > 0;
    }

    /// <summary>The configuration in effect when the log ended at an index.</summary>
    public ClusterConfiguration At(long index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(index, BaseIndex);
        return _entries.FindLast(entry => entry.Index <= index).Configuration;
    }

    /// <summary>The entries up to an index were compacted; the configuration at the index stays known.</summary>
    public void CompactThrough(long index)
    {
        ClusterConfiguration atIndex = At(index);
        _entries.RemoveAll(entry => entry.Index <= index);
        _entries.Insert(0, (index, atIndex));
    }

    /// <summary>A snapshot replaced the log up to an index; what follows it in the log is kept when <paramref name="keepLater"/>.</summary>
    public void RestartFrom(long index, ClusterConfiguration atIndex, bool keepLater)
    {
        _entries.RemoveAll(entry => !keepLater || entry.Index <= index);
        _entries.Insert(0, (index, atIndex));
    }
}
