namespace Raft.Core;

/// <summary>
/// The follower's side of AppendEntries (Raft paper, figure 2). An entry is acknowledged only when it is on disk; the
/// leader's commit index counts only as far as this log is verified to equal the leader's.
/// </summary>
internal sealed class FollowerAppend(RaftState state)
{
    private long _term;
    private long _verified;
    private long _acknowledged;
    private long _round;
    private bool _owesReply;

    /// <summary>Up to here this log is known to equal the log of the current term's leader.</summary>
    public long Verified => _term == state.Term ? _verified : 0;

    public void Receive(int from, in AppendRequest request)
    {
        if (!state.Follow(request.Term, request.Leader))
        {
            Refuse(from, request.Previous.Index, EntryId.None);
            return;
        }

        bool isNewRound = NoteRound(request.Round);
        EntryId previous = request.Previous;
        if (previous.Index >= state.Log.Base.Index && !state.Holds(previous))
        {
            Refuse(from, previous.Index, ConflictHint.ForRefusal(state.Log, previous));
            return;
        }

        bool isAppended = Store(previous, request.Entries.Span);
        _verified = Math.Max(_verified, previous.Index + request.Entries.Length);
        state.Commit(Math.Min(request.Committed, _verified));

        _owesReply = _verified > state.Synced;
        if (!isAppended || isNewRound)
        {
            Acknowledge(from);
        }
    }

    /// <summary>A snapshot request of the term's leader carries its round too.</summary>
    public bool NoteRound(long round)
    {
        if (_term != state.Term)
        {
            _term = state.Term;
            _verified = 0;
            _acknowledged = 0;
            _round = 0;
            _owesReply = false;
        }

        bool isNew = round > _round;
        _round = Math.Max(_round, round);
        return isNew;
    }

    /// <summary>The highest round heard from the current term's leader.</summary>
    public long Round => _term == state.Term ? _round : 0;

    /// <summary>The disk went on: one reply for all that waited for it. Whoever is known to lead is of the term that was noted.</summary>
    public void Synced()
    {
        if (_owesReply && state.Leader != 0 && state.Leader != state.NodeId)
        {
            if (Math.Min(_verified, state.Synced) > _acknowledged)
            {
                Acknowledge(state.Leader);
            }

            _owesReply = _verified > state.Synced;
        }
    }

    /// <summary>
    /// Appends what this log lacks. Truncates only where an entry conflicts: the message may be old and shorter than the
    /// log. Places below the log's base are committed, so they match.
    /// </summary>
    private bool Store(EntryId previous, ReadOnlySpan<LogEntry> entries)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly LogEntry entry = ref entries[i];
            Check.That(entry.Index == previous.Index + i + 1 && entry.Term <= state.Term, "entries of a message are consecutive");
            Check.That(entry.Index != state.Log.Base.Index || entry.Id == state.Log.Base, "compacted entries are committed");
            if (entry.Index <= state.Log.Base.Index || state.Holds(entry.Id))
            {
                continue;
            }

            if (entry.Index <= state.Log.Last.Index)
            {
                Check.That(entry.Index > _verified, "what was verified against a leader stays verified in its term");
                state.TruncateFrom(entry.Index);
            }

            foreach (ref readonly LogEntry missing in entries[i..])
            {
                state.Append(missing);
            }

            return true;
        }

        return false;
    }

    private void Acknowledge(int to)
    {
        _acknowledged = Math.Min(_verified, state.Synced);
        state.Callbacks.Send(
            to, new AppendReply(state.Term, Success: true, _acknowledged, EntryId.None, _round, state.StoreId));
    }

    private void Refuse(int to, long previous, EntryId hint) =>
        state.Callbacks.Send(to, new AppendReply(state.Term, Success: false, previous, hint, Round, state.StoreId));
}
