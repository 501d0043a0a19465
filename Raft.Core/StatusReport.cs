namespace Raft.Core;

/// <summary>Makes a <see cref="RaftStatus"/>; reads only.</summary>
internal static class StatusReport
{
    public static RaftStatus Of(RaftState state, bool isTransferring)
    {
        List<PeerStatus> peers = [];
        foreach (Peer peer in state.Leadership?.Peers ?? [])
        {
            peers.Add(Of(state, peer));
        }

        bool follows = state.Role == RaftRole.Follower && state.Leader != 0;
        return new RaftStatus(
            state.NodeId,
            state.Role,
            state.Term,
            state.VotedFor,
            state.Leader,
            state.Cursors,
            state.Log.Last,
            state.Log.Base,
            state.Snapshot?.Id,
            state.Configuration,
            state.Configurations.LatestIndex <= state.Committed,
            follows && !state.HeardLeader ? state.Now - state.LeaderContact : TimeSpan.Zero,
            isTransferring,
            peers);
    }

    private static PeerStatus Of(RaftState state, Peer peer) => new(
        peer.Id,
        peer.IsVoter,
        state.Configuration.Find(peer.Id)!.Address,
        peer.State,
        peer.Match,
        peer.Next,
        peer.InFlight,
        state.Log.Last.Index - peer.Match,
        LagTime(state, peer.Match),
        state.Now - peer.Contact,
        peer.Snapshot?.Received,
        peer.Snapshot?.Id.Size,
        peer.IsWiped);

    private static TimeSpan? LagTime(RaftState state, long match)
    {
        if (match == state.Log.Last.Index)
        {
            return TimeSpan.Zero;
        }

        return match > state.Log.Base.Index
            ? TimeSpan.FromMilliseconds(state.LastEntryTime - state.Log.Slice(match, 1, long.MaxValue).Span[0].Time)
            : null;
    }
}
