using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;
using Redis.Server.Tracking;

namespace Redis.Server.Replication;

/// <summary>
/// The state machine's side: one ordered stream of committed entries and confirmed reads, run one at a time. It alone
/// touches the keyspace and writes replies.
/// </summary>
internal sealed class Application : IDisposable
{
    // A network or disk thread lends itself for at most this many items; a backlog goes to the dedicated thread.
    private const int LoanBudget = 1024;

    private readonly WorkQueue _queue = new();
    private readonly SerialExecutor _executor;
    private readonly CommandRunner _runner;
    private readonly RespWriter _reply;
    private readonly Func<long> _clock;
    private readonly ReplyFlushes _flushes = new();
    private readonly RepeatedReads _repeated;
    private readonly LateReplies _late;
    private readonly Invalidations _invalidations;
    private readonly BusyReplies _busy;
    private ReadOnlyMemory<Work> _batch;
    private int _position;
    private int _begun;
    private int _prefetched;
    private RequestStream? _unfinished;
    private long _throttled;
    private long _appliedIndex;
    private long _nextDue = long.MaxValue;

    public Application(CommandRunner runner, Func<long> clock)
    {
        _runner = runner;
        _invalidations = runner.Context.Invalidations;
        _reply = runner.Context.Reply;
        _clock = clock;
        _reply.ErrorWritten = runner.Meter.Statistics.CountError;
        runner.Context.CallMeter = runner.Meter;
        _late = new LateReplies(new RespWriter { ErrorWritten = _reply.ErrorWritten }, AnswerLate);
        runner.Context.Waiting.Replies = _late;
        _repeated = new RepeatedReads(stream => Advance(stream, onLoan: false), stream => Abandon(stream, stream.Taken + 1));
        _busy = new BusyReplies(_queue, runner, new RespWriter { ErrorWritten = _reply.ErrorWritten });
        ScriptLeaves = new ScriptLeaves(runner.Context.Scripts.Watch);
        runner.Context.Scripts.Watch.ServeOthers = ServeOthers;
        _executor = new SerialExecutor("application", Drain);
    }

    /// <summary>Proposes an entry of nobody's, such as a tick, and tells what became of it; false when this node does not lead.</summary>
    public Func<byte[], Action<EntryFate>, bool> Propose { get => _repeated.Propose; set => _repeated.Propose = value; }

    /// <summary>What the log says to scripts that run long.</summary>
    public ScriptLeaves ScriptLeaves { get; }

    /// <summary>Called after a batch that applied entries, outside of the application's turn.</summary>
    public Action Progressed { get; set; } = () => { };

    /// <summary>Index of the last applied entry. Any thread.</summary>
    public long AppliedIndex => Volatile.Read(ref _appliedIndex);

    /// <summary>raft.log-delay-apply: a sleep before each entry. Any thread.</summary>
    public TimeSpan ApplyDelay { get; set; }

    /// <summary>Clients of this node whose commands wait. Application's turn only.</summary>
    public int BlockedClients => _late.Count;

    /// <summary>
    /// When the state next needs a tick although no client asks for anything: the deadline of a waiting command or the
    /// expiry of a key, in cluster time; long.MaxValue: never. Any thread.
    /// </summary>
    public long NextDueTime => Volatile.Read(ref _nextDue);

    /// <summary>How often applying was put off: it took too long for the thread that brought the work. Any thread.</summary>
    public long Throttled => Volatile.Read(ref _throttled);

    /// <summary>Id of the last applied entry. Application's turn only.</summary>
    public EntryId LastApplied { get; private set; }

    /// <summary>Cluster time: that of the last applied entry. Application's turn only.</summary>
    public long ClusterTime { get; private set; }

    /// <summary>Rises with every entry applied and every command run: tells whether there was anything to do. Application's turn only.</summary>
    public long WorkDone => _appliedIndex + _runner.Meter.Statistics.Processed;

    /// <summary>Adds work; nothing happens before <see cref="Signal"/>.</summary>
    public void Add(in Work work)
    {
        if (work.Kind == WorkKind.Apply)
        {
            PayloadBlock.Retain(work.Entry.Payload); // the log may let go of it before it is applied
            ScriptLeaves.Committed(work.Entry);
        }

        _queue.Add(work);
    }

    /// <summary>Lets the work be done, by this thread if the application is idle.</summary>
    public void Signal()
    {
        if (!_queue.IsEmpty)
        {
            _executor.Signal();
        }
    }

    /// <summary>Runs an action on the application's turn.</summary>
    public void Post(Action action)
    {
        Add(Work.Run(action));
        Signal();
    }

