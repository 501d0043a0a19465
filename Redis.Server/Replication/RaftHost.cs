using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// One node's share of the replicated state machine, from its data directory to its links: opens what the disk holds,
/// becomes a member by INIT or JOIN, and stops.
/// </summary>
internal sealed class RaftHost : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly ServerOptions _options;
    private readonly ILogger _logger;
    private readonly Random _random = new();
    private readonly CoreOptions _coreOptions;
    private readonly Retirement _retirement;
    private readonly SnapshotLoading _loading;
    private DataDirectory? _directory;
    private MetadataFile? _metadata;
    private RaftLog? _log;
    private SnapshotStore? _store;
    private Thread? _restoring;
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ClusterClock _time;
    private RaftClock? _clock;
    private readonly HealthLog _health;
    private int _retired;

    public RaftHost(ServerOptions options, CommandContext context, TransportDialer dial, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger<RaftHost>();
        _coreOptions = new CoreOptions(options);
        options.Table.OnApply(_coreOptions.CheckLease);
        Meter = new CommandMeter(options);
        _time = new ClusterClock(() => RaftClock.Now + options.Raft.Failures.ClockOffset, () => Environment.TickCount64);
        Application = new Application(new CommandRunner(context, Meter, _logger), () => _time.Now) { Failed = Fail };
        RaftTracing tracing = new(options.Raft, loggers.CreateLogger("Raft.Trace"));
        Mesh = new PeerMesh(dial, Identity, () => options.Raft.ReconnectInterval, tracing, loggers.CreateLogger<PeerMesh>()) { Removed = Retire };
        Proxy = new FollowerProxy(dial, Identity, options, Application, tracing, loggers.CreateLogger<FollowerProxy>());
        Consensus = new Consensus(
            Application, Mesh, Proxy, Admission, new WatchCheck(Application, context.Table), () => _time.Now, options.Raft, tracing, loggers.CreateLogger<Consensus>())
        { Failed = Fail };
        SharedOptions = new SharedOptions(options, context, Consensus);
        _retirement = new Retirement(options, new Errands(options, dial), _logger);
        _loading = new SnapshotLoading(context, Application, options, _logger);
        Snapshots = new SnapshotTaking(this, context, options, _logger);
        _health = new HealthLog(options, _logger);
        Application.ConfigurationApplied = ConfigurationApplied;
        Application.ScriptLeaves.LiftBound = isLifted => Consensus.Step(server =>
            server.Options = isLifted ? server.Options with { MaxUnappliedBytes = long.MaxValue } : _coreOptions.Current);
        context.Scripts.Watch.Threshold = () => (long)options.Data.BusyReplyThreshold.TotalMilliseconds;
        context.Scripts.Watch.Leads = () => Consensus.State.Role == RaftRole.Leader;
        Application.ApplyDelay = options.Raft.Failures.LogDelayApply;
        options.Table.Changed += _ => ApplyOptions();
    }

    public CommandMeter Meter { get; }

    public Application Application { get; }

    public Consensus Consensus { get; }

    public SharedOptions SharedOptions { get; }

    public PeerMesh Mesh { get; }

    public FollowerProxy Proxy { get; }

    public Admission Admission { get; } = new();

    public SnapshotTaking Snapshots { get; }

    /// <summary>How often and how long the log was synced; null outside of a cluster.</summary>
    public SyncStatistics? Syncs => _log?.Statistics;

    /// <summary>Told how long each sync of the log took, on the log's thread.</summary>
    public Action<TimeSpan> SyncMeasured { get; set; } = static _ => { };

    /// <summary>Snapshots received from a leader since start.</summary>
    public long SnapshotsReceived => _loading.Received;

    /// <summary>Bytes of snapshots received from leaders since start.</summary>
    public long SnapshotBytesReceived => _store?.ReceivedBytes ?? 0;

    /// <summary>The loading in progress, or the last one.</summary>
    public LoadingProgress Loading => _loading.Progress;

    /// <summary>The latest snapshot's last entry and length; none before the first.</summary>
    public SnapshotId LatestSnapshot => _store?.Id ?? default;

    /// <summary>Ends when the node was removed from its cluster; faulted when it cannot go on.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Completes when what the disk held at the start is loaded.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>The cluster's 32 characters; empty outside of a cluster.</summary>
    public string ClusterId => _metadata?.Current.ClusterId ?? "";

    /// <summary>A member that does not lead: what Redis calls a replica.</summary>
    public bool IsFollower => Admission.State == NodeState.Up && Consensus.State.Role != RaftRole.Leader;

    /// <summary>Own id; before INIT or JOIN the configured one, or 0.</summary>
    public int NodeId => _metadata?.Current.NodeId is > 0 and int id ? id : _options.Raft.Id;

    /// <summary>How long a hand-over of leadership may take.</summary>
    public TimeSpan TransferTimeout => _options.Raft.ElectionTimeout;

    /// <summary>
    /// Opens the data directory and, where it belongs to a cluster, begins to take up its place there. Clients may come
    /// meanwhile and are told LOADING; <see cref="Ended"/> tells when it cannot.
    /// </summary>
    /// <exception cref="StorageException">The directory is in use or cannot be used.</exception>
    public void Open()
    {
        _directory = DataDirectory.Open(_options.Directory, new PosixDisk());
        _metadata = MetadataFile.Open(_directory);
        _store = SnapshotStore.Open(_directory, _options.DbFileName);
        if (ClusterId.Length > 0)
        {
            Admission.State = NodeState.Loading;
            _restoring = new Thread(() => _ = RestoreAsync()) { Name = "restore", IsBackground = true };
            _restoring.Start();
        }
        else if (RaftLog.Exists(_directory, _options.Raft.LogFileName))
        {
            throw new StorageException(
                $"There is a log in '{_directory.Path}' but no '{MetadataFile.FileName}', which says whose it is and how this node "
                + "voted. Restore the data directory from a backup of this node, or remove the node from the cluster, empty the "
                + "directory and join a new one.");
        }
        else
        {
            _loaded.TrySetResult();
            _logger.LogInformation("No cluster yet: waiting for RAFT.CLUSTER INIT or RAFT.CLUSTER JOIN");
        }

        _clock = new RaftClock(UntilNextTick, Tick);
        Consensus.CampaignMoved = _clock.Wake;
    }

    /// <summary>
    /// Starts a new cluster of this node alone. Data of a Redis, or of another cluster, that left its file here becomes the
    /// cluster's: it is in the first snapshot before anybody can join. On the application's turn.
    /// </summary>
    /// <returns>The cluster's id, once it is settled.</returns>
    public async Task<string> InitAsync(string? clusterId)
    {
        string id = clusterId ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        bool movesIn = _store!.Exists;
        if (movesIn)
        {
            await LoadToMoveInAsync().ConfigureAwait(false);
        }

        EnterCluster(id, _options.Raft.Id > 0 ? _options.Raft.Id : 1, isFounding: true);
        await FoundAsync(movesIn).ConfigureAwait(false);
        Admission.State = NodeState.Up;
        return id;
    }

    /// <summary>Null when this node leads; otherwise the ready reply that says where to go.</summary>
    public byte[]? RefusalUnlessLeader() => Consensus.Read((server, _) => Admission.Refusal(server), Admission.Refusal(null));

    /// <summary>Completes when more requests may be taken from clients. Any thread.</summary>
    public Task RoomAsync()
    {
        Task room = Consensus.Intake.RoomAsync();
        return room.IsCompleted ? Proxy.RoomAsync() : room;
    }

    /// <summary>
    /// Goes on as the only member, by force, and puts all that this node's disk holds into a snapshot. Null when that is
    /// done; otherwise why not.
    /// </summary>
    public async Task<string?> RecoverAloneAsync()
    {
        Consensus.Step(server => server.RecoverAlone());
        long last = Consensus.Read((server, _) => server.Cursors.Last, 0L);
        while (Application.AppliedIndex < last && !Ended.IsCompleted)
        {
            await Task.Delay(PollInterval).ConfigureAwait(false);
        }

        return Ended.IsCompleted ? "the state could not be restored" : await TakeSnapshotAsync(keepsTail: false).ConfigureAwait(false);
    }

    /// <summary>Takes a snapshot; null when it is done, otherwise why not.</summary>
    public Task<string?> TakeSnapshotAsync(bool keepsTail) => Admission.State == NodeState.Loading
        ? Task.FromResult<string?>("the node is loading its data")
        : Snapshots.RunAsync(_store!, keepsTail);

    /// <summary>Whether a node was a member, and the group has decided to go on without it: what is applied stays so.</summary>
    public bool WasRemoved(int nodeId)
    {
        ClusterConfiguration applied = ConfigurationAt(Application.AppliedIndex);
        return applied.Find(nodeId) is null && applied.UsedIds.Contains(nodeId);
    }

    /// <summary>A member was removed, by its id.</summary>
    public event Action<int>? MemberRemoved
    {
        add => _retirement.MemberRemoved += value;
        remove => _retirement.MemberRemoved -= value;
    }

    /// <summary>The members as of an applied entry.</summary>
    public ClusterConfiguration ConfigurationAt(long index) =>
        Consensus.Read((server, _) => server.ConfigurationAt(index), ClusterConfiguration.Empty);

    /// <summary>A snapshot is durable: Raft may drop the log behind it.</summary>
    public void SnapshotTaken(SnapshotId id, bool keepsTail) => Consensus.Step(server =>
    {
        RaftOptions options = server.Options;
        server.Options = keepsTail ? options : options with { KeptEntries = 0 };
        server.SnapshotTaken(id);
        server.Options = options;
    });

    /// <summary>Takes up the place in a cluster that RAFT.NODE ADD made for this node.</summary>
    public void BecomeMember(string clusterId, int nodeId)
    {
        if (_store!.SetAside("before-join") is { } aside)
        {
            _logger.LogWarning("The data of this node's own, from before it joined, is in {File} now", aside);
        }

        EnterCluster(clusterId, nodeId, isFounding: false);
        Admission.State = NodeState.Up;
    }

    /// <summary>Hands leadership over if this node leads, and waits until another node has it or the time is up.</summary>
    public async Task HandOverAsync(TimeSpan limit)
    {
        bool leads = Consensus.Read((server, _) => server.Role == RaftRole.Leader && server.Configuration.Members.Count(m => m.IsVoter) > 1, false);
        if (!leads)
        {
            return;
        }

        await Task.WhenAny(new LeadershipTransfer(this).RunAsync(0), Task.Delay(limit)).ConfigureAwait(false);
    }

    /// <summary>The cluster goes on without this node: the process ends, and its files are put aside.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
        {
            _logger.LogWarning("This node was removed from cluster {ClusterId}", ClusterId);
            _ended.TrySetResult();
        }
    }

    public void Dispose()
    {
        int nodeId = NodeId;
        _loading.Dispose();
        _restoring?.Join(_options.Raft.ElectionTimeout);
        _clock?.Dispose();
        Consensus.Dispose();
        Mesh.Dispose();
        Proxy.Dispose();
        Application.Dispose();
        _log?.Dispose();
        _metadata?.Dispose();
        _store?.Dispose();
        if (_retired != 0)
        {
            _retirement.PutAside(nodeId);
        }

        _directory?.Dispose();
    }

    /// <summary>The node cannot go on: says why and lets the process end.</summary>
    public void Fail(Exception exception)
    {
        if (exception is not StorageException)
        {
            _logger.LogCritical(exception, "The node cannot go on");
        }

        _ended.TrySetException(exception);
    }

    private PeerIdentity Identity() => new(
        ClusterId, NodeId, _options.AdvertisedAddress, _options.Raft.ClusterUser, _options.Raft.ClusterPassword, _options.Raft.LogsInToPeers, _options.Raft.ResponseTimeout);

    /// <summary>From the disk to a running server: log, snapshot, and whether they fit together.</summary>
    private async Task RestoreAsync()
    {
        try
        {
            OpenLog();
            RaftSnapshot? snapshot = _store!.Exists ? _loading.Load(_store, ClusterId, movesIn: MayMoveIn(_log!)) : null;
            if (_log!.Base.Index > (snapshot?.Id.Last.Index ?? 0))
            {
                throw new SnapshotDamagedException(
                    _store.Path, $"{(snapshot is null ? "is missing" : $"ends with entry {snapshot.Id.Last}")}, but the log begins only after entry {_log.Base}");
            }

            StartServer(snapshot);
            bool movesIn = _store.Exists && snapshot is null;
            if (_metadata!.Current.IsFounding || movesIn)
            {
                await FoundAsync(movesIn).ConfigureAwait(false); // INIT was interrupted
            }

            Admission.State = NodeState.Up;
            _loaded.TrySetResult();
            _logger.LogInformation("Node {NodeId} of cluster {ClusterId} restored: log up to {Last}", NodeId, ClusterId, _log.Last);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void EnterCluster(string clusterId, int nodeId, bool isFounding)
    {
        _metadata!.Save(_metadata.Current with { ClusterId = clusterId, NodeId = nodeId, IsFounding = isFounding });
        OpenLog();
        StartServer(null);
    }

    private void OpenLog()
    {
        Metadata metadata = _metadata!.Current;
        _log = RaftLog.Open(_directory!, new RaftLogOptions
        {
            ClusterId = metadata.ClusterId,
            NodeId = metadata.NodeId,
            FileName = _options.Raft.LogFileName,
            MaxCacheBytes = _options.Raft.LogMaxCacheSize,
            Fsync = _options.Raft.LogFsync,
        });
        foreach (string warning in _log.Warnings)
        {
            _logger.LogWarning("{Warning}", warning);
        }

        _log.Statistics.Measured = elapsed => SyncMeasured(elapsed);
        _log.Synced = LogSynced;
        _log.Failed = LogFailed;
    }

    /// <summary>To latency monitoring a sync of the log is what that of an append-only file is to Redis, with appendfsync always.</summary>
    private void LogSynced()
    {
        Consensus.LogSynced();
        if (_options.Diagnostics.LatencyMonitorThreshold is > 0 and long threshold
            && (long)_log!.Statistics.FsyncLast.TotalMilliseconds is long took && took >= threshold)
        {
            NoteSlowSync(took);
        }
    }

    private void NoteSlowSync(long milliseconds) => Application.Post(() => Meter.Latency.Add("aof-fsync-always", milliseconds));

    private void StartServer(RaftSnapshot? snapshot)
    {
        Metadata metadata = _metadata!.Current;
        RaftRestart restart = new(metadata.StoreId, metadata.Term, metadata.VotedFor, snapshot);
        if (snapshot is not null)
        {
            Application.RunOnTurn(() => Application.StartFrom(snapshot.Id.Last, snapshot.Time));
        }

        Consensus.Start(callbacks => new RaftServer(metadata.NodeId, _coreOptions.Current, _log!, callbacks, _random, restart), _log!, _metadata, _store!, Install, metadata.NodeId);
        _options.Table.IsMember = true;
    }

    /// <summary>Whether the log is that of an INIT which may not have come to its end: no data, and no other member.</summary>
    private static bool MayMoveIn(RaftLog log)
    {
        const int few = 100;
        if (log.Base.Index > 0 || log.Last.Index > few)
        {
            return false;
        }

        for (long index = 1; index <= log.Last.Index; index++)
        {
            LogEntry entry = log.Slice(index, 1, long.MaxValue).Span[0];
            if (entry.Type == EntryType.Application
                || (entry.Type == EntryType.Configuration && ClusterConfiguration.Decode(entry.Payload.Span).Members.Count > 1))
            {
                return false;
            }
        }

        return true;
    }

    private async Task LoadToMoveInAsync()
    {
        Admission.State = NodeState.Loading;
        try
        {
            await Task.Run(() => _loading.Load(_store!, "", movesIn: true)).ConfigureAwait(false);
        }
        catch
        {
            Admission.State = NodeState.Uninitialized;
            throw;
        }
    }

    /// <summary>
    /// Makes this node the first member, until that is on disk; a start after a crash in between goes on with it. Data that
    /// moved in is in no log: it is safe, and others may join, once it is in a snapshot.
    /// </summary>
    private async Task FoundAsync(bool movesIn)
    {
        if (_log!.Last.Index == 0)
        {
            Consensus.Step(server => server.Bootstrap(_options.AdvertisedAddress));
        }

        while ((movesIn ? Application.AppliedIndex : Consensus.Read((server, _) => server.Cursors.Committed, 0L)) == 0)
        {
            await Task.Delay(1).ConfigureAwait(false);
        }

        if (movesIn && await Snapshots.RunAsync(_store!, keepsTail: false).ConfigureAwait(false) is { } failure)
        {
            throw new StorageException($"The data that moved in could not be made the cluster's first snapshot: {failure}");
        }

        Consensus.Step(_ => _metadata!.Save(_metadata.Current with { IsFounding = false }));
    }

    /// <summary>The leader sent a snapshot. On the application's turn; loading goes on on a thread of its own.</summary>
    private void Install(SnapshotId id)
    {
        Admission.State = NodeState.Loading;
        _restoring = new Thread(() => LoadInstalled(id)) { Name = "snapshot install", IsBackground = true };
        _restoring.Start();
    }

    private void LoadInstalled(SnapshotId id)
    {
        try
        {
            RaftSnapshot? installed = null;
            if (_options.Raft.Failures.SnapshotDisableLoad)
            {
                Thread.Sleep(_options.Raft.ElectionTimeout); // or the leader would send it over and over
            }
            else
            {
                installed = _loading.Install(_store!, id, ClusterId);
            }

            Admission.State = NodeState.Up;
            Application.RunOnTurn(() => Consensus.Step(server => SnapshotLoaded(server, id, installed)));
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void SnapshotLoaded(RaftServer server, SnapshotId id, RaftSnapshot? installed)
    {
        if (installed is not null)
        {
            server.SnapshotInstalled(id);
            Application.StartFrom(id.Last, installed.Time);
        }
        else
        {
            Application.StateStays();
            server.SnapshotRejected(id);
        }
    }

    /// <summary>
    /// The log could not be written: nothing is acknowledged from here on, as nothing counts as durable. If this node
    /// leads, another one has to before the process ends.
    /// </summary>
    private void LogFailed(Exception exception)
    {
        _logger.LogError("{Reason} This node stops.", exception.Message);
        Consensus.Step(server => server.DiskStalled(exception.Message));
        _ = EndAsync();

        async Task EndAsync()
        {
            for (TimeSpan left = _options.Raft.ElectionTimeout; left > TimeSpan.Zero && Consensus.State.Leader is 0; left -= PollInterval)
            {
                await Task.Delay(PollInterval).ConfigureAwait(false);
            }

            Fail(exception);
        }
    }

    private void ConfigurationApplied(ClusterConfiguration configuration)
    {
        _retirement.Applied(ConfigurationAt(Application.AppliedIndex), configuration, Consensus.State.Role == RaftRole.Leader);
        if (configuration.Find(NodeId) is null && configuration.UsedIds.Contains(NodeId))
        {
            Retire();
        }
    }

    /// <summary>
    /// The periodic interval, or less when something falls due before. Campaigns above all are held at their moment: rounded
    /// up to a common interval, two servers that drew different times would meet again and again.
    /// </summary>
    private TimeSpan UntilNextTick()
    {
        TimeSpan interval = _options.Raft.PeriodicInterval;
        double due = Math.Min(Application.NextDueTime - _time.Now + 1, Consensus.UntilCampaign.TotalMilliseconds);
        return due < interval.TotalMilliseconds ? TimeSpan.FromMilliseconds(Math.Max(due, 1)) : interval;
    }

    private void Tick()
    {
        if (Consensus.State.Role == RaftRole.Leader)
        {
            _time.Reached(Application.ClusterTime);
        }
        else
        {
            _time.Follow();
        }

        _health.Look(Consensus.Read((server, _) => server.Status(), null), _log?.Statistics);
        if (_log is { } log && log.Statistics.Running > _options.Raft.ElectionTimeout)
        {
            Consensus.Step(server => server.DiskStalled($"a write to disk has taken {log.Statistics.Running.TotalMilliseconds:0} ms so far"));
        }

        if (_log is { } grown && IsSnapshotDue(grown.FileSize, _options.Raft.LogMaxFileSize))
        {
            _ = TakeSnapshotAsync(keepsTail: true);
        }

        Consensus.Periodic();
        Consensus.TickIfDue();
        Proxy.Tick();
        SharedOptions.Offer();
    }

    /// <summary>
    /// A peer that is just receiving the latest one would have to begin anew with the next, over and over where writes are
    /// faster than its link; so it gets a while.
    /// </summary>
    private bool IsSnapshotDue(long size, long limit)
    {
        const int patience = 4;
        return size > limit && Snapshots.IsReady && Application.AppliedIndex > LatestSnapshot.Last.Index
            && (size > patience * limit || !Consensus.Read((server, _) => IsSending(server), false));

        static bool IsSending(RaftServer server) =>
            server.Status().Peers.Any(peer => peer.SnapshotSize is not null && peer.Silence < server.Options.ElectionTimeout);
    }

    private void ApplyOptions()
    {
        SharedOptions.Offer();
        Application.ApplyDelay = _options.Raft.Failures.LogDelayApply;
        Consensus.Step(server =>
        {
            server.Options = _coreOptions.Current;
            _log!.MaxCacheBytes = _options.Raft.LogMaxCacheSize;
            _log.Fsync = _options.Raft.LogFsync;
        });
    }
}
