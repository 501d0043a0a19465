using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// The one place that drives <see cref="RaftServer"/>. Every input is a step under one short lock: hand the input to Raft,
/// send what became sendable, start the disk. What a step made ready for others (messages, applied entries) leaves after
/// the lock is given back, on the same thread.
/// </summary>
internal sealed class Consensus : IPeerReceiver, IDisposable
{
    // EXEC of a client whose watched keys have changed: a null array.
    private static readonly byte[] AbortedInResp2 = "*-1\r\n"u8.ToArray();
    private static readonly byte[] AbortedInResp3 = "_\r\n"u8.ToArray();

    private readonly Lock _lock = new();
    private readonly Application _application;
    private readonly PeerMesh _mesh;
    private readonly Func<long> _clock;
    private readonly PayloadPacker _packer = new();
    private readonly Admission _admission;
    private readonly RaftSection _options;
    private readonly RaftTracing _tracing;
    private readonly LogTrace _logTrace;
    private readonly RaftOutputs _outputs;
    private readonly WatchCheck _watchCheck;
    private readonly FollowerProxy _proxy;
    private RaftServer? _server;
    private RaftLog? _log;
    private long _readId;
    private long _timePassed;
    private long _reportedApplied;
    private long _syncStarted;
    private volatile bool _holdsBack;
    private int _ticking;

    public Consensus(
        Application application, PeerMesh mesh, FollowerProxy proxy, Admission admission, WatchCheck watchCheck, Func<long> clock, RaftSection options, RaftTracing tracing, ILogger logger)
    {
        _proxy = proxy;
        _watchCheck = watchCheck;
        _admission = admission;
        _options = options;
        _tracing = tracing;
        _logTrace = new LogTrace(tracing);
        Received = new PeerInput(_packer, tracing);
        _application = application;
        _mesh = mesh;
        _clock = clock;
        _outputs = new RaftOutputs(application, mesh, tracing, logger);
        _outputs.Changed += change => proxy.LeaderIs(change.Leader, isSelf: change.Role == RaftRole.Leader);
        application.Propose = ProposePayload;
        application.ScriptLeaves.Propose = payload => ProposePayload(payload, static _ => { });
        application.Progressed = Progressed;
    }

    /// <summary>Whether this node is a member of a cluster (or about to become one).</summary>
    public bool IsStarted => _server is not null;

    /// <summary>Role, term and leader, as of the last change. Any thread.</summary>
    public RaftChange State => _outputs.State;

    /// <summary>Called under the lock when role, term or leader changed.</summary>
    public event Action<RaftChange>? StateChanged
    {
        add => _outputs.Changed += value;
        remove => _outputs.Changed -= value;
    }

    /// <summary>What to do when Raft cannot go on: the process must end.</summary>
    public Action<Exception> Failed { get; set; } = _ => { };

    /// <summary>Called when this server may want to campaign earlier than it did.</summary>
    public Action CampaignMoved { get; set; } = () => { };

    /// <summary>How long until this server campaigns, unless it hears a leader.</summary>
    public TimeSpan UntilCampaign => Read(static (server, _) => server.UntilCampaign, TimeSpan.MaxValue);

    /// <summary>Whether more requests may be taken from clients.</summary>
    public IntakeBound Intake { get; } = new();

    public ConsensusCounters Counters => _outputs.Counters;

    /// <summary>What other nodes sent.</summary>
    public PeerInput Received { get; }

    /// <summary>Proposed entries that somebody waits for.</summary>
    public int PendingEntryCount => _outputs.Pending.Count;

    /// <summary>Puts a server in place; from here on steps happen.</summary>
    public void Start(Func<IRaftCallbacks, RaftServer> create, RaftLog log, MetadataFile metadata, SnapshotStore snapshots, Action<SnapshotId> install, int nodeId)
    {
        lock (_lock)
        {
            _log = log;
            _outputs.Begin(metadata, snapshots, nodeId);
            _outputs.Install = install;
            _reportedApplied = _application.AppliedIndex;
            _timePassed = Stopwatch.GetTimestamp();
            _server = create(_outputs);
            _outputs.Server = _server;
            _mesh.Adjust(_server.Configuration, nodeId);
        }
    }

