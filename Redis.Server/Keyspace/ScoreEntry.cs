namespace Redis.Server.Keyspace;

/// <summary>One member of a sorted set with its score.</summary>
internal readonly record struct ScoreEntry(double Score, byte[] Member)
{
    /// <summary>The order of sorted sets: by score, then by the member's bytes.</summary>
    public static int Compare(double score, ReadOnlySpan<byte> member, double otherScore, ReadOnlySpan<byte> otherMember)
    {
        if (score < otherScore)
            return -1;
        return score > otherScore ? 1 : member.SequenceCompareTo(otherMember);
    }
}

/// <summary>A place between two entries of a sorted set.</summary>
internal interface IScoreBound
{
    /// <summary>Whether the entry lies before this place. True for a prefix of the set, false for the rest.</summary>
    bool IsAbove(double score, scoped ReadOnlySpan<byte> member);
}

/// <summary>The place just before an entry.</summary>
internal readonly ref struct EntryBound : IScoreBound
{
    private readonly double _score;
    private readonly ReadOnlySpan<byte> _member;

    public EntryBound(double score, ReadOnlySpan<byte> member)
    {
        _score = score;
        _member = member;
    }

    public bool IsAbove(double score, scoped ReadOnlySpan<byte> member) => ScoreEntry.Compare(score, member, _score, _member) < 0;
}
