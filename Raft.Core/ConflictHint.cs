namespace Raft.Core;

/// <summary>
/// Finds where two logs part in one round trip a term instead of one an entry (Raft paper, end of section 5.3): both
/// sides skip what cannot match because terms never fall along a log.
/// </summary>
internal static class ConflictHint
{
    /// <summary>
    /// The follower's side: its last entry that may equal the leader's at that place, when it refused
    /// <paramref name="previous"/>. The leader's entries before it have at most its term.
    /// </summary>
    public static EntryId ForRefusal(IRaftLog log, EntryId previous)
    {
        long index = Math.Min(previous.Index - 1, log.Last.Index);
        while (index > log.Base.Index && log.TermAt(index) > previous.Term)
        {
            index--;
        }

        return new EntryId(log.TermAt(index), index);
    }

    /// <summary>
    /// The leader's side: the index to send next. The follower's entries up to the hint have at most its term, so
    /// entries of the leader with a greater term cannot be among them. May be at or below the log's base: then only a
    /// snapshot helps.
    /// </summary>
    public static long NextToSend(IRaftLog log, EntryId hint)
    {
        long index = Math.Min(hint.Index, log.Last.Index);
        while (index >= log.Base.Index && log.TermAt(index) > hint.Term)
        {
            index--;
        }

        return index + 1;
    }
}