    /// <summary>Runs a data command here and now, past the log, and writes its reply (RAFT.DEBUG EXEC). Application's turn only.</summary>
    public void RunLocally(Command command, CommandArgs args) => _runner.RunLocally(command, args, LastApplied, ClusterTime);

    /// <summary>Answers a request that was deferred, on the application's turn.</summary>
    public void Complete(RequestStream stream, Action<RespWriter> write) => Post(() =>
    {
        if (stream.TryPeek(out InFlightRequest head) && head.Kind == RequestKind.Deferred)
        {
            BeginReply(stream);
            write(_reply);
            EndReply(stream, default);
            Advance(stream, onLoan: false);
        }
    });

    /// <summary>What a client watched is watched no longer. Application's turn only.</summary>
    public void Unwatch(WatchSet watches) => _runner.Context.Keyspace.Unwatch(watches);

    /// <summary>Waiting commands that will change another key than the one they wait for. Any thread.</summary>
    public int Movers => _runner.Context.Keyspace.Blocked.Movers;

    /// <summary>Whether the reply in the making is this client's. Application's turn only.</summary>
    public bool IsAnswering(RequestStream stream) => _busy.Running == stream;

    /// <summary>Sends a client what it did not ask for: behind the replies it has, before the one in the making. Application's turn only.</summary>
    public void Push(RequestStream stream, ReadOnlySpan<byte> message)
    {
        stream.Output.Append(message);
        _flushes.Add(stream);
    }

    /// <summary>Ends the wait of a client's command, if it waits: answers whether it did. Application's turn only.</summary>
    public bool Unblock(RequestStream stream, UnblockReason reason)
    {
        if (stream.Awaited is not { } entry)
        {
            return false;
        }

        stream.HasLeftWaiting |= reason == UnblockReason.Disconnected;
        return Propose(UnblockPayload.Build(entry, reason), _ => { });
    }

    /// <summary>The state is that of a snapshot. Application's turn, or before the first work.</summary>
    public void StartFrom(EntryId snapshot, long clusterTime)
    {
        ScriptLeaves.Resume(isWhole: true);
        LastApplied = snapshot;
        ClusterTime = clusterTime;
        Volatile.Write(ref _appliedIndex, snapshot.Index);
    }

    /// <summary>No snapshot replaces the state after all. Application's turn.</summary>
    public void StateStays() => ScriptLeaves.Resume(isWhole: !ScriptLeaves.IsStale);

    public void Dispose()
    {
        ScriptLeaves.Abandon();
        _executor.Dispose();
    }

    /// <summary>Hears of each configuration that was applied, on the application's turn.</summary>
    public Action<ClusterConfiguration> ConfigurationApplied { get; set; } = _ => { };

    /// <summary>What to do when the state machine cannot go on: the process must end.</summary>
    public Action<Exception> Failed { get; set; } = _ => { };

    /// <summary>One turn: do the work in order, then send the replies it made, then tell how far it got.</summary>
    private bool Drain(bool onLoan)
    {
        long before = _appliedIndex;
        bool finished;
        _runner.Meter.Pause();
        try
        {
            finished = DoWork(onLoan ? LoanBudget : int.MaxValue, onLoan);
        }
        catch (Exception exception)
        {
            Failed(exception); // the state is not to be trusted from here on: nothing more is answered
            return true;
        }

        if (!finished && onLoan)
        {
            Volatile.Write(ref _throttled, _throttled + 1);
        }

        if (_invalidations.HasUntold)
        {
            _invalidations.TellOfOwnChanges();
            _invalidations.Broadcast();
        }

        _flushes.FlushAll();
        if (_appliedIndex != before)
        {
            Keyspace.Keyspace keyspace = _runner.Context.Keyspace;
            Volatile.Write(ref _nextDue, Math.Min(keyspace.Blocked.EarliestDeadline, _runner.Context.Options.ExpiresActively ? keyspace.EarliestExpiry : long.MaxValue));
            Progressed();
        }

        return finished;
    }

    /// <summary>Answers false when the rest is for the dedicated thread.</summary>
    private bool DoWork(int budget, bool onLoan)
    {
        if (_unfinished is { } unfinished)
        {
            _unfinished = null;
            _begun = _position;
            Advance(unfinished, onLoan);
        }

        while (true)
        {
            if (_position == _batch.Length)
            {
                _queue.Forget(_batch.Length);
                _batch = _queue.TakeAll();
                _position = 0;
                _prefetched = 0;
                if (_batch.IsEmpty)
                {
                    return true;
                }
            }

            ReadOnlySpan<Work> batch = _batch.Span;
            while (_position < batch.Length)
            {
                if (_position >= _prefetched)
                {
                    _prefetched = _position + _runner.Prefetch(batch[_position..]);
                }

                _begun = _position + 1;
                if (budget-- == 0 || !Do(batch[_position], onLoan))
                {
                    return false;
                }

                _position++;
                if (_unfinished is not null)
                {
                    return false;
                }
            }

            if (!onLoan)
            {
                return _queue.IsEmpty; // send replies between batches
            }
        }
    }

