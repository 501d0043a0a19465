namespace Redis.Server.Keyspace;

/// <summary>A range of members by their bytes, for sorted sets whose members all have one score.</summary>
internal readonly ref struct LexRange
{
    public LexRange(LexBound start, LexBound end)
    {
        Start = start;
        End = end;
    }

    /// <summary>Where the range begins.</summary>
    public LexBound Start { get; }

    /// <summary>Where the range ends.</summary>
    public LexBound End { get; }

    public bool IsEmpty => Start.IsAfter(End);
}

/// <summary>The place just before a member, just behind it, or at either end of all members.</summary>
internal readonly ref struct LexBound : IScoreBound
{
    private readonly ReadOnlySpan<byte> _member;
    private readonly bool _isBehind;

    /// <summary>-1: before everything; 1: behind everything; 0: at the member.</summary>
    private readonly int _infinity;

    private LexBound(int infinity) => _infinity = infinity;

    public LexBound(ReadOnlySpan<byte> member, bool isBehind)
    {
        _member = member;
        _isBehind = isBehind;
    }

    public static LexBound Lowest => new(-1);

    public static LexBound Highest => new(1);

    public bool IsAbove(double score, scoped ReadOnlySpan<byte> member)
    {
        if (_infinity != 0)
            return _infinity > 0;
        int order = member.SequenceCompareTo(_member);
        return order < 0 || (_isBehind && order == 0);
    }

    /// <summary>Whether nothing can lie between this start and <paramref name="end"/>.</summary>
    public bool IsAfter(LexBound end)
    {
        if (_infinity > 0 || end._infinity < 0)
            return true;
        if (_infinity < 0 || end._infinity > 0)
            return false;
        int order = _member.SequenceCompareTo(end._member);
        return order > 0 || (order == 0 && (_isBehind || !end._isBehind));
    }
}
