using Raft.Core;
using Redis.Server.Scripting;

namespace Redis.Server.Replication;

/// <summary>
/// What the log says to scripts that ask whether they may go on. The answer stands behind the script in the log, so it is taken from what is
/// committed, before its turn to be applied has come; the application waits for it in the middle of the script's entry.
/// </summary>
internal sealed class ScriptLeaves
{
    private const int WaitInterval = 10;
    private const int ProposeInterval = 500;

    private readonly object _lock = new();
    private readonly Dictionary<(long Entry, int Number), ScriptVerdict> _answers = [];
    private readonly ScriptWatch _watch;
    private bool _isReplaced;

    public ScriptLeaves(ScriptWatch watch)
    {
        _watch = watch;
        watch.AskLeave = Await;
    }

    /// <summary>Proposes an answer; false when this node does not lead.</summary>
    public Func<byte[], bool> Propose { get; set; } = _ => false;

    /// <summary>Lets everything that is committed through, however much waits to be applied: the answer may be behind it.</summary>
    public Action<bool> LiftBound { get; set; } = _ => { };

    /// <summary>A script was left in the middle: the state is not to be used until a snapshot's has taken its place. Application's turn.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Takes note of a committed entry if it is an answer. Any thread.</summary>
    public void Committed(in LogEntry answer)
    {
        if (!IsAnswer(answer))
        {
            return;
        }

        (long entry, int number, ScriptVerdict verdict) = ScriptLeavePayload.Read(answer.Payload.Span);
        lock (_lock)
        {
            _answers.TryAdd((entry, number), verdict);
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for the answer; on the leader also gives it. Application's turn.</summary>
    public ScriptVerdict Await(long entry, int number)
    {
        long proposedAt = long.MinValue / 2;
        bool isLifted = false;
        ScriptVerdict? verdict;
        while ((verdict = Find(entry, number)) is null)
        {
            long now = Environment.TickCount64;
            if (now - proposedAt >= ProposeInterval)
            {
                if (proposedAt > 0 && !isLifted)
                {
                    isLifted = true;
                    LiftBound(true);
                }

                proposedAt = now;
                Propose(ScriptLeavePayload.Build(entry, number, _watch.Wish)); // a new leader takes this up where the old one left it
                continue;
            }

            lock (_lock)
            {
                if (Find(entry, number) is null)
                {
                    Monitor.Wait(_lock, WaitInterval);
                }
            }

            _watch.Serve();
        }

        if (isLifted)
        {
            LiftBound(false);
        }

        IsStale |= verdict == ScriptVerdict.Abandoned;
        return verdict.Value;
    }

    /// <summary>A snapshot is about to replace the state, or the node stops: nobody waits any longer. Any thread.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _isReplaced = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>No snapshot is on its way any longer. Application's turn.</summary>
    /// <param name="isWhole">Whether no script was left in the middle of the state that there is now.</param>
    public void Resume(bool isWhole)
    {
        if (!isWhole)
        {
            throw new InvalidOperationException("The state needs a snapshot and did not get it: the node has to start again.");
        }

        lock (_lock)
        {
            _isReplaced = false;
            _answers.Clear();
        }

        IsStale = false;
    }

    /// <summary>An entry had its turn; false when it was left in the middle and does not count. When it is an answer, the script it was for has ended.</summary>
    public bool Applied(in LogEntry applied)
    {
        if (IsAnswer(applied))
        {
            (long entry, int number, _) = ScriptLeavePayload.Read(applied.Payload.Span);
            lock (_lock)
            {
                _answers.Remove((entry, number));
            }
        }

        return !IsStale;
    }

    private static bool IsAnswer(in LogEntry entry) => entry.Type == EntryType.Application && entry.Payload.Span[0] == EntryPayload.ScriptLeave;

    private ScriptVerdict? Find(long entry, int number)
    {
        lock (_lock)
        {
            return _isReplaced ? ScriptVerdict.Abandoned
                : _answers.TryGetValue((entry, number), out ScriptVerdict verdict) ? verdict
                : null;
        }
    }
}
