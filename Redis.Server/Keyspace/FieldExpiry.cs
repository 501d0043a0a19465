using System.Runtime.CompilerServices;

namespace Redis.Server.Keyspace;

/// <summary>When which fields of a hash expire (HEXPIRE): a table to look up one, and an order to find the due ones.</summary>
internal sealed class FieldExpiry
{
    private readonly Dict<long> _times = new();
    private readonly ScoreTree _order = new();

    public int Count => _times.Count;

    /// <summary>The soonest expiry; long.MaxValue when there is none.</summary>
    public long Earliest => Count == 0 ? long.MaxValue : (long)_order.Seek(0).Score;

    /// <summary>The field that expires soonest.</summary>
    public byte[] EarliestField => _order.Seek(0).Member;

    public long MemoryBytes => _times.TableBytes + _order.MemoryBytes + Count * 40L;

    /// <summary>When the field expires, or -1.</summary>
    public long TimeOf(ReadOnlySpan<byte> field)
    {
        ref long found = ref _times.Find(field);
        return Unsafe.IsNullRef(ref found) ? -1 : found;
    }

    /// <summary>Whether the field is due at <paramref name="now"/>; like a key, it still lives in the millisecond of its expiry.</summary>
    public bool IsDue(ReadOnlySpan<byte> field, long now)
    {
        long time = TimeOf(field);
        return time >= 0 && time < now;
    }

    public void Set(ReadOnlySpan<byte> field, long time)
    {
        int index = _times.GetOrAddIndex(field, out bool existed);
        ref long current = ref _times.ValueAt(index);
        if (existed)
            _order.Remove(current, field);
        current = time;
        // Cluster times are far below 2^53, so they are exact as scores.
        _order.Add(time, _times.KeyAt(index));
    }

    public bool Remove(ReadOnlySpan<byte> field)
    {
        int index = _times.IndexOf(field);
        if (index < 0)
            return false;
        _order.Remove(_times.ValueAt(index), field);
        _times.RemoveAt(index);
        return true;
    }

    /// <summary>How many fields are due at <paramref name="now"/>.</summary>
    public int CountDue(long now) => _order.CountBelow(new ScoreBound(now, isBehind: false));

    public FieldExpiry Clone()
    {
        FieldExpiry clone = new();
        for (int index = 0; index < _times.Count; index++)
            clone.Set(_times.KeyAt(index), _times.ValueAt(index));
        return clone;
    }
}
