namespace Raft.Core;

/// <summary>
/// What holds of one server after every input, checked against its own past since it started. What holds between servers
/// needs a view of all of them and is checked by the simulator.
/// </summary>
internal sealed class RaftInvariants(RaftServer server)
{
    private readonly RaftState _state = server.State;
    private readonly Dictionary<int, (long StoreId, long Match)> _matches = [];
    private (long Term, int VotedFor) _vote = (server.Term, server.VotedFor);
    private (long Committed, long Handed, long Applied) _progress;
    private Leadership? _leadership;

    /// <exception cref="RaftInvariantException">One does not hold.</exception>
    public void Verify()
    {
        VerifyVote();
        VerifyCursors();
        VerifyConfigurations();
        if (_state.Role == RaftRole.Leader)
        {
            VerifyLeadership(_state.Leadership!);
        }
        else
        {
            Check.That(_state.Leadership is null, "only a leader has what only a leader knows");
            Check.That(_state.Leader != _state.NodeId, "only a leader is its own leader");
        }
    }

    private void VerifyVote()
    {
        Check.That(_state.Term >= _vote.Term, "the term never falls");
        bool isSameTerm = _state.Term == _vote.Term;
        Check.That(!isSameTerm || _vote.VotedFor == 0 || _state.VotedFor == _vote.VotedFor, "a vote is not changed in its term");
        Check.That(
            _state.Role is not (RaftRole.Candidate or RaftRole.Leader) || _state.VotedFor == _state.NodeId,
            "who asks for votes has voted for itself");
        Check.That(_state.Role is RaftRole.Follower or RaftRole.Leader || _state.Leader == 0, "a candidate knows no leader");
        _vote = (_state.Term, _state.VotedFor);
    }

    private void VerifyCursors()
    {
        IRaftLog log = _state.Log;
        long snapshot = _state.Snapshot?.Id.Last.Index ?? 0;
        Check.That(log.Base.Index <= snapshot, "what is compacted is in a snapshot");
        Check.That(snapshot <= _state.Committed, "a snapshot is of committed entries");
        Check.That(_state.Applied <= _state.Handed, "only what was handed over is applied");
        Check.That(_state.Handed <= _state.Committed, "only what is committed is handed over");
        Check.That(_state.Committed <= log.Last.Index, "only what is held is committed");
        Check.That(_state.Synced >= log.Base.Index && _state.Synced <= log.Last.Index, "only what is held is synced");
        Check.That(log.Last.Term <= _state.Term, "no entry is of a term to come");
        Check.That(log.TermAt(_state.Committed) <= log.Last.Term, "terms never fall along the log");
        Check.That(_state.Committed >= _progress.Committed, "the commit index never falls");
        Check.That(_state.Handed >= _progress.Handed, "nothing is handed over twice");
        Check.That(_state.Applied >= _progress.Applied, "nothing is applied twice");
        _progress = (_state.Committed, _state.Handed, _state.Applied);
    }

    private void VerifyConfigurations()
    {
        ConfigurationHistory history = _state.Configurations;
        Check.That(history.LatestIndex <= _state.Log.Last.Index, "a configuration is in the log or in the snapshot");
        Check.That(history.BaseIndex <= _state.Committed, "what the history begins with is final");
        Check.That(
            _state.IsVoter == (_state.Configuration.Find(_state.NodeId) is { IsVoter: true } self && self.StoreId == _state.StoreId),
            "a server votes as the configuration in effect says");
        foreach (Member member in _state.Configuration.Members)
        {
            Check.That(_state.Configuration.UsedIds.Contains(member.Id), "a member's id is a used one");
            Check.That(!member.IsVoter || member.StoreId != 0, "a voter's disk is known");
        }
    }

    private void VerifyLeadership(Leadership leadership)
    {
        Check.That(_state.Leader == _state.NodeId, "a leader knows who leads");
        Check.That(_state.Installing is null, "a leader receives no snapshot");
        Check.That(
            leadership.FirstIndex <= _state.Log.Base.Index || _state.Log.TermAt(leadership.FirstIndex) == _state.Term,
            "a leader's term begins with an entry of its own");
        Check.That(leadership.ConfirmedRound <= leadership.Round, "no round is confirmed before it began");
        Check.That(leadership.WaitingBytes >= 0, "no more bytes are handed over than waited");
        if (!ReferenceEquals(_leadership, leadership))
        {
            _leadership = leadership;
            _matches.Clear();
        }

        foreach (Peer peer in leadership.Peers)
        {
            VerifyPeer(peer);
        }
    }

    private void VerifyPeer(Peer peer)
    {
        Check.That(_state.Configuration.Find(peer.Id) is { } member && member.IsVoter == peer.IsVoter, "peers are the members");
        Check.That(peer.Match < peer.Next, "what matches is not sent again");
        Check.That(peer.Next <= _state.Log.Last.Index + 1, "only what is held is sent");
        Check.That(peer.State == PeerState.Snapshot == peer.Snapshot is not null, "a snapshot is under way in state Snapshot only");
        Check.That(peer.State == PeerState.Replicate || peer.InFlight == 0, "messages are in flight in state Replicate only");
        Check.That(peer.InFlight <= _state.Options.MaxAppendsInFlight, "no more messages are in flight than allowed");
        if (_matches.TryGetValue(peer.Id, out (long StoreId, long Match) before) && before.StoreId == peer.StoreId)
        {
            Check.That(peer.Match >= before.Match, "what a disk holds stays there");
        }

        _matches[peer.Id] = (peer.StoreId, peer.Match);
    }
}
