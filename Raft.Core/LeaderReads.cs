namespace Raft.Core;

/// <summary>
/// Linearizable reads without log entries (ReadIndex; thesis, section 6.4). A read waits until a confirmation round that
/// began after it shows that this server still led, and until the state machine has what was committed before it.
/// </summary>
internal sealed class LeaderReads(RaftState state)
{
    private const long NoRoundYet = long.MaxValue;

    private readonly Ring<Batch> _own = new();
    private readonly Ring<Batch> _asked = new();

    /// <summary>Reads wait for a round, and none is under way that they could have missed: begin one.</summary>
    public bool NeedsRound => state.Leadership is { IsRoundUnderWay: false } && (IsWaiting(_own) || IsWaiting(_asked));

    /// <summary>Own reads numbered up to <paramref name="readId"/>.</summary>
    public void Register(long readId)
    {
        Leadership leadership = state.Leadership!;
        Batch batch = New(state.NodeId, readId);
        if ((leadership.IsSoleVoter || HasLease(leadership)) && !IsWaiting(_own))
        {
            batch = batch with { Round = leadership.ConfirmedRound };
        }

        if (_own.Count > 0)
        {
            ref Batch last = ref _own[_own.Count - 1];
            if (last == batch with { ReadId = last.ReadId })
            {
                last = batch;
                return;
            }
        }

        _own.Add(batch);
    }

    /// <summary>Reads of a follower.</summary>
    public void Receive(int from, in ReadIndexRequest request)
    {
        if (state.Leadership is not { } leadership || request.Term != state.Term || leadership.Find(from) is null)
        {
            state.Callbacks.Send(from, new ReadIndexReply(state.Term, request.ReadId, -1));
            return;
        }

        _asked.Add(New(from, request.ReadId));
    }

    /// <summary>What waits shares the round that is about to begin, whose number is the next one.</summary>
    public void JoinRound(long round)
    {
        Join(_own, round);
        Join(_asked, round);
    }

    /// <summary>Answers the followers whose reads are confirmed.</summary>
    public void AnswerFollowers()
    {
        while (_asked.Count > 0 && _asked[0].Round <= state.Leadership!.ConfirmedRound)
        {
            Batch batch = _asked.Take();
            state.Callbacks.Send(batch.NodeId, new ReadIndexReply(state.Term, batch.ReadId, batch.Index));
        }
    }

    /// <summary>Releases own reads that are confirmed and whose entries were handed over.</summary>
    public void Release()
    {
        while (_own.Count > 0 && _own[0].Round <= state.Leadership!.ConfirmedRound && _own[0].Index <= state.Handed)
        {
            state.Callbacks.ReadReady(_own.Take().ReadId);
        }
    }

    /// <summary>
    /// An entry is about to be handed over. If it was proposed after a read, the majority that committed it followed
    /// this leader after the read was requested: that is as good as a round.
    /// </summary>
    public void ReleaseBefore(long index)
    {
        while (_own.Count > 0 && _own[0].LastProposed < index)
        {
            Check.That(_own[0].Index <= state.Handed, "a read is released after what was committed before it");
            state.Callbacks.ReadReady(_own.Take().ReadId);
        }
    }

    /// <summary>Leadership ended. Whether own reads were lost with it.</summary>
    public bool Fail()
    {
        bool any = _own.Count > 0;
        _own.Clear();
        _asked.Clear();
        return any;
    }

    private static bool IsWaiting(Ring<Batch> batches) => batches.Count > 0 && batches[batches.Count - 1].Round == NoRoundYet;

    private static void Join(Ring<Batch> batches, long round)
    {
        for (int i = batches.Count - 1; i >= 0 && batches[i].Round == NoRoundYet; i--)
        {
            batches[i] = batches[i] with { Round = round };
        }
    }

    /// <summary>The commit index is known to be complete only once an entry of this term is committed: wait for that.</summary>
    private Batch New(int nodeId, long readId) => new(
        nodeId,
        readId,
        Math.Max(state.Committed, state.Leadership!.FirstIndex),
        state.Log.Last.Index,
        NoRoundYet);

    /// <summary>
    /// Voters that answered a round elect nobody else for an election timeout after it began, unless this leader itself
    /// asked another server to campaign.
    /// </summary>
    private bool HasLease(Leadership leadership) =>
        state.Options.LeaseReads
        && !leadership.LeaseRevoked
        && leadership.ConfirmedRoundBegan is { } began
        && state.Now - began < state.Options.ElectionTimeout - state.Options.LeaseMargin;

    /// <summary>Reads that wait for the same things.</summary>
    /// <param name="NodeId">Who asked.</param>
    /// <param name="ReadId">The asker's number for its newest read among them.</param>
    /// <param name="Index">The read index.</param>
    /// <param name="LastProposed">The last entry of the log when they were requested.</param>
    /// <param name="Round">The round that confirms them.</param>
    private readonly record struct Batch(int NodeId, long ReadId, long Index, long LastProposed, long Round);
}
