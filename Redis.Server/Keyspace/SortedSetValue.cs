using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>A sorted set: a listpack while it is small, then a table and a tree for good.</summary>
internal sealed class SortedSetValue : RedisObject
{
    private SortedSetPack _pack = new(ListPack.Create());
    private SortedSetTable? _table;

    public override RedisType Type => RedisType.SortedSet;

    public override string Encoding => _table == null ? "listpack" : "skiplist";

    public override int Count => _table?.Count ?? _pack.Count;

    public override long MemoryBytes => 40 + (_table?.MemoryBytes ?? HeapSize.Array(_pack.Pack.Capacity));

    /// <summary>The listpack of a small set, for RDB; null once it is a table.</summary>
    public ListPack? Packed => _table == null ? _pack.Pack : null;

    /// <summary>The table of a large set; null while it is a listpack.</summary>
    public SortedSetTable? Table => _table;

    /// <summary>An empty set that expects <paramref name="entries"/> members of at most <paramref name="longest"/> bytes.</summary>
    public static SortedSetValue Create(DataOptions options, int entries, int longest)
    {
        SortedSetValue set = new();
        if (entries > options.ZsetMaxListpackEntries || longest > options.ZsetMaxListpackValue)
            set._table = new SortedSetTable();
        return set;
    }

    /// <summary>A set in the listpack of an RDB payload, which has been checked.</summary>
    public static SortedSetValue FromPack(ListPack pack) => new() { _pack = new SortedSetPack(pack) };

    /// <summary>A set with the contents of <paramref name="table"/>, in a listpack if they fit: what ZUNIONSTORE and kin leave.</summary>
    public static SortedSetValue FromTable(SortedSetTable table, DataOptions options)
    {
        if (table.Count > options.ZsetMaxListpackEntries || table.LongestMember > options.ZsetMaxListpackValue)
            return new SortedSetValue { _pack = default, _table = table };
        SortedSetValue set = new();
        ScoreTreeCursor at = table.Order.Seek(0);
        for (int left = table.Count; left > 0; left--, at.MoveNext())
            set._pack.Append(at.Score, at.Member);
        return set;
    }

    public bool TryGetScore(ReadOnlySpan<byte> member, out double score)
    {
        if (_table != null)
            return _table.TryGetScore(member, out score);
        int position = _pack.Find(member);
        score = position == ListPack.None ? 0 : _pack.ScoreAt(position);
        return position != ListPack.None;
    }

    public bool Contains(ReadOnlySpan<byte> member) =>
        _table == null ? _pack.Find(member) != ListPack.None : _table.Members.Contains(member);

    /// <summary>Adds a member or gives it another score; true when it is new.</summary>
    public bool Set(ReadOnlySpan<byte> member, double score, DataOptions options)
    {
        if (_table != null)
            return _table.Set(member, score);
        int position = _pack.Find(member);
        if (position != ListPack.None)
        {
            if (!_pack.ScoreAt(position).Equals(score))
            {
                _pack.RemoveAt(position);
                _pack.Add(score, member);
            }
            return false;
        }
        if (_pack.Count + 1 > options.ZsetMaxListpackEntries || member.Length > options.ZsetMaxListpackValue)
        {
            ConvertToTable();
            return _table!.Set(member, score);
        }
        _pack.Add(score, member);
        return true;
    }

    public bool Remove(ReadOnlySpan<byte> member)
    {
        if (_table != null)
            return _table.Remove(member);
        int position = _pack.Find(member);
        if (position == ListPack.None)
            return false;
        _pack.RemoveAt(position);
        return true;
    }

    public void RemoveRange(RankRange range)
    {
        if (range.Count == 0)
            return;
        if (_table != null)
            _table.RemoveRange(range);
        else
            _pack.RemoveRange(range);
    }

    /// <summary>How many members come before this one, or -1 when it is not there.</summary>
    public int RankOf(ReadOnlySpan<byte> member)
    {
        if (_table != null)
            return _table.TryGetScore(member, out double score) ? _table.Order.RankOf(score, member) : -1;
        int position = _pack.Find(member);
        return position == ListPack.None ? -1 : _pack.RankAt(position);
    }

    public RankRange Within(ScoreRange range) => range.IsEmpty ? RankRange.Empty : Within(range.Start, range.End);

    public RankRange Within(LexRange range) => range.IsEmpty ? RankRange.Empty : Within(range.Start, range.End);

    /// <summary>The entry of <paramref name="rank"/>, if there is one.</summary>
    public SortedSetCursor Seek(int rank) => _table == null
        ? new SortedSetCursor(_pack, _pack.Seek(rank))
        : new SortedSetCursor(_table.Order.Seek(rank));

    /// <summary>From now on it is a table and a tree.</summary>
    public void ConvertToTable()
    {
        SortedSetTable table = new();
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        SortedSetCursor at = new(_pack, _pack.Pack.First);
        for (int left = _pack.Count; left > 0; left--, at.MoveNext())
            table.Set(at.Member.AsText(scratch), at.Score);
        _table = table;
        _pack = default;
    }

    public override RedisObject Clone()
    {
        if (_table == null)
            return FromPack(_pack.Pack.Clone());
        // The table's own order is kept too: random members are picked by it.
        SortedSetValue clone = new() { _pack = default, _table = new SortedSetTable() };
        Dict<double> members = _table.Members;
        for (int index = 0; index < members.Count; index++)
            clone._table.Set(members.KeyAt(index), members.ValueAt(index));
        return clone;
    }

    public override RedisObject Freeze() =>
        _table == null ? Clone() : new SortedSetValue { _pack = default, _table = _table.Freeze() };

    public override void AddTo(ref Digest digest)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        SortedSetCursor at = Count == 0 ? default : Seek(0);
        for (int left = Count; left > 0; left--, at.MoveNext())
        {
            digest.Add(at.Member.AsText(scratch));
            digest.Add(at.Score);
        }
    }

    private RankRange Within<TBound>(TBound start, TBound end) where TBound : IScoreBound, allows ref struct => _table == null
        ? _pack.Within(start, end)
        : RankRange.Between(_table.Order.CountBelow(start), _table.Order.CountBelow(end));
}
