using System.Runtime.CompilerServices;
using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>
/// A hash: a listpack of field, value, field, value while it is small, then a table for good. Fields may expire: one that is due
/// is absent to readers and goes with the next change of the hash.
/// </summary>
internal sealed class HashValue : RedisObject
{
    private ListPack _pack = ListPack.Create();
    private Dict<byte[]>? _table;
    private ExpiryTable? _expiry;
    private long _elementBytes;

    public override RedisType Type => RedisType.Hash;

    public override string Encoding => _table != null ? "hashtable" : _expiry == null ? "listpack" : "listpackex";

    public override int Count => _table?.Count ?? _pack.Count / 2;

    public override long MemoryBytes => 56 + (_expiry?.MemoryBytes ?? 0)
        + (_table == null ? HeapSize.Array(_pack.Capacity) : _table.TableBytes + _elementBytes);

    /// <summary>When fields expire; null when none does.</summary>
    public ExpiryTable? Expiry => _expiry;

    /// <summary>The listpack of a small hash, for RDB; null once it is a table.</summary>
    public ListPack? Packed => _table == null ? _pack : null;

    /// <summary>A hash in the listpack of an RDB payload, which has been checked.</summary>
    public static HashValue FromPack(ListPack pack) => new() { _pack = pack };

    /// <summary>Number of fields that are not due at <paramref name="now"/>.</summary>
    public int CountAt(long now) => _expiry == null ? Count : Count - _expiry.CountDue(now);

    public override long EarliestExpiry => _expiry?.Earliest ?? long.MaxValue;

    public override bool IsGoneAt(long now) => _expiry != null && CountAt(now) == 0;

    /// <summary>The field's value, unless it is absent or due.</summary>
    public bool TryGet(ReadOnlySpan<byte> field, long now, out PackedElement value)
    {
        value = default;
        if (IsDue(field, now))
            return false;
        if (_table != null)
        {
            ref byte[] found = ref _table.Find(field);
            if (Unsafe.IsNullRef(ref found))
                return false;
            value = PackedElement.OfBytes(found);
            return true;
        }
        int position = Find(field);
        if (position == ListPack.None)
            return false;
        value = _pack[_pack.Next(position)];
        return true;
    }

    public bool Contains(ReadOnlySpan<byte> field, long now) =>
        !IsDue(field, now) && (_table?.Contains(field) ?? Find(field) != ListPack.None);

    /// <summary>Gives a field a value; true when the field is new. An expiry of the field goes unless <paramref name="keepExpiry"/>.</summary>
    public bool Set(ReadOnlySpan<byte> field, ReadOnlySpan<byte> value, DataOptions options, bool keepExpiry = false)
    {
        if (!keepExpiry)
            ClearExpiry(field);
        if (_table == null && (field.Length > options.HashMaxListpackValue || value.Length > options.HashMaxListpackValue))
            ConvertToTable();
        if (_table != null)
            return SetInTable(field, value);
        int position = Find(field);
        if (position != ListPack.None)
        {
            _pack.Replace(_pack.Next(position), PackedElement.Of(value));
        }
        else
        {
            _pack.Reserve(ListPack.SizeOf(field) + ListPack.SizeOf(value));
            _pack.Append(PackedElement.Of(field));
            _pack.Append(PackedElement.Of(value));
        }

        // Also when nothing was added: the limit may have changed meanwhile.
        if (Count > options.HashMaxListpackEntries)
            ConvertToTable();
        return position == ListPack.None;
    }

    /// <summary>Makes room before any of a command's pairs is set: for the longest of them, as Redis does, and for <paramref name="size"/> bytes in all.</summary>
    public void Expect(int longest, int size, DataOptions options)
    {
        if (_table == null && longest > options.HashMaxListpackValue)
            ConvertToTable();
        else if (_table == null && _pack.IsEmpty)
            _pack.Reserve(size);
    }

    public bool Remove(ReadOnlySpan<byte> field)
    {
        ClearExpiry(field);
        if (_table == null)
        {
            int position = Find(field);
            _pack.RemoveRange(position, 2);
            return position != ListPack.None;
        }
        int index = _table.IndexOf(field);
        if (index < 0)
            return false;
        _elementBytes -= HeapSize.Array(_table.KeyAt(index).Length) + HeapSize.Array(_table.ValueAt(index).Length);
        _table.RemoveAt(index);
        return true;
    }

