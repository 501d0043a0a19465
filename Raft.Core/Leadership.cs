namespace Raft.Core;

/// <summary>What only a leader knows; begins empty with every term it leads (Raft paper, figure 2, volatile state on leaders).</summary>
internal sealed class Leadership
{
    private const int RememberedRounds = 64;

    private readonly TimeSpan[] _roundBegan = new TimeSpan[RememberedRounds];
    private readonly List<Peer> _peers = [];
    private long[] _reached = [];
    private bool _ownVote;

    public Leadership(RaftState state) => Reconfigure(state);

    /// <summary>The other members.</summary>
    public List<Peer> Peers => _peers;

    /// <summary>Index of the first entry of the term: until it is committed the leader does not know what is.</summary>
    public long FirstIndex { get; set; }

    /// <summary>Payload bytes from the first entry that was not yet handed to the state machine to the last.</summary>
    public long WaitingBytes { get; set; }

    /// <summary>Number of the latest confirmation round.</summary>
    public long Round { get; private set; }

    /// <summary>The latest round that a majority answered.</summary>
    public long ConfirmedRound { get; private set; }

    public bool IsRoundUnderWay => Round > ConfirmedRound;

    /// <summary>
    /// A transfer asked another server to campaign in spite of this leader: for the rest of the term its voters may elect
    /// another one at any time.
    /// </summary>
    public bool LeaseRevoked { get; set; }

    public bool HasLearners { get; private set; }

    /// <summary>Members whose vote an operator took: not promoted, however well they keep up.</summary>
    public HashSet<int> HeldBack { get; } = [];

    /// <summary>This server is the only voter: it need not ask anyone.</summary>
    public bool IsSoleVoter => _ownVote && _reached.Length == 1;

    /// <summary>The last entry that a voter was sent: syncing the own log further helps to commit nothing yet.</summary>
    public long SentToVoter(long last)
    {
        long sent = 0;
        foreach (Peer peer in _peers)
        {
            long through = peer is { State: PeerState.Probe, IsProbeSent: true } ? last : peer.Next - 1;
            sent = peer.IsVoter && through > sent ? through : sent;
        }

        return sent;
    }

    public Peer? Find(int id)
    {
        foreach (Peer peer in _peers)
        {
            if (peer.Id == id)
            {
                return peer;
            }
        }

        return null;
    }

    /// <summary>The configuration changed: keeps what is known of members that stay.</summary>
    public void Reconfigure(RaftState state)
    {
        ClusterConfiguration configuration = state.Configuration;
        _peers.RemoveAll(peer => configuration.Find(peer.Id) is null);
        HasLearners = false;
        int voters = 0;
        foreach (Member member in configuration.Members)
        {
            HasLearners |= !member.IsVoter;
            voters += member.IsVoter ? 1 : 0;
            if (member.Id == state.NodeId)
            {
                continue;
            }

            if (Find(member.Id) is { } known)
            {
                known.Change(member);
            }
            else
            {
                _peers.Add(new Peer(member, state.Log.Last.Index + 1, state.Now));
            }
        }

        // A leader that its own configuration does not name leads on without counting itself (thesis, section 4.2.2).
        _ownVote = configuration.Find(state.NodeId) is { IsVoter: true };
        _reached = new long[voters];
    }

    public void BeginRound(TimeSpan now)
    {
        Round++;
        _roundBegan[Round % RememberedRounds] = now;
    }

    /// <summary>Whether a round was confirmed that was not before.</summary>
    public bool ConfirmRounds()
    {
        long agreed = IsRoundUnderWay ? Agreed(Round, static peer => peer.AnsweredRound) : ConfirmedRound;
        bool isNew = agreed > ConfirmedRound;
        ConfirmedRound = Math.Max(ConfirmedRound, agreed);
        return isNew;
    }

    /// <summary>When the latest round began.</summary>
    public TimeSpan RoundBegan => _roundBegan[Round % RememberedRounds];

    /// <summary>When the latest confirmed round began, which every voter that answered it heard no earlier; null when forgotten.</summary>
    public TimeSpan? ConfirmedRoundBegan =>
        ConfirmedRound > 0 && Round - ConfirmedRound < RememberedRounds ? _roundBegan[ConfirmedRound % RememberedRounds] : null;

    /// <summary>The highest index on the disks of a majority, the leader's own disk being one among them.</summary>
    public long AgreedMatch(long ownSynced) => Agreed(ownSynced, static peer => peer.Match);

    /// <summary>The highest index on the disks of all members, non-voters included.</summary>
    public long LeastMatch(long ownSynced)
    {
        long least = ownSynced;
        foreach (Peer peer in _peers)
        {
            least = Math.Min(least, peer.Match);
        }

        return least;
    }

    /// <summary>Since when a majority has been heard.</summary>
    public TimeSpan AgreedContact(TimeSpan now) => new(Agreed(now.Ticks, static peer => peer.Contact.Ticks));

    private long Agreed(long own, Func<Peer, long> reached)
    {
        int count = 0;
        if (_ownVote)
        {
            _reached[count++] = own;
        }

        foreach (Peer peer in _peers)
        {
            if (peer.IsVoter)
            {
                _reached[count++] = reached(peer);
            }
        }

        Check.That(count == _reached.Length, "every voter is counted once");
        return Quorum.Agreed(_reached);
    }
}
