namespace Raft.Core;

/// <summary>
/// Wins and grants leadership: elections (Raft paper, section 5.2 and 5.4.1), with a pre-vote before each one
/// (thesis, section 9.6) and voters that stay with a leader they hear (thesis, section 4.2.3).
/// </summary>
internal sealed class Election
{
    /// <summary>
    /// An election that cannot be won any more, or in which a rival got a vote, is tried again within this part of the
    /// election timeout, and within twice as much after each further loss, until rivals that keep step are apart.
    /// </summary>
    private const double RetryFraction = 0.2;

    /// <summary>After the leader's connection closed, followers spread their pre-votes over this part of the election timeout.</summary>
    private const double HintFraction = 0.1;

    private readonly RaftState _state;
    private readonly Dictionary<int, bool> _answers = [];
    private readonly TimeSpan _refuseUntil;
    private double _retryFraction = RetryFraction;
    private bool _isContested;

    public Election(RaftState state)
    {
        _state = state;
        bool isAlone = state.IsVoter && state.Configuration.Members.Count(member => member.IsVoter) == 1;

        // Before the restart this server may have promised a leader not to elect another one. That leader may since have
        // removed itself and left this server alone, so only one that never had company is free at once.
        bool hadCompany = state.Configuration.UsedIds.Count > 1;
        _refuseUntil = state.Options.LeaseReads && (!isAlone || hadCompany) ? state.Options.ElectionTimeout : TimeSpan.Zero;
        state.ElectionDeadline = isAlone ? _refuseUntil : state.DrawElectionTimeout();
    }

    /// <summary>Whether this server hears a leader, or may have promised one before it was restarted not to elect another.</summary>
    private bool IsLoyal => _state.HearsLeader || _state.Now < _refuseUntil;

    public void Periodic()
    {
        if (_state.Role == RaftRole.Leader || _state.Now < _state.ElectionDeadline)
        {
            return;
        }

        string reason = _state.Leader == 0 ? "no leader was heard" : "the leader fell silent";
        if (_state.MayCampaign)
        {
            PreVote(reason);
        }
        else
        {
            _state.BecomeFollower(_state.Term, 0, reason);
            _state.RestartElectionTimer();
        }
    }

    /// <summary>
    /// The leader's connection closed: pre-vote soon. Not with lease reads, where followers promised to wait.
    /// </summary>
    public void SuspectLeader()
    {
        if (_state.Role == RaftRole.Follower && !_state.Options.LeaseReads)
        {
            _state.LeaderSuspected = true;
            _retryFraction = RetryFraction;
            RetryWithin(HintFraction);
        }
    }

    /// <summary>The same as a voter is asked for: who hears a leader supports no other, not even itself.</summary>
    public void PreVoteUnlessPromised(string reason)
    {
        if (!IsLoyal)
        {
            PreVote(reason);
        }
    }

    /// <summary>Asks whether an election could be won; nobody's term changes.</summary>
    public void PreVote(string reason)
    {
        bool suspected = _state.LeaderSuspected;
        _state.BecomePreCandidate(reason);
        _state.LeaderSuspected = suspected;
        Ask(new VoteRequest(_state.Term + 1, _state.NodeId, _state.Log.Last, IsPreVote: true, IsTransfer: false));
    }

    /// <summary>Starts an election. A transfer's election does not wait for voters to miss their leader.</summary>
    public void Campaign(bool isTransfer, string reason)
    {
        _state.BecomeCandidate(reason);
        Ask(new VoteRequest(_state.Term, _state.NodeId, _state.Log.Last, IsPreVote: false, isTransfer));
    }

    /// <summary>The leader hands over to this server. A request of an earlier term or leader comes too late.</summary>
    public void Receive(int from, in TimeoutNow message)
    {
        if (message.Term == _state.Term && _state.Role == RaftRole.Follower && _state.Leader == from && _state.MayCampaign)
        {
            Campaign(isTransfer: true, "leadership was handed over");
        }
    }

