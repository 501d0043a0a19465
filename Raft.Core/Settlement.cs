namespace Raft.Core;

/// <summary>
/// Ends every input: draws the conclusions, in an order that keeps the promises of <see cref="IRaftCallbacks"/>. It is
/// the only place that knows how the parts follow from each other.
/// </summary>
internal sealed class Settlement(
    RaftState state,
    LeaderReplication replication,
    Membership membership,
    Transfer transfer,
    LeaderReads leaderReads,
    FollowerReads followerReads,
    StateMachineFeed feed)
{
    private Leadership? _leadership;
    private (long Term, int Leader) _followed = (state.Term, state.Leader);

    public void Settle()
    {
        NoteLeadership();
        if (state.Role == RaftRole.Leader)
        {
            Lead(state.Leadership!);
            NoteLeadership();
        }

        feed.HandOver();
        state.Announce();
    }

    /// <summary>Begins a confirmation round for the reads that wait.</summary>
    public void BeginRound()
    {
        leaderReads.JoinRound(state.Leadership!.Round + 1);
        replication.BeginRound();
    }

    /// <summary>Steps down in favour of a voter that is asked to campaign at once.</summary>
    public void HandOverTo(Peer successor, string reason)
    {
        // The heartbeat tells it what is committed.
        replication.SendHeartbeat(successor);
        transfer.AskToCampaign(successor);
        state.BecomeFollower(state.Term, 0, reason);
    }

    private void Lead(Leadership leadership)
    {
        replication.AdvanceCommit();
        while (leadership.ConfirmRounds() && leaderReads.NeedsRound)
        {
            BeginRound();
        }

        leaderReads.AnswerFollowers();
        if (membership.IsLeaderRemoved)
        {
            LeaveOffice(membership.IsMember ? "its vote was taken" : "removed from the cluster");
            return;
        }

        if (!transfer.IsUnderWay && membership.PromoteCaughtUp())
        {
            replication.SendToAll();
        }

        transfer.Advance();
    }

    private void LeaveOffice(string reason)
    {
        if (transfer.MostUpToDate() is { } successor)
        {
            HandOverTo(successor, reason);
        }
        else
        {
            state.BecomeFollower(state.Term, 0, reason);
        }
    }

    /// <summary>Leadership began or ended, or another leader is followed: what depended on the old one fails.</summary>
    private void NoteLeadership()
    {
        bool lostReads = false;
        if (!ReferenceEquals(_leadership, state.Leadership))
        {
            lostReads = leaderReads.Fail();
            transfer.Clear();
            _leadership = state.Leadership;
            if (_leadership is not null)
            {
                replication.Begin();
            }
        }

        if (_followed != (state.Term, state.Leader))
        {
            _followed = (state.Term, state.Leader);
            lostReads |= followerReads.Fail();
        }

        if (lostReads)
        {
            state.Callbacks.ReadsFailed();
        }
    }
}
