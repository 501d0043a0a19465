namespace Raft.Core;

/// <summary>
/// The log as Raft sees it: appended entries are visible at once and durable later. The host tells the server how far
/// the log is on disk with <see cref="RaftServer.LogSynced"/>; no method here waits for the disk.
/// </summary>
public interface IRaftLog
{
    /// <summary>The entry before the first one held: what the latest snapshot (or compaction) covers, or none.</summary>
    EntryId Base { get; }

    /// <summary>The last entry held, or <see cref="Base"/> when none is.</summary>
    EntryId Last { get; }

    /// <summary>Term of the entry at an index from Base.Index to Last.Index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log does not hold the index.</exception>
    long TermAt(long index);

    /// <summary>
    /// Entries from <paramref name="first"/> on: at least one when the log holds it, at most <paramref name="maxCount"/>,
    /// and no more than <paramref name="maxBytes"/> payload bytes except that the first entry is always given.
    /// Fewer may be returned at any time; the slice is valid until the log is next changed.
    /// </summary>
    ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes);

    /// <summary>
    /// Bytes that the payload of an entry takes, or somewhat more: what a compaction leaves is bounded by it. Asked for thousands of
    /// entries one after another, going back, so a log that would have to read them from a file answers from its index.
    /// </summary>
    long SizeOf(long index) => Slice(index, 1, long.MaxValue).Span[0].Payload.Length;

    /// <summary>Appends the entry after <see cref="Last"/>; the log keeps a reference to the payload.</summary>
    void Append(in LogEntry entry);

    /// <summary>Removes the entries from <paramref name="index"/> on. Durable no later than the next entry appended.</summary>
    void TruncateFrom(long index);

    /// <summary>Forgets the entries up to and including <paramref name="through"/>, which becomes <see cref="Base"/>.</summary>
    void CompactThrough(EntryId through);

    /// <summary>Forgets everything; the log goes on after <paramref name="snapshot"/>.</summary>
    void ResetTo(EntryId snapshot);
}
