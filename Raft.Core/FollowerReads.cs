namespace Raft.Core;

/// <summary>
/// Linearizable reads on a follower: the leader is asked for a read index, one question at a time, and the reads that
/// gather meanwhile share the next one (thesis, section 6.4).
/// </summary>
internal sealed class FollowerReads(RaftState state)
{
    private readonly Ring<(long ReadId, long Index)> _confirmed = new();

    /// <summary>
    /// Number of the latest question. Begins at random: an answer to a question from before a restart must not be taken
    /// for one to a new question.
    /// </summary>
    private long _question = state.Random.NextInt64(long.MaxValue / 2);

    private long _requested;
    private long _asked;
    private long _answered;
    private TimeSpan _askedAt;

    private bool IsAsking => _asked > _answered;

    private bool HasPending => _requested > _answered || _confirmed.Count > 0;

    public void Register(long readId) => _requested = readId;

    /// <summary>Asks the leader for the reads that wait, unless a question is open.</summary>
    public void Ask()
    {
        if (!IsAsking && _requested > _answered)
        {
            _asked = _requested;
            _question++;
            Send();
        }
    }

    /// <summary>Time passed: the question or its answer may be lost.</summary>
    public void Periodic()
    {
        if (IsAsking && state.Now - _askedAt >= state.Options.HeartbeatInterval)
        {
            Send();
        }
    }

    public void Receive(int from, in ReadIndexReply reply)
    {
        if (IsAsking && from == state.Leader && reply.Term == state.Term && reply.ReadId == _question && reply.Index >= 0)
        {
            _answered = _asked;
            _confirmed.Add((_asked, reply.Index));
            Ask();
        }
    }

    public void Release()
    {
        while (_confirmed.Count > 0 && _confirmed[0].Index <= state.Handed)
        {
            state.Callbacks.ReadReady(_confirmed.Take().ReadId);
        }
    }

    /// <summary>The leader changed. Whether reads were lost with it.</summary>
    public bool Fail()
    {
        bool any = HasPending;
        _confirmed.Clear();
        _asked = _answered = _requested;
        return any;
    }

    private void Send()
    {
        _askedAt = state.Now;
        state.Callbacks.Send(state.Leader, new ReadIndexRequest(state.Term, _question));
    }
}
