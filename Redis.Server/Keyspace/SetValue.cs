using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>A set: an intset while it is small and holds only integers, then a table for good. Members are numbered in a defined order.</summary>
internal sealed class SetValue : RedisObject
{
    private const int MostIntegers = 1 << 30;

    private IntSet _integers;
    private Dict<ValueTuple>? _table;
    private long _memberBytes;

    /// <summary>An empty set with the encoding that <paramref name="first"/>, the first member to be added, needs.</summary>
    public static SetValue CreateFor(ReadOnlySpan<byte> first) =>
        Numbers.TryParseInteger(first, out _) ? new SetValue { _integers = IntSet.Create() } : CreateTable();

    /// <summary>An empty set that is a table.</summary>
    public static SetValue CreateTable() => new() { _table = new Dict<ValueTuple>() };

    /// <summary>An empty set of integers.</summary>
    public static SetValue CreateIntegers() => new() { _integers = IntSet.Create() };

    /// <summary>A set in the intset of an RDB payload, which has been checked.</summary>
    public static SetValue FromIntegers(IntSet integers) => new() { _integers = integers };

    public override RedisType Type => RedisType.Set;

    public override string Encoding => _table == null ? "intset" : "hashtable";

    public override int Count => _table?.Count ?? _integers.Count;

    public override long MemoryBytes => 48 + (_table == null ? HeapSize.Array(_integers.Capacity) : _table.TableBytes + _memberBytes);

    /// <summary>The integers of a small set, for RDB; null once it is a table.</summary>
    public IntSet? Integers => _table == null ? _integers : null;

    /// <summary>The member numbered <paramref name="index"/>. Numbers change when a member is added or removed.</summary>
    public PackedElement this[int index] => _table == null
        ? new PackedElement(_integers[index])
        : PackedElement.OfBytes(_table.KeyArrayAt(index));

    public bool Contains(ReadOnlySpan<byte> member) => _table == null
        ? Numbers.TryParseInteger(member, out long integer) && _integers.Contains(integer)
        : _table.Contains(member);

    /// <summary>Whether the set has a member of another set.</summary>
    public bool Contains(PackedElement member)
    {
        if (_table == null && member.IsInteger)
            return _integers.Contains(member.Integer);
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        return Contains(member.AsText(scratch));
    }

    /// <summary>Adds a member; false when it is there.</summary>
    public bool Add(ReadOnlySpan<byte> member, DataOptions options)
    {
        if (_table == null)
        {
            if (Numbers.TryParseInteger(member, out long integer))
                return AddInteger(integer, options);
            ConvertToTable();
        }
        _table!.GetOrAddIndex(member, out bool existed);
        _memberBytes += existed ? 0 : HeapSize.Array(member.Length);
        return !existed;
    }

    /// <summary>Adds a member of another set.</summary>
    public bool Add(PackedElement member, DataOptions options)
    {
        if (_table == null && member.IsInteger)
            return AddInteger(member.Integer, options);
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        return Add(member.AsText(scratch), options);
    }

    /// <summary>Removes a member; false when it is not there.</summary>
    public bool Remove(ReadOnlySpan<byte> member)
    {
        if (_table == null)
            return Numbers.TryParseInteger(member, out long integer) && _integers.Remove(integer);
        int index = _table.IndexOf(member);
        if (index < 0)
            return false;
        RemoveFromTable(index);
        return true;
    }

    /// <summary>Removes a member of another set.</summary>
    public bool Remove(PackedElement member)
    {
        if (_table == null && member.IsInteger)
            return _integers.Remove(member.Integer);
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        return Remove(member.AsText(scratch));
    }

    /// <summary>Removes the member numbered <paramref name="index"/>.</summary>
    public void RemoveAt(int index)
    {
        if (_table == null)
            _integers.Remove(_integers[index]);
        else
            RemoveFromTable(index);
    }

    /// <summary>One step of SSCAN over a table; a small set comes whole and ends at once.</summary>
    public ulong Scan(ulong cursor, List<int> found)
    {
        if (_table != null)
            return _table.Scan(cursor, found);
        for (int index = 0; index < Count; index++)
            found.Add(index);
        return 0;
    }

    public override RedisObject Clone()
    {
        if (_table == null)
            return FromIntegers(_integers.Clone());
        SetValue clone = CreateTable();
        for (int index = 0; index < _table.Count; index++)
            clone._table!.GetOrAddIndex(_table.KeyAt(index), out _);
        clone._memberBytes = _memberBytes;
        return clone;
    }

    public override RedisObject Freeze() => _table == null ? Clone() : new SetValue { _table = _table.Freeze() };

    public override void AddTo(ref Digest digest)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (int index = 0; index < Count; index++)
        {
            Digest member = default;
            member.Add(this[index].AsText(scratch));
            digest.AddUnordered(member);
        }
    }

    private bool AddInteger(long integer, DataOptions options)
    {
        if (!_integers.Add(integer))
            return false;
        if (_integers.Count > Math.Min(options.SetMaxIntsetEntries, MostIntegers))
            ConvertToTable();
        return true;
    }

    private void RemoveFromTable(int index)
    {
        _memberBytes -= HeapSize.Array(_table!.KeyAt(index).Length);
        _table.RemoveAt(index);
    }

    private void ConvertToTable()
    {
        Dict<ValueTuple> table = new();
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (int index = 0; index < _integers.Count; index++)
        {
            ReadOnlySpan<byte> member = scratch[..Numbers.FormatInteger(_integers[index], scratch)];
            table.GetOrAddIndex(member, out _);
            _memberBytes += HeapSize.Array(member.Length);
        }
        _table = table;
        _integers = default;
    }
}