    /// <summary>Makes a field that is there expire at <paramref name="time"/>.</summary>
    public void SetExpiry(ReadOnlySpan<byte> field, long time) => (_expiry ??= new ExpiryTable()).Set(field, time);

    /// <summary>Takes the field's expiry away; false when it had none.</summary>
    public bool ClearExpiry(ReadOnlySpan<byte> field)
    {
        if (_expiry == null || !_expiry.Remove(field))
            return false;
        if (_expiry.Count == 0)
            _expiry = null;
        return true;
    }

    /// <summary>Removes fields that are due at <paramref name="now"/>, soonest first, at most <paramref name="budget"/>; answers how many.</summary>
    public int RemoveDue(long now, int budget)
    {
        int removed = 0;
        for (; removed < budget && _expiry != null && _expiry.Earliest < now; removed++)
            Remove(_expiry.EarliestName);
        return removed;
    }

    /// <summary>Walks the fields that are not due at <paramref name="now"/>, in the order they were added as far as none was removed.</summary>
    public HashCursor Walk(long now) => _table == null ? new HashCursor(_pack, _expiry, now) : new HashCursor(_table, _expiry, now);

    /// <summary>Field number <paramref name="index"/>, due or not, and its value.</summary>
    public HashField FieldAt(int index)
    {
        if (_table != null)
            return new HashField(PackedElement.OfBytes(_table.KeyArrayAt(index)), PackedElement.OfBytes(_table.ValueAt(index)));
        int position = _pack.Seek(index * 2);
        return new HashField(_pack[position], _pack[_pack.Next(position)]);
    }

    /// <summary>One step of HSCAN over the table of a large hash.</summary>
    public ulong Scan(ulong cursor, List<int> found) => _table!.Scan(cursor, found);

    /// <summary>Whether the field is due at <paramref name="now"/>.</summary>
    public bool IsDue(ReadOnlySpan<byte> field, long now) => _expiry != null && _expiry.IsDue(field, now);

    public override RedisObject Clone()
    {
        if (_table == null)
            return new HashValue { _pack = _pack.Clone(), _expiry = _expiry?.Clone() };
        HashValue clone = new() { _pack = default, _table = new Dict<byte[]>(), _expiry = _expiry?.Clone() };
        for (int index = 0; index < _table.Count; index++)
            clone.SetInTable(_table.KeyAt(index), _table.ValueAt(index));
        return clone;
    }

    public override RedisObject Freeze() =>
        _table == null ? Clone() : new HashValue { _pack = default, _table = _table.Freeze(), _expiry = _expiry?.Clone() };

    public override void AddTo(ref Digest digest)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (HashCursor at = Walk(long.MinValue); at.MoveNext();)
        {
            Digest pair = default;
            ReadOnlySpan<byte> field = at.Field.AsText(scratch);
            pair.Add(field);
            pair.Add(_expiry?.TimeOf(field) ?? -1);
            pair.Add(at.Value.AsText(scratch));
            digest.AddUnordered(pair);
        }
    }

    private int Find(ReadOnlySpan<byte> field) => _pack.Find(PackedElement.Of(field), _pack.First, skip: 1);

    private bool SetInTable(ReadOnlySpan<byte> field, ReadOnlySpan<byte> value)
    {
        ref byte[] stored = ref _table!.GetOrAdd(field, out bool existed);
        _elementBytes += HeapSize.Array(value.Length) + (existed ? -HeapSize.Array(stored.Length) : HeapSize.Array(field.Length));
        if (existed && stored.Length == value.Length && !_table.IsShared)
            value.CopyTo(stored);
        else
            stored = value.ToArray();
        return !existed;
    }

    private void ConvertToTable()
    {
        Span<byte> field = stackalloc byte[Numbers.MaxIntegerLength];
        Span<byte> value = stackalloc byte[Numbers.MaxIntegerLength];
        _table = new Dict<byte[]>();
        for (HashCursor at = new(_pack, null, 0); at.MoveNext();)
            SetInTable(at.Field.AsText(field), at.Value.AsText(value));
        _pack = default;
    }
}
