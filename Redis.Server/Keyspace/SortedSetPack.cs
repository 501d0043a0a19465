using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>A small sorted set as Redis's listpack: member, score, member, score, in order. Everything is O(n).</summary>
internal struct SortedSetPack
{
    private ListPack _pack;

    public SortedSetPack(ListPack pack) => _pack = pack;

    public readonly ListPack Pack => _pack;

    public readonly int Count => _pack.Count / 2;

    /// <summary>Position of the entry of <paramref name="member"/>.</summary>
    public readonly int Find(ReadOnlySpan<byte> member) => _pack.Find(PackedElement.Of(member), _pack.First, skip: 1);

    public readonly double ScoreAt(int position) => ReadScore(_pack[_pack.Next(position)]);

    /// <summary>Adds a member that is not there yet.</summary>
    public void Add(double score, ReadOnlySpan<byte> member)
    {
        int position = Below(new EntryBound(score, member), _pack.First, out _);
        if (position == ListPack.None)
        {
            Append(score, member);
            return;
        }
        // Each is put before the entry at this position: the score first, so that the member comes to stand before it.
        Span<byte> digits = stackalloc byte[Numbers.MaxDoubleLength];
        _pack.InsertBefore(position, WriteScore(score, digits));
        _pack.InsertBefore(position, PackedElement.Of(member));
    }

    /// <summary>Adds a member that belongs behind all others.</summary>
    public void Append(double score, ReadOnlySpan<byte> member)
    {
        Span<byte> digits = stackalloc byte[Numbers.MaxDoubleLength];
        _pack.Append(PackedElement.Of(member));
        _pack.Append(WriteScore(score, digits));
    }

    public void RemoveAt(int position) => _pack.RemoveRange(position, 2);

    public void RemoveRange(RankRange range) => _pack.RemoveRange(_pack.Seek(range.First * 2), range.Count * 2);

    /// <summary>Rank of the entry at <paramref name="position"/>.</summary>
    public readonly int RankAt(int position)
    {
        int rank = 0;
        for (int at = _pack.First; at != position; at = Next(at))
            rank++;
        return rank;
    }

    /// <summary>Position of the entry of <paramref name="rank"/>.</summary>
    public readonly int Seek(int rank) => _pack.Seek(rank * 2);

    public readonly RankRange Within<TBound>(TBound start, TBound end) where TBound : IScoreBound, allows ref struct
    {
        int position = Below(start, _pack.First, out int first);
        Below(end, position, out int count);
        return count == 0 ? RankRange.Empty : new RankRange(first, count);
    }

    private readonly int Next(int position) => _pack.Next(_pack.Next(position));

    /// <summary>Counts the entries above <paramref name="bound"/> from <paramref name="position"/> on; answers the position of the first behind it.</summary>
    private readonly int Below<TBound>(TBound bound, int position, out int count) where TBound : IScoreBound, allows ref struct
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (count = 0; position != ListPack.None; count++)
        {
            if (!bound.IsAbove(ScoreAt(position), _pack[position].AsText(scratch)))
                break;
            position = Next(position);
        }
        return position;
    }

    private static double ReadScore(PackedElement score) =>
        score.IsInteger ? score.Integer : Numbers.TryParseDouble(score.Text, out double value) ? value : 0;

    /// <summary>Whole numbers up to 2^62 as integers, which lose the sign of -0 as in Redis; others as text.</summary>
    private static PackedElement WriteScore(double score, Span<byte> digits)
    {
        const double MostWhole = 1L << 62;
        return Math.Abs(score) <= MostWhole && score == (long)score
            ? new PackedElement((long)score)
            : PackedElement.Of(digits[..Numbers.FormatDouble(score, digits)]);
    }
}