    /// <summary>Answers false when the item takes long and the thread is on loan: nothing was done then.</summary>
    private bool Do(in Work work, bool onLoan)
    {
        switch (work.Kind)
        {
            case WorkKind.Apply when ScriptLeaves.IsStale:
                PayloadBlock.Release(work.Entry.Payload);
                return true;
            case WorkKind.Apply:
                return Apply(work, onLoan);
            case WorkKind.ReleaseReads:
                work.Stream!.ReleasedReads = work.Number;
                Advance(work.Stream, onLoan);
                return true;
            case WorkKind.Advance:
                Advance(work.Stream!, onLoan);
                return true;
            case WorkKind.Abandon:
                Abandon(work.Stream!, work.Number);
                return true;
            case WorkKind.Resolve:
                work.Stream!.Resolve(work.Number, work.Entry.Payload);
                Advance(work.Stream, onLoan);
                return true;
            default:
                work.Action!();
                _runner.Meter.Pause();
                return true;
        }
    }

    private bool Apply(in Work work, bool onLoan)
    {
        if (ApplyDelay > TimeSpan.Zero)
        {
            if (onLoan)
            {
                return false;
            }

            Thread.Sleep((int)Math.Ceiling(ApplyDelay.TotalMilliseconds));
            _runner.Meter.Pause();
        }

        LogEntry entry = work.Entry;
        RequestStream? stream = work.Stream;
        if (stream is not null)
        {
            AnswerBefore(stream, entry);
        }

        BeginReply(stream);
        if (entry.Type != EntryType.Application)
        {
            _runner.Observe(entry);
            if (entry.Type == EntryType.Configuration)
            {
                ConfigurationApplied(ClusterConfiguration.Decode(entry.Payload.Span));
            }
        }
        else if (!_runner.Prepare(entry.Payload) && onLoan)
        {
            return false;
        }
        else
        {
            _runner.Apply(entry, stream);
            if (!ScriptLeaves.Applied(entry))
            {
                return true;
            }
        }

        LastApplied = entry.Id;
        ClusterTime = entry.Time;
        Volatile.Write(ref _appliedIndex, entry.Index);
        PayloadBlock.Release(entry.Payload);
        if (stream is not null && entry.Type == EntryType.Application && _runner.Context.Waiting.IsWaiting)
        {
            stream.DeferHead();
            _late.Add(entry.Id, stream);
            if (stream.HasEnded)
            {
                Unblock(stream, UnblockReason.Disconnected); // its end came before its command
            }
        }
        else if (stream is not null)
        {
            EndReply(stream, default);
            Advance(stream, onLoan);
        }

        work.Action?.Invoke();
        return true;
    }

    /// <summary>
    /// Whatever a client asked before this write is answered before it is applied. Its reads are confirmed by now; one
    /// that waits for a tick gets this entry's time as its own.
    /// </summary>
    private void AnswerBefore(RequestStream stream, in LogEntry entry)
    {
        while (stream.TryPeek(out InFlightRequest request) && request.Kind != RequestKind.Write)
        {
            if (request.Kind == RequestKind.Read)
            {
                BeginReply(stream);
                if (!IsAborted(request, entry.Time))
                {
                    _runner.Prepare(request.Bytes);
                    _runner.Read(LastApplied, entry.Time, leaderClock: 0, stream);
                }

                EndReply(stream, request.Bytes);
            }
            else if (request.Kind == RequestKind.Proxied)
            {
                AnswerError(stream, "TIMEOUT no reply from leader"u8, default);
            }
            else
            {
                Advance(stream, onLoan: false);
            }
        }

        if (!stream.TryPeek(out InFlightRequest write) || write.Entry != entry.Id)
        {
            throw new InvalidOperationException($"Entry {entry.Id} is not the request whose turn it is ({write.Entry}).");
        }
    }