    /// <summary>
    /// The candidate need not be a member here: its configuration may be newer than this one's (thesis, section 4.2.2).
    /// </summary>
    public void Receive(int from, in VoteRequest request)
    {
        // A leader hands over to voters only: a removed server that claims so does not depose it.
        bool isHandedOver = request.IsTransfer && _state.Configuration.Find(request.Candidate) is { IsVoter: true };
        bool hasPromise = IsLoyal && !isHandedOver;
        bool isUpToDate = request.LastEntry >= _state.Log.Last;
        if (request.IsPreVote)
        {
            bool wouldGrant = request.Term > _state.Term && !hasPromise && isUpToDate;
            _state.Callbacks.Send(
                from, new VoteReply(wouldGrant ? request.Term : _state.Term, IsPreVote: true, wouldGrant, _state.StoreId));
            return;
        }

        bool granted = false;
        if (request.Term >= _state.Term && !hasPromise)
        {
            bool isNewTerm = request.Term > _state.Term;
            granted = isUpToDate && (isNewTerm || _state.VotedFor == 0 || _state.VotedFor == request.Candidate);
            if (granted || isNewTerm)
            {
                // Term and vote in one durable step, before the reply.
                _state.AdoptTerm(request.Term, granted ? request.Candidate : 0);
            }

            if (isNewTerm)
            {
                _state.BecomeFollower(request.Term, 0, "another server campaigns");
            }

            if (granted)
            {
                _state.RestartElectionTimer();
            }
        }

        _state.Callbacks.Send(from, new VoteReply(_state.Term, IsPreVote: false, granted, _state.StoreId));
    }

    public void Receive(int from, in VoteReply reply)
    {
        if (_state.Configuration.Find(from) is not { IsVoter: true } voter || voter.StoreId != reply.StoreId)
        {
            return;
        }

        if (!reply.Granted && reply.Term > _state.Term)
        {
            // An answer to a campaign that is over may come late: who hears a leader again keeps what it promised it.
            if (_state.Role != RaftRole.Follower || !_state.HearsLeader)
            {
                _state.BecomeFollower(reply.Term, 0, "a voter is in a later term");
            }

            return;
        }

        bool answersPreVote = _state.Role == RaftRole.PreCandidate && reply.IsPreVote
            && (!reply.Granted || reply.Term == _state.Term + 1);
        bool answersVote = _state.Role == RaftRole.Candidate && !reply.IsPreVote && reply.Term == _state.Term;
        if (answersPreVote || answersVote)
        {
            _answers[from] = reply.Granted;
            Count();
        }
    }

    private void Ask(in VoteRequest request)
    {
        _state.RestartElectionTimer();
        _isContested = false;
        _answers.Clear();
        _answers[_state.NodeId] = true;
        foreach (Member member in _state.Configuration.Members)
        {
            if (member.IsVoter && member.Id != _state.NodeId)
            {
                _state.Callbacks.Send(member.Id, request);
            }
        }

        Count();
    }

    private void Count()
    {
        switch (OutcomeNow())
        {
            case VoteOutcome.Won when _state.Role == RaftRole.PreCandidate:
                Campaign(isTransfer: false, "a majority would vote for this server");
                break;
            case VoteOutcome.Won:
                _retryFraction = RetryFraction;
                _state.BecomeLeader("elected by a majority");
                break;
            case VoteOutcome.Lost when _state.Role == RaftRole.Candidate || _state.LeaderSuspected:
                RetryWithin(_retryFraction);
                _retryFraction = Math.Min(1, 2 * _retryFraction);
                break;
            case VoteOutcome.Open when _state.Role == RaftRole.Candidate && !_isContested && _answers.ContainsValue(false):
                // Often two rivals split the votes of those that live, and what is missing is the vote of the leader that died.
                _isContested = true;
                RetryWithin(_retryFraction);
                _retryFraction = Math.Min(1, 2 * _retryFraction);
                break;
            default:
                break;
        }
    }

    private VoteOutcome OutcomeNow()
    {
        int voters = 0;
        int granted = 0;
        int refused = 0;
        foreach (Member member in _state.Configuration.Members)
        {
            if (!member.IsVoter)
            {
                continue;
            }

            voters++;
            if (_answers.TryGetValue(member.Id, out bool isGranted))
            {
                granted += isGranted ? 1 : 0;
                refused += isGranted ? 0 : 1;
            }
        }

        return Quorum.Outcome(voters, granted, refused);
    }

    /// <summary>Sooner than by the election timeout, but not before a promise that may stand from before a restart has run out.</summary>
    private void RetryWithin(double fraction)
    {
        TimeSpan wait = _state.DrawUpTo(_state.Options.ElectionTimeout * fraction)
            + (_state.PriorityDelay * fraction);
        TimeSpan retry = _state.Now + wait;
        _state.ElectionDeadline = retry > _refuseUntil ? retry : _refuseUntil;
    }
}
