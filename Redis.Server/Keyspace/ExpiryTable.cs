using System.Runtime.CompilerServices;

namespace Redis.Server.Keyspace;

/// <summary>
/// When which names expire: a table to look up one, and an order to find the due ones. The names are the fields of a hash (HEXPIRE), or,
/// for the keyspace, the keys of hashes that have such fields.
/// </summary>
internal sealed class ExpiryTable
{
    private readonly Dict<long> _times = new();
    private readonly ScoreTree _order = new();

    public int Count => _times.Count;

    /// <summary>The soonest expiry; long.MaxValue when there is none.</summary>
    public long Earliest => Count == 0 ? long.MaxValue : (long)_order.Seek(0).Score;

    /// <summary>The name that expires soonest.</summary>
    public byte[] EarliestName => _order.Seek(0).Member;

    public long MemoryBytes => _times.TableBytes + _order.MemoryBytes + Count * 40L;

    /// <summary>When the name expires, or -1.</summary>
    public long TimeOf(ReadOnlySpan<byte> name)
    {
        ref long found = ref _times.Find(name);
        return Unsafe.IsNullRef(ref found) ? -1 : found;
    }

    /// <summary>Whether the name is due at <paramref name="now"/>; like a key, it still lives in the millisecond of its expiry.</summary>
    public bool IsDue(ReadOnlySpan<byte> name, long now)
    {
        long time = TimeOf(name);
        return time >= 0 && time < now;
    }

    public void Set(ReadOnlySpan<byte> name, long time)
    {
        int index = _times.GetOrAddIndex(name, out bool existed);
        ref long current = ref _times.ValueAt(index);
        if (existed && current == time)
            return;
        if (existed)
            _order.Remove(current, name);
        current = time;
        // Cluster times are far below 2^53, so they are exact as scores.
        _order.Add(time, _times.KeyArrayAt(index));
    }

    public bool Remove(ReadOnlySpan<byte> name)
    {
        int index = _times.IndexOf(name);
        if (index < 0)
            return false;
        _order.Remove(_times.ValueAt(index), name);
        _times.RemoveAt(index);
        return true;
    }

    /// <summary>How many names are due at <paramref name="now"/>.</summary>
    public int CountDue(long now) => _order.CountBelow(new ScoreBound(now, isBehind: false));

    public ExpiryTable Clone()
    {
        ExpiryTable clone = new();
        for (int index = 0; index < _times.Count; index++)
            clone.Set(_times.KeyAt(index), _times.ValueAt(index));
        return clone;
    }
}
