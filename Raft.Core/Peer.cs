namespace Raft.Core;

/// <summary>How a leader sends to a peer.</summary>
public enum PeerState
{
    /// <summary>Looks for the place where the logs agree, one message at a time.</summary>
    Probe,

    /// <summary>Sends ahead of the acknowledgements, as far as the window allows.</summary>
    Replicate,

    /// <summary>Sends a snapshot: the entries it needs are compacted.</summary>
    Snapshot,
}

/// <summary>What the leader knows of one member.</summary>
internal sealed class Peer(Member member, long next, TimeSpan now)
{
    private readonly Ring<long> _inFlight = new();
    private bool _heard;

    public int Id { get; } = member.Id;

    public bool IsVoter { get; private set; } = member.IsVoter;

    /// <summary>The disk whose acknowledgements count; 0 until a non-voter's first answer tells.</summary>
    public long StoreId { get; private set; } = member.StoreId;

    /// <summary>A voter answered from another disk than the one that was promoted: it has forgotten what it acknowledged.</summary>
    public bool IsWiped { get; private set; }

    public PeerState State { get; private set; } = PeerState.Probe;

    /// <summary>The peer's disk is known to hold the leader's log up to here.</summary>
    public long Match { get; private set; }

    /// <summary>The entry to send next.</summary>
    public long Next { get; private set; } = next;

    /// <summary>A probe with entries was sent and not answered; heartbeats repeat it without.</summary>
    public bool IsProbeSent { get; set; }

    /// <summary>When something was last sent.</summary>
    public TimeSpan Sent { get; set; } = now;

    /// <summary>When it was last heard; counts from the end of the tick in which it was. A new leader gives everyone a chance.</summary>
    public TimeSpan Contact { get; private set; } = now;

    public long AnsweredRound { get; private set; }

    /// <summary>Messages with entries that were not acknowledged.</summary>
    public int InFlight => _inFlight.Count;

    /// <summary>The snapshot on its way, in state Snapshot only.</summary>
    public SnapshotProgress? Snapshot { get; private set; }

    /// <summary>A non-voter is caught up when it reaches this index soon enough (thesis, section 4.2.1).</summary>
    public long CatchUpTarget { get; private set; } = next - 1;

    public TimeSpan CatchUpBegan { get; private set; } = now;

    public void Change(Member changed)
    {
        IsVoter = changed.IsVoter;
        if (changed.StoreId != 0)
        {
            StoreId = changed.StoreId;
        }
    }

    /// <summary>
    /// Whether an answer comes from the disk that counts. A voter's disk is in the configuration. A non-voter's is learnt;
    /// when it changes, nothing that the old one acknowledged is worth anything.
    /// </summary>
    public bool Recognises(long storeId)
    {
        if (!IsVoter && StoreId != storeId)
        {
            if (StoreId != 0)
            {
                Match = 0;
                BecomeProbe(Next);
            }

            StoreId = storeId;
        }

        IsWiped = StoreId != storeId;
        return !IsWiped;
    }

    public void Hear(long round)
    {
        _heard = true;
        AnsweredRound = Math.Max(AnsweredRound, round);
    }

    /// <summary>Whether it was heard within a time, be it in this tick.</summary>
    public bool Answers(TimeSpan now, TimeSpan within) => _heard || now - Contact < within;

    public void Tick(TimeSpan time)
    {
        if (_heard)
        {
            _heard = false;
            Contact = time;
        }
    }

    public void Acknowledge(long match)
    {
        Match = Math.Max(Match, match);
        Next = Math.Max(Next, Match + 1);
        while (_inFlight.Count > 0 && _inFlight[0] <= Match)
        {
            _inFlight.Take();
        }
    }

    public void SentThrough(long last)
    {
        Check.That(State == PeerState.Replicate && last >= Next, "entries in flight follow each other");
        _inFlight.Add(last);
        Next = last + 1;
    }

    public void BecomeProbe(long next)
    {
        Enter(PeerState.Probe);
        Next = Math.Max(next, Match + 1);
        IsProbeSent = false;
    }

    public void BecomeReplicate() => Enter(PeerState.Replicate);

    public void BecomeSnapshot(RaftSnapshot snapshot, TimeSpan time)
    {
        Enter(PeerState.Snapshot);
        Snapshot = new SnapshotProgress(snapshot, time);
    }

    public void BeginCatchUpRound(long target, TimeSpan time)
    {
        CatchUpTarget = target;
        CatchUpBegan = time;
    }

    private void Enter(PeerState state)
    {
        State = state;
        Snapshot = null;
        _inFlight.Clear();
    }
}