    /// <summary>Answers requests from the head of a stream as long as each has what it needs.</summary>
    private void Advance(RequestStream stream, bool onLoan)
    {
        while (stream.TryPeek(out InFlightRequest request))
        {
            switch (request.Kind)
            {
                case RequestKind.Read when request.ReadId <= stream.ReleasedReads:
                    if (!_runner.Prepare(request.Bytes) && onLoan)
                    {
                        _unfinished = stream; // the dedicated thread begins with it
                        return;
                    }

                    if (!Read(stream, request))
                    {
                        return;
                    }

                    break;
                case RequestKind.Local when onLoan && !request.Command!.IsQuick:
                case RequestKind.ProxiedExec when onLoan:
                    _unfinished = stream;
                    return;
                case RequestKind.OnLeader when request.ReadId <= stream.ReleasedReads:
                case RequestKind.Local:
                    BeginReply(stream);
                    if (!stream.ExecuteLocal(request, _reply))
                    {
                        PayloadBlock.Release(request.Bytes);
                        stream.DeferHead();
                        return;
                    }

                    EndReply(stream, request.Bytes);
                    break;
                case RequestKind.ProxiedExec:
                    BeginReply(stream);
                    _runner.FillIn(stream, request.Bytes.Span);
                    EndReply(stream, request.Bytes);
                    break;
                case RequestKind.Reply or RequestKind.Failure:
                    BeginReply(stream);
                    _runner.Meter.Answered(request, stream);
                    _reply.Raw(request.Bytes.Span);
                    EndReply(stream, request.Bytes);
                    break;
                default:
                    return;
            }
        }
    }

    /// <summary>Runs a read; false when it waits for an entry, to be run again.</summary>
    private bool Read(RequestStream stream, in InFlightRequest request)
    {
        if (_repeated.Include(stream))
        {
            return false;
        }

        if (ScriptLeaves.IsStale)
        {
            AnswerError(stream, "LOADING Redis is loading the dataset in memory"u8, request.Bytes);
            return true;
        }

        BeginReply(stream);
        long now = _clock();
        if (IsAborted(request, now) || _runner.Read(LastApplied, ClusterTime, request.IsByClusterTime ? 0 : now, stream))
        {
            EndReply(stream, request.Bytes);
            return true;
        }

        if (!_repeated.TryAdd(stream, _runner.Context.HasFindings ? request.Bytes.ToArray() : null))
        {
            AnswerError(stream, "TIMEOUT no quorum for read"u8, request.Bytes);
            return true;
        }

        return false;
    }

    /// <summary>EXEC of reads alone, of a client that watches: it sees this very state, so what is applied decides.</summary>
    private bool IsAborted(in InFlightRequest read, long now)
    {
        if (read.Watches is null || read.Watches.IsClean(LastApplied.Term, now))
        {
            return false;
        }

        _reply.NullArray();
        return true;
    }

    private void Abandon(RequestStream stream, long through)
    {
        while (stream.Taken < through && stream.TryPeek(out InFlightRequest request))
        {
            switch (request.Kind)
            {
                case RequestKind.Write:
                    AnswerError(stream, "TIMEOUT not committed yet"u8, default);
                    break;
                case RequestKind.Proxied:
                    AnswerError(stream, "TIMEOUT no reply from leader"u8, default);
                    break;
                case RequestKind.Read or RequestKind.OnLeader:
                    AnswerError(stream, "TIMEOUT no quorum for read"u8, request.Bytes);
                    break;
                case RequestKind.Deferred:
                    return;
                default:
                    Advance(stream, onLoan: false);
                    break;
            }
        }

        Advance(stream, onLoan: false);
    }

    private void AnswerError(RequestStream stream, ReadOnlySpan<byte> error, ReadOnlyMemory<byte> bytes)
    {
        BeginReply(stream);
        _reply.Error(error);
        EndReply(stream, bytes);
    }

    /// <summary>A command that waited has its reply; what its client asked meanwhile gets its turn.</summary>
    private void AnswerLate(RequestStream stream, RespWriter reply)
    {
        Send(stream, reply);
        Take(stream);
        stream.Answered();
        _queue.Add(Work.Advance(stream));
    }

    private void BeginReply(RequestStream? stream)
    {
        _busy.Running = stream;
        _reply.Clear();
        _reply.IsMuted = stream is null || stream.WantsNoReply;
        _reply.Version = stream?.ProtocolVersion ?? _reply.Version;
    }

    private void EndReply(RequestStream stream, ReadOnlyMemory<byte> bytes)
    {
        Send(stream, _reply);
        PayloadBlock.Release(bytes);
        Take(stream);
        stream.Answered();
        if (_invalidations.HasUntold)
        {
            _invalidations.TellOfOwnChanges();
        }
    }

    private void Take(RequestStream stream)
    {
        if (stream.Take() is { } watches)
        {
            Unwatch(watches);
        }
    }

    private void Send(RequestStream stream, RespWriter reply)
    {
        if (reply.Length > 0)
        {
            stream.Respond(reply.Written);
            _flushes.Add(stream);
        }
    }

    /// <summary>A script runs long: what was answered before it does not wait for its end, and what need not is answered.</summary>
    private void ServeOthers(bool isFirst)
    {
        _flushes.FlushAll();
        _busy.Serve(isFirst, _batch.Span[Math.Min(_begun, _batch.Length)..]);
    }
}
