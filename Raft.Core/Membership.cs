namespace Raft.Core;

/// <summary>
/// Changes the members, one voter at a time, so that majorities of neighbouring configurations overlap (thesis,
/// sections 4.1 and 4.2). A change takes effect when it is appended; the next one may follow when it is committed.
/// </summary>
internal sealed class Membership(RaftState state)
{
    /// <summary>
    /// Whether a change may be appended: the one before is committed, and so is an entry of this term. Without the latter
    /// two leaders could each commit a change that the other one's majority does not overlap.
    /// </summary>
    public bool IsChangeAllowed =>
        state.Leadership is { } leadership
        && state.Committed >= leadership.FirstIndex
        && state.Committed >= state.Configurations.LatestIndex;

    /// <summary>Makes this server the only member of a new cluster.</summary>
    public void Bootstrap(string address)
    {
        // A leader that is known, or whose snapshot is being installed, has this server in its cluster already.
        if (state.Log.Last != EntryId.None || state.Configuration.UsedIds.Count > 0 || state.Leader != 0 || state.Installing is not null)
        {
            throw new InvalidOperationException("Only a server that never belonged to a cluster can begin one.");
        }

        state.AdoptTerm(state.Term + 1, 0);
        Append(ClusterConfiguration.Empty.With(new Member(state.NodeId, IsVoter: true, address, state.StoreId)));
    }

    /// <summary>The only member from now on is this server, with this disk, whatever the others may say.</summary>
    public void RecoverAlone()
    {
        if (state.Configuration.UsedIds.Count == 0)
        {
            throw new InvalidOperationException("Only a server that belongs to a cluster can go on alone.");
        }

        if (state.Installing is not null)
        {
            throw new InvalidOperationException("A snapshot is being installed: first answer that it is, or that it is damaged.");
        }

        string address = state.Configuration.Find(state.NodeId)?.Address ?? "";
        ClusterConfiguration alone = state.Configuration;
        foreach (Member member in state.Configuration.Members)
        {
            alone = alone.Without(member.Id);
        }

        state.BecomeFollower(state.Term + 1, 0, "was told to go on alone");
        Append(alone.With(new Member(state.NodeId, IsVoter: true, address, state.StoreId)));
    }

    public ProposeResult Add(int nodeId, string address, out EntryId id)
    {
        id = default;
        if (!IsChangeAllowed)
        {
            return ProposeResult.ChangeInProgress;
        }

        if (nodeId <= 0 || state.Configuration.UsedIds.Contains(nodeId))
        {
            return ProposeResult.InvalidChange;
        }

        id = Append(state.Configuration.With(new Member(nodeId, IsVoter: false, address)));
        return ProposeResult.Accepted;
    }

    public ProposeResult Remove(int nodeId, out EntryId id)
    {
        id = default;
        if (!IsChangeAllowed)
        {
            return ProposeResult.ChangeInProgress;
        }

        ClusterConfiguration rest = state.Configuration.Without(nodeId);
        if (state.Configuration.Find(nodeId) is null || !rest.Members.Any(member => member.IsVoter))
        {
            return ProposeResult.InvalidChange;
        }

        id = Append(rest);
        return ProposeResult.Accepted;
    }

    /// <summary>A voter becomes a non-voter: majorities of both configurations overlap, as they do when it is removed.</summary>
    public ProposeResult Demote(int nodeId, out EntryId id)
    {
        id = default;
        if (!IsChangeAllowed)
        {
            return ProposeResult.ChangeInProgress;
        }

        if (state.Configuration.Find(nodeId) is not { IsVoter: true } voter || state.Configuration.Members.Count(member => member.IsVoter) == 1)
        {
            return ProposeResult.InvalidChange;
        }

        state.Leadership!.HeldBack.Add(nodeId);
        id = Append(state.Configuration.With(voter with { IsVoter = false, StoreId = 0 }));
        return ProposeResult.Accepted;
    }

    public bool IsMember => state.Configuration.Find(state.NodeId) is not null;

    /// <summary>Whether this leader's own removal, or the loss of its vote, is committed: its work is done (thesis, section 4.2.2).</summary>
    public bool IsLeaderRemoved =>
        !state.IsVoter && state.Leadership is not null && state.Committed >= state.Configurations.LatestIndex;

    /// <summary>
    /// Makes a non-voter a voter once it is caught up: it reached the end that the log had when a round of catching up
    /// began, within an election timeout (thesis, section 4.2.1). Whether an entry was appended for that.
    /// </summary>
    public bool PromoteCaughtUp()
    {
        if (state.Leadership is not { HasLearners: true } leadership)
        {
            return false;
        }

        foreach (Peer peer in leadership.Peers)
        {
            if (peer.IsVoter || leadership.HeldBack.Contains(peer.Id) || peer.StoreId == 0 || peer.Match < peer.CatchUpTarget)
            {
                continue;
            }

            if (state.Now - peer.CatchUpBegan >= state.Options.ElectionTimeout)
            {
                peer.BeginCatchUpRound(state.Log.Last.Index, state.Now);
            }
            else if (IsChangeAllowed)
            {
                Member member = state.Configuration.Find(peer.Id)!;
                Append(state.Configuration.With(member with { IsVoter = true, StoreId = peer.StoreId }));
                return true;
            }
        }

        return false;
    }

    private EntryId Append(ClusterConfiguration configuration) =>
        state.AppendOwn(EntryType.Configuration, configuration.Encode());
}
