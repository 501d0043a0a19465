namespace Raft.Core;

/// <summary>
/// Names one log entry: the term of the leader that made it and its place in the log.
/// By Log Matching (Raft paper, section 5.3) two entries with equal ids are the same entry in every log.
/// </summary>
/// <param name="Term">Term of the leader that created the entry; 0 only for the position before the first entry.</param>
/// <param name="Index">1-based place in the log; 0 only for the position before the first entry.</param>
public readonly record struct EntryId(long Term, long Index) : IComparable<EntryId>
{
    /// <summary>The position before the first entry of every log.</summary>
    public static readonly EntryId None;

    /// <summary>
    /// Orders by how up to date a log that ends here is: first by term, then by index (Raft paper, section 5.4.1).
    /// </summary>
    public int CompareTo(EntryId other) =>
        Term != other.Term ? Term.CompareTo(other.Term) : Index.CompareTo(other.Index);

    /// <summary>Whether <paramref name="left"/> is less up to date than <paramref name="right"/>.</summary>
    public static bool operator <(EntryId left, EntryId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is more up to date than <paramref name="right"/>.</summary>
    public static bool operator >(EntryId left, EntryId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is at most as up to date as <paramref name="right"/>.</summary>
    public static bool operator <=(EntryId left, EntryId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is at least as up to date as <paramref name="right"/>.</summary>
    public static bool operator >=(EntryId left, EntryId right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Term}:{Index}";
}