    /// <summary>Takes the server out of service; what waits is answered as unknown.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _server = null;
            Intake.Look(0);
            _outputs.AbandonAll();
            _mesh.Adjust(ClusterConfiguration.Empty, 0);
        }

        _application.Signal();
    }

    /// <summary>Takes a client's requests: writes into the log, reads into the next confirmation, the rest in their turn.</summary>
    public void Submit(RequestStream stream, ReadOnlySpan<StagedRequest> staged)
    {
        lock (_lock)
        {
            try
            {
                SubmitLocked(stream, staged);
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }

        Deliver();
    }

    public void Receive(int from, ReadOnlyMemory<byte> frame, PeerFrameScratch scratch)
    {
        lock (_lock)
        {
            if (_server is not { } server)
            {
                return;
            }

            try
            {
                BeginStep(server);
                Received.Hand(server, from, frame, scratch);
                EndStep(server);
            }
            catch (Exception exception) when (exception is not FormatException)
            {
                Fail(exception);
            }
        }

        Deliver();
    }

    /// <summary>A node has introduced itself.</summary>
    public void Connected(int from, string address)
    {
        // Also before there is a server: the leader may be quicker than the end of this node's own JOIN, and introduces
        // itself only once. Forgotten, it would never get an answer.
        lock (_lock)
        {
            _tracing.Write(RaftTrace.Connection, $"node {from} at {address} has connected");
            _mesh.Welcome(from, address);
        }

        Deliver();
    }

    public void Disconnected(int from)
    {
        lock (_lock)
        {
            _tracing.Write(RaftTrace.Connection, $"the connection of node {from} has ended");
            _mesh.Farewell(from);
        }

        Step(server =>
        {
            LetTimePass(server); // what this server waits from now on must count from now
            server.PeerDisconnected(from);
        });
        CampaignMoved();
    }

    /// <summary>More of the log is on disk. Called by the log's syncer thread.</summary>
    public void LogSynced()
    {
        lock (_lock)
        {
            if (_server is not { } server)
            {
                return;
            }

            try
            {
                BeginStep(server);
                server.LogSynced(_log!.Durable); // as of now: the log may have changed since the sync began
                EndStep(server);
            }
            catch (Exception exception)
            {
                Fail(exception);
            }
        }

        Deliver();
    }

    /// <summary>Lets time pass.</summary>
    public void Periodic() => Step(LetTimePass);

    /// <summary>Runs any other input as a step; nothing happens when there is no server.</summary>
    public void Step(Action<RaftServer> input)
    {
        lock (_lock)
        {
            if (_server is { } server)
            {
                try
                {
                    BeginStep(server);
                    input(server);
                    EndStep(server);
                }
                catch (Exception exception)
                {
                    Fail(exception);
                }
            }
        }

        Deliver();
    }

    /// <summary>Reads something of the server's state; <paramref name="otherwise"/> when there is none.</summary>
    public T Read<T>(Func<RaftServer, RaftLog, T> read, T otherwise)
    {
        lock (_lock)
        {
            return _server is { } server ? read(server, _log!) : otherwise;
        }
    }

    /// <summary>Runs a step that makes an entry, and reports what becomes of it on the application's turn.</summary>
    public ProposeResult Propose(EntryProposal propose, Action<EntryFate> done)
    {
        ProposeResult result = ProposeResult.NotLeader;
        Step(server =>
        {
            result = propose(server, out EntryId id);
            if (result == ProposeResult.Accepted)
            {
                _outputs.Pending.Add(new PendingEntry(id, null, 0, done));
                server.Replicate();
            }
        });
        return result;
    }

    public void Dispose() => Stop();

    /// <summary>
    /// On the leader: makes time pass for the state machine when a waiting command or a key has fallen due by the
    /// leader's clock and no client's entry carries the news. One tick at a time.
    /// </summary>
    public void TickIfDue()
    {
        if (State.Role == RaftRole.Leader && _application.NextDueTime < _clock() && Interlocked.Exchange(ref _ticking, 1) == 0
            && !ProposePayload(EntryPayload.TickBytes, _ => Volatile.Write(ref _ticking, 0)))
        {
            Volatile.Write(ref _ticking, 0);
        }
    }

    private void LetTimePass(RaftServer server)
    {
        long now = Stopwatch.GetTimestamp();
        server.Periodic(Stopwatch.GetElapsedTime(_timePassed, now));
        _timePassed = now;
    }

    /// <summary>Proposes an entry of this server's own; false when this node does not lead or takes nothing now.</summary>
    public bool ProposePayload(byte[] payload, Action<EntryFate> done) =>
        Propose((RaftServer server, out EntryId id) => server.Propose(payload, out id), done) == ProposeResult.Accepted;

    /// <summary>The application got further: lets Raft hand over what it held back.</summary>
    private void Progressed()
    {
        if (_holdsBack)
        {
            Step(static _ => { });
        }

        TickIfDue(); // many keys due at once are removed over as many ticks as it takes
    }

    /// <summary>An input failed half way: nothing that Raft says from here on could be trusted.</summary>
    private void Fail(Exception exception)
    {
        _server = null;
        _packer.Settle();
        Failed(exception);
    }

    private void BeginStep(RaftServer server)
    {
        server.Time = _clock();
        long applied = _application.AppliedIndex;
        if (applied != _reportedApplied)
        {
            _reportedApplied = applied;
            server.EntriesApplied(applied);
        }

        _log!.ReleaseApplied(applied, server.HeldByAll);
    }

    private void EndStep(RaftServer server)
    {
        _packer.Settle();
        StartSync(server, _log!);
        LogCursors cursors = server.Cursors;
        _holdsBack = cursors.Applied < cursors.Committed;
        Intake.Look(server.WaitingBytes);
        _logTrace.Look(_log!);
    }

    /// <summary>A leader's entries are synced while they are on their way to the followers, not while they wait to be sent.</summary>
    private void StartSync(RaftServer server, RaftLog log)
    {
        if (server.Role != RaftRole.Leader || server.SyncTarget > _syncStarted)
        {
            log.StartSync();
            _syncStarted = log.Last.Index;
        }
    }

    /// <summary>After the lock: send messages, and run the application if it is idle.</summary>
    private void Deliver()
    {
        _mesh.Flush();
        _proxy.Flush();
        _application.Signal();
    }

    private void SubmitLocked(RequestStream stream, ReadOnlySpan<StagedRequest> staged)
    {
        bool hasRead = false;
        bool hasWrite = false;
        foreach (ref readonly StagedRequest request in staged)
        {
            hasRead |= request.Kind is RequestKind.Read or RequestKind.OnLeader;
            hasWrite |= request.Kind == RequestKind.Write;
        }

        bool hasData = hasRead || hasWrite;
        RaftServer? server = _server;
        if (hasRead && server is { Role: RaftRole.Leader, Options.LeaseReads: true })
        {
            LetTimePass(server); // whether the lease holds is asked as of now
        }

        byte[]? refusal = hasData ? _admission.Refusal(server) : null;
        _tracing.Write(RaftTrace.Generic, $"{staged.Length} requests of {stream.Address}, reads {hasRead}, writes {hasWrite}, refused {refusal is not null}");
        bool takesData = hasData && server is not null && (refusal is null || (hasRead && stream.TakesFollowerReads));
        if (refusal is not null && _proxy.Wants(stream, server, answersHere: takesData && !hasWrite) is { } leader)
        {
            PassOn(stream, staged, leader, refusal);
            return;
        }

        if (takesData)
        {
            BeginStep(server!);
        }

        // Registered before the writes behind it: a read is released before any entry proposed later is applied.
        ReadTicket ticket = hasRead ? RequestRead(stream, server, refusal, stream.Added + staged.Length) : default;
        bool hasReady = false;
        foreach (ref readonly StagedRequest request in staged)
        {
            byte[]? refused = request.Kind switch
            {
                RequestKind.Read => ticket.Refusal,
                RequestKind.OnLeader => refusal ?? ticket.Refusal,
                _ => refusal,
            };
            hasReady |= !Take(stream, request, server, refused, ticket);
        }

        if (takesData)
        {
            server!.Replicate();
            EndStep(server);
        }

        // Alone in its cluster a leader confirms a read at once: that news may have met the stream before the read was in it.
        bool isConfirmed = hasRead && !_outputs.Reads.TryPeek(out _);
        if (hasReady || isConfirmed)
        {
            _application.Add(Work.Advance(stream));
        }

        _packer.Settle();
    }

    /// <summary>Registers the reads of a batch with whoever can confirm them; <paramref name="refusal"/> is null on the leader.</summary>
    private ReadTicket RequestRead(RequestStream stream, RaftServer? server, byte[]? refusal, long through)
    {
        bool leads = refusal is null;
        if (!leads && (!stream.TakesFollowerReads || _admission.State != NodeState.Up || server is null))
        {
            return new ReadTicket(0, refusal, false);
        }

        if (leads ? _options.QuorumReads == QuorumReads.No : _options.FollowerReads == FollowerReads.Stale)
        {
            return new ReadTicket(0, null, !leads);
        }

        if (server!.Leader == 0)
        {
            return new ReadTicket(0, Admission.NoLeader, false);
        }

        Counters.Reads++;
        _outputs.Reads.Enqueue((++_readId, stream, through)); // first: it may be confirmed at once
        server.RequestRead(_readId);
        return new ReadTicket(_readId, null, !leads);
    }

    /// <summary>
    /// Another node leads and is asked instead of the client having to; what concerns this node alone stays here, and what
    /// ties a client to the leader's node (a subscription) is refused as without a proxy.
    /// </summary>
    private void PassOn(RequestStream stream, ReadOnlySpan<StagedRequest> staged, Member leader, byte[] refusal)
    {
        bool hasReady = false;
        foreach (ref readonly StagedRequest request in staged)
        {
            if (request.Kind is RequestKind.Read or RequestKind.Write)
            {
                stream.Add(new InFlightRequest { Kind = RequestKind.Proxied, Command = request.Command, Watches = request.Watches });
                _proxy.Add(stream, request, stream.Added);
            }
            else
            {
                hasReady |= !Take(stream, request, null, refusal, default);
            }
        }

        _proxy.Send(stream, leader);
        if (hasReady)
        {
            _application.Add(Work.Advance(stream));
        }

        _packer.Settle();
    }

    /// <summary>Moves one staged request into the stream; false when it became a ready reply.</summary>
    private bool Take(RequestStream stream, in StagedRequest request, RaftServer? server, byte[]? refusal, in ReadTicket ticket)
    {
        InFlightRequest taken = new() { Kind = request.Kind, Command = request.Command, Watches = request.Watches };
        switch (request.Kind)
        {
            case RequestKind.Write when refusal is null && request.Watches is { } watches && !_watchCheck.IsClean(watches, server!, _log!):
                taken.Kind = RequestKind.Reply;
                taken.Bytes = stream.ProtocolVersion == 3 ? AbortedInResp3 : AbortedInResp2;
                break;
            case RequestKind.Write when refusal is null:
                ReadOnlyMemory<byte> payload = _packer.Pack(request.Bytes.Span);
                ProposeResult result = server!.Propose(payload, out taken.Entry);
                if (result == ProposeResult.Accepted)
                {
                    Counters.Proposals++;
                    stream.Add(taken);
                    _outputs.Pending.Add(new PendingEntry(taken.Entry, stream, stream.Added, null));
                    return true;
                }

                taken.Kind = RequestKind.Reply;
                taken.Bytes = Admission.Refusal(result);
                break;
            case RequestKind.Read or RequestKind.OnLeader when refusal is null:
                taken.ReadId = ticket.ReadId;
                taken.IsByClusterTime = ticket.IsByClusterTime;
                taken.Bytes = Keep(request.Bytes.Span);
                stream.Add(taken);
                return ticket.ReadId != 0;
            case RequestKind.Local or RequestKind.Reply or RequestKind.Failure:
                taken.Bytes = Keep(request.Bytes.Span);
                break;
            default:
                taken.Kind = RequestKind.Reply;
                taken.Bytes = refusal;
                break;
        }

        stream.Add(taken);
        return false;
    }

    private ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        ReadOnlyMemory<byte> kept = _packer.Pack(bytes);
        PayloadBlock.Retain(kept);
        return kept;
    }

    /// <summary>What became of a batch's reads.</summary>
    /// <param name="ReadId">The number they are registered under; 0: they only need their turn.</param>
    /// <param name="Refusal">The reply that refuses them, or null.</param>
    /// <param name="IsByClusterTime">See <see cref="InFlightRequest.IsByClusterTime"/>.</param>
    private readonly record struct ReadTicket(long ReadId, byte[]? Refusal, bool IsByClusterTime);
}
