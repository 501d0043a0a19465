namespace Raft.Core;

/// <summary>
/// The follower's side of InstallSnapshot. The name of a snapshot is its content, so what was received from one leader is
/// gone on with under the next one when it sends the same, and dropped when it sends another.
/// </summary>
internal sealed class SnapshotReceiver(RaftState state, FollowerAppend append)
{
    private SnapshotId _receiving;
    private long _received;

    public void Receive(int from, in SnapshotRequest request)
    {
        if (!state.Follow(request.Term, request.Leader))
        {
            Reply(from, request.Snapshot, 0, isInstalled: false);
            return;
        }

        append.NoteRound(request.Round);
        SnapshotId snapshot = request.Snapshot;
        if (snapshot.Last.Index <= state.Committed)
        {
            // Everything it covers is here; say so once it is on disk.
            Reply(from, snapshot, snapshot.Size, isInstalled: state.Synced >= snapshot.Last.Index);
            return;
        }

        if (state.Installing is { } installing)
        {
            Reply(from, snapshot, installing.Id == snapshot ? snapshot.Size : 0, isInstalled: false);
            return;
        }

        Store(request);
        if (_received == snapshot.Size)
        {
            _receiving = default;
            state.Installing = new RaftSnapshot(
                snapshot, request.Time, ClusterConfiguration.Decode(request.Configuration.Span));
            state.Callbacks.InstallSnapshot(state.Installing);
        }

        Reply(from, snapshot, _received, isInstalled: false);
    }

    public void Installed(SnapshotId snapshot)
    {
        state.Install(Answered(snapshot));
        if (state.Leader != 0 && state.Leader != state.NodeId)
        {
            Reply(state.Leader, snapshot, snapshot.Size, isInstalled: true);
        }
    }

    /// <summary>The bytes were damaged: the leader's next message finds nothing received.</summary>
    public void Rejected(SnapshotId snapshot) => Answered(snapshot);

    private RaftSnapshot Answered(SnapshotId snapshot)
    {
        if (state.Installing is not { } installing || installing.Id != snapshot)
        {
            throw new InvalidOperationException("This snapshot was not given to install.");
        }

        state.Installing = null;
        return installing;
    }

    private void Store(in SnapshotRequest request)
    {
        if (request.Snapshot != _receiving)
        {
            _receiving = request.Snapshot;
            _received = 0;
        }

        if (request.Offset == _received && !request.Chunk.IsEmpty)
        {
            state.Callbacks.StoreSnapshotChunk(request.Snapshot, request.Offset, request.Chunk);
            _received += request.Chunk.Length;
            Check.That(_received <= request.Snapshot.Size, "a snapshot has the size its name says");
        }
    }

    private void Reply(int to, SnapshotId snapshot, long received, bool isInstalled) =>
        state.Callbacks.Send(
            to, new SnapshotReply(state.Term, snapshot, received, isInstalled, append.Round, state.StoreId));
}
