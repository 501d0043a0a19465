namespace Raft.Core.Tests.Checkers;

/// <summary>
/// Whom one incarnation of a node heard, by its own clock, and what follows: what it promised a leader, and whether it may
/// still lead. A contact counts from the end of the tick in which it was made.
/// </summary>
internal sealed class Contacts
{
    private readonly Dictionary<(int Node, long Store), long> _heardAt = [];
    private readonly HashSet<(int Node, long Store)> _heardNow = [];
    private bool _heardLeaderNow;
    private long _leaderHeardAt;
    private long _leaderTerm = -1;
    private bool _leaderSuspected;
    private (long Term, long Round) _answered;

    /// <summary>Microseconds that this incarnation was told have passed.</summary>
    public long Now { get; private set; }

    /// <summary>Since when the present leadership, or its present members, last: nobody can have been heard before.</summary>
    public long LedSince { get; set; }

    /// <summary>Until then the disk was reported not to keep up.</summary>
    public long StalledUntil { get; set; }

    public void Pass(long elapsed)
    {
        Now += elapsed;
        if (_heardLeaderNow)
        {
            (_heardLeaderNow, _leaderHeardAt) = (false, Now);
        }

        foreach ((int, long) heard in _heardNow)
        {
            _heardAt[heard] = Now;
        }

        _heardNow.Clear();
    }

    public void HearLeader(long term) => (_leaderTerm, _heardLeaderNow, _leaderSuspected) = (term, true, false);

    public void SuspectLeader() => _leaderSuspected = true;

    public void Hear(int node, long store) => _heardNow.Add((node, store));

    public void AnswerRound(long term, long round) =>
        _answered = (term, term == _answered.Term ? Math.Max(round, _answered.Round) : round);

    public bool HasAnswered(long term, long round) => _answered.Term == term && _answered.Round >= round;

    /// <summary>Whether a follower in this term heard its leader too recently to help another one (thesis, section 4.2.3).</summary>
    public bool IsLoyal(long term, long electionTimeout) =>
        term == _leaderTerm && !_leaderSuspected && (_heardLeaderNow || Now - _leaderHeardAt < electionTimeout);

    public bool Hears(int node, long store, long electionTimeout) => _heardNow.Contains((node, store))
        || Now - Math.Max(LedSince, _heardAt.GetValueOrDefault((node, store), LedSince)) < electionTimeout;

    /// <summary>Whether the node was heard at all, recently, and not only has had no chance yet.</summary>
    public bool HasHeard(int node, long store, long electionTimeout) =>
        _heardNow.Contains((node, store)) || (_heardAt.TryGetValue((node, store), out long at) && Now - at < electionTimeout);
}
