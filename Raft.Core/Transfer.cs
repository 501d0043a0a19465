namespace Raft.Core;

/// <summary>
/// Hands leadership to another voter: proposals stop, the target gets what it lacks, then it campaigns at once (thesis,
/// section 3.10).
/// </summary>
internal sealed class Transfer(RaftState state)
{
    private int _target;
    private TimeSpan _deadline;
    private TimeSpan? _asked;

    public bool IsUnderWay => _target != 0;

    /// <summary>Begins a transfer to a voter; 0 leaves the choice. False when there is no such voter.</summary>
    public bool Begin(int target)
    {
        Peer? peer = target == 0 ? MostUpToDate() : state.Leadership!.Find(target);
        if (peer is not { IsVoter: true, IsWiped: false })
        {
            return false;
        }

        _target = peer.Id;
        _deadline = state.Now + state.Options.TransferTimeout;
        _asked = null;
        return true;
    }

    /// <summary>Asks the target to campaign once its disk holds the whole log; again when that seems lost.</summary>
    public void Advance()
    {
        if (!IsUnderWay)
        {
            return;
        }

        if (state.Now >= _deadline || state.Leadership!.Find(_target) is not { IsVoter: true } peer)
        {
            Clear();
        }
        else if (peer.Match == state.Log.Last.Index
            && (_asked is null || state.Now - _asked >= state.Options.HeartbeatInterval))
        {
            _asked = state.Now;
            AskToCampaign(peer);
        }
    }

    public void Clear() => _target = 0;

    /// <summary>The voter to lead when this server stops: the one with most of the log among those that answer.</summary>
    public Peer? MostUpToDate()
    {
        Peer? best = null;
        foreach (Peer peer in state.Leadership!.Peers)
        {
            bool answers = peer.IsVoter && !peer.IsWiped && peer.Answers(state.Now, state.Options.ElectionTimeout);
            if (answers && (best is null || peer.Match > best.Match))
            {
                best = peer;
            }
        }

        return best;
    }

    /// <summary>From here on the target may win at any time, so no lease holds any more.</summary>
    public void AskToCampaign(Peer peer)
    {
        state.Leadership!.LeaseRevoked = true;
        state.Callbacks.Send(peer.Id, new TimeoutNow(state.Term, state.NodeId));
    }
}
