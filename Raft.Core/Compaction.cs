namespace Raft.Core;

/// <summary>Forgets the part of the log that a snapshot replaces, except for a tail that followers may still need.</summary>
internal sealed class Compaction(RaftState state)
{
    public void SnapshotTaken(SnapshotId id)
    {
        // A new member may take one before it has applied anything: that one replaces nothing.
        if (id.Last.Index <= (state.Snapshot?.Id.Last.Index ?? 0))
        {
            return;
        }

        Check.That(id.Last.Index <= state.Handed && state.Holds(id.Last), "a snapshot is of applied entries");
        long index = id.Last.Index;
        long time = state.Log.Slice(index, 1, long.MaxValue).Span[0].Time;
        state.Snapshot = new RaftSnapshot(id, time, state.Configurations.At(index));
        state.Configurations.CompactThrough(index);

        long through = LastToForget(index);
        if (through > state.Log.Base.Index)
        {
            state.Log.CompactThrough(new EntryId(state.Log.TermAt(through), through));
        }
    }

    private long LastToForget(long snapshotIndex)
    {
        long through = WithoutSnapshotsUnderWay(snapshotIndex);
        long least = Math.Max(state.Log.Base.Index, snapshotIndex - state.Options.KeptEntries);
        long bytes = 0;
        while (through > least)
        {
            bytes += state.Log.SizeOf(through);
            if (bytes > state.Options.KeptBytes)
            {
                break;
            }

            through--;
        }

        return through;
    }

    /// <summary>What follows a snapshot that a peer is receiving is needed as soon as it has it.</summary>
    private long WithoutSnapshotsUnderWay(long through)
    {
        if (state.Leadership is { } leadership)
        {
            foreach (Peer peer in leadership.Peers)
            {
                if (peer.Snapshot is { } progress && peer.Answers(state.Now, state.Options.ElectionTimeout))
                {
                    through = Math.Min(through, progress.Id.Last.Index);
                }
            }
        }

        return through;
    }
}
