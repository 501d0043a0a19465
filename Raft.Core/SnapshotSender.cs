namespace Raft.Core;

/// <summary>
/// The leader's side of InstallSnapshot: chunks in a window, gone on with where the follower says (Raft paper, section 7).
/// </summary>
internal sealed class SnapshotSender(RaftState state)
{
    /// <summary>Turns to the newest snapshot and asks the peer how much of it it has.</summary>
    public void Begin(Peer peer)
    {
        peer.BecomeSnapshot(state.Snapshot!, state.Now);
        SendHeartbeat(peer);
    }

    /// <summary>Tells that the leader is alive.</summary>
    public void SendHeartbeat(Peer peer) => Send(peer, default);

    /// <summary>When no chunk got through for a while, asks the peer anew how much it has.</summary>
    public void Periodic(Peer peer)
    {
        SnapshotProgress progress = peer.Snapshot!;
        if (state.Now - progress.Progressed >= state.Options.HeartbeatInterval)
        {
            progress.Close(state.Now);
            SendHeartbeat(peer);
        }
    }

    /// <summary>Sends as many chunks as the window allows. Whether any was sent.</summary>
    public bool SendChunks(Peer peer)
    {
        SnapshotProgress progress = peer.Snapshot!;
        long window = (long)state.Options.MaxSnapshotChunksInFlight * state.Options.MaxSnapshotChunkBytes;
        bool sent = false;
        while (progress.IsOpen && progress.Sent < progress.Id.Size && progress.Sent - progress.Received < window)
        {
            ReadOnlyMemory<byte> chunk =
                state.Callbacks.ReadSnapshot(progress.Id, progress.Sent, state.Options.MaxSnapshotChunkBytes);
            if (chunk.IsEmpty)
            {
                // A newer snapshot took its place.
                Begin(peer);
                return true;
            }

            Send(peer, chunk);
            progress.SentChunk(chunk.Length);
            sent = true;
        }

        return sent;
    }

    public void Receive(Peer peer, in SnapshotReply reply)
    {
        if (peer.Snapshot is not { } progress || progress.Id != reply.Snapshot)
        {
            return;
        }

        if (reply.Installed)
        {
            peer.Acknowledge(progress.Id.Last.Index);
            peer.BecomeProbe(peer.Next);
        }
        else
        {
            progress.Acknowledge(reply.Received, state.Now);
        }
    }

    private void Send(Peer peer, ReadOnlyMemory<byte> chunk)
    {
        SnapshotProgress progress = peer.Snapshot!;
        peer.Sent = state.Now;
        state.Callbacks.Send(
            peer.Id,
            new SnapshotRequest(
                state.Term,
                state.NodeId,
                progress.Id,
                progress.Sent,
                state.Leadership!.Round,
                progress.Snapshot.Time,
                progress.Configuration,
                chunk));
    }
}
