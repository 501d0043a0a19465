using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>
/// One node's share of the replicated state machine, from its data directory to its links: opens what the disk holds,
/// becomes a member by INIT or JOIN, and stops.
/// </summary>
internal sealed class RaftHost : IDisposable
{
    private readonly ServerOptions _options;
    private readonly ILogger _logger;
    private readonly Random _random = new();
    private readonly Retirement _retirement;
    private readonly SnapshotLoading _loading;
    private DataDirectory? _directory;
    private MetadataFile? _metadata;
    private RaftLog? _log;
    private SnapshotStore? _store;
    private RaftSnapshot? _restored;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RaftClock? _clock;
    private int _retired;

    public RaftHost(ServerOptions options, CommandContext context, TransportDialer dial, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger<RaftHost>();
        Application = new Application(new CommandRunner(context, _logger), () => RaftClock.Now) { Failed = Fail };
        Mesh = new PeerMesh(dial, Identity, () => options.Raft.ReconnectInterval, loggers.CreateLogger<PeerMesh>());
        Consensus = new Consensus(Application, Mesh, Admission, () => RaftClock.Now, loggers.CreateLogger<Consensus>()) { Failed = Fail };
        _retirement = new Retirement(options, dial, _logger);
        _loading = new SnapshotLoading(context, _logger);
        Snapshots = new SnapshotTaking(this, context.Keyspace, options, _logger);
        Application.ConfigurationApplied = ConfigurationApplied;
        options.Table.Changed += _ => ApplyOptions();
    }

    public Application Application { get; }

    public Consensus Consensus { get; }

    public PeerMesh Mesh { get; }

    public Admission Admission { get; } = new();

    public SnapshotTaking Snapshots { get; }

    /// <summary>Snapshots received from a leader since start.</summary>
    public long SnapshotsReceived => _loading.Received;

    /// <summary>Keys and bytes that the loading in progress, or the last one, has read.</summary>
    public (long Keys, long Bytes) LoadingProgress => _loading.Progress;

    /// <summary>The latest snapshot's last entry and length; none before the first.</summary>
    public SnapshotId LatestSnapshot => _store?.Id ?? default;

    /// <summary>Ends when the node was removed from its cluster; faulted when it cannot go on.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The cluster's 32 characters; empty outside of a cluster.</summary>
    public string ClusterId => _metadata?.Current.ClusterId ?? "";

    /// <summary>Own id; before INIT or JOIN the configured one, or 0.</summary>
    public int NodeId => _metadata?.Current.NodeId is > 0 and int id ? id : _options.Raft.Id;

    /// <summary>How long a hand-over of leadership may take.</summary>
    public TimeSpan TransferTimeout => _options.Raft.ElectionTimeout;

    /// <summary>Opens the data directory and, where it belongs to a cluster, takes up its place there.</summary>
    /// <exception cref="StorageException">The directory is in use or its data damaged.</exception>
    public void Open()
    {
        _directory = DataDirectory.Open(_options.Directory, new PosixDisk());
        _metadata = MetadataFile.Open(_directory);
        _store = SnapshotStore.Open(_directory, _options.DbFileName);
        if (_metadata.Current.ClusterId.Length > 0)
        {
            Admission.State = NodeState.Loading;
            if (_store.Exists && !_options.Raft.Failures.SnapshotDisableLoad)
            {
                _restored = _loading.Load(_store);
                Application.StartFrom(_restored?.Id.Last ?? EntryId.None, _restored?.Time ?? 0);
            }

            StartServer();
            Admission.State = NodeState.Up;
            _logger.LogInformation(
                "Node {NodeId} of cluster {ClusterId} restored: log up to {Last}", NodeId, ClusterId, _log!.Last);
        }
        else
        {
            _logger.LogInformation("No cluster yet: waiting for RAFT.CLUSTER INIT or RAFT.CLUSTER JOIN");
        }

        _clock = new RaftClock(UntilNextTick, Tick);
    }

    /// <summary>
    /// Starts a new cluster of this node alone. Data of a Redis that left its file here becomes the cluster's: it is in
    /// the first snapshot before anybody can join. On the application's turn.
    /// </summary>
    /// <returns>The cluster's id, once it is settled.</returns>
    public async Task<string> InitAsync(string? clusterId)
    {
        string id = clusterId ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        bool movesIn = _store!.Exists;
        if (movesIn)
        {
            _loading.Load(_store);
        }

        BecomeMember(id, _options.Raft.Id > 0 ? _options.Raft.Id : 1);
        Consensus.Step(server => server.Bootstrap(_options.AdvertisedAddress));
        if (movesIn)
        {
            while (Application.AppliedIndex == 0)
            {
                await Task.Delay(1).ConfigureAwait(false);
            }

            await TakeSnapshotAsync(keepsTail: false).ConfigureAwait(false);
        }

        return id;
    }

    /// <summary>Takes a snapshot; null when it is done, otherwise why not.</summary>
    public Task<string?> TakeSnapshotAsync(bool keepsTail) => Snapshots.RunAsync(_store!, keepsTail);

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
        _metadata!.Save(_metadata.Current with { ClusterId = clusterId, NodeId = nodeId });
        StartServer();
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
        _clock?.Dispose();
        Consensus.Dispose();
        Mesh.Dispose();
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
        _logger.LogCritical(exception, "The node cannot go on");
        _ended.TrySetException(exception);
    }

    private PeerIdentity Identity() => new(ClusterId, NodeId, _options.AdvertisedAddress, _options.Raft.ClusterUser, _options.Raft.ClusterPassword);

    private void StartServer()
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

        RaftRestart restart = new(metadata.StoreId, metadata.Term, metadata.VotedFor, _restored);
        _log.Synced = Consensus.LogSynced;
        _log.Failed = Fail;
        Consensus.Start(callbacks => new RaftServer(metadata.NodeId, CoreOptions(), _log, callbacks, _random, restart), _log, _metadata, _store!, Install, metadata.NodeId);
        _options.Table.IsMember = true;
    }

    private void Install(SnapshotId id)
    {
        Admission.State = NodeState.Loading;
        RaftSnapshot? installed = _loading.Install(_store!, id);
        Admission.State = NodeState.Up;
        Consensus.Step(server =>
        {
            if (installed is not null)
            {
                server.SnapshotInstalled(id);
                Application.StartFrom(id.Last, installed.Time);
            }
            else
            {
                server.SnapshotRejected(id);
            }
        });
    }

    private void ConfigurationApplied(ClusterConfiguration configuration)
    {
        _retirement.Applied(configuration, Consensus.State.Role == RaftRole.Leader);
        if (configuration.Find(NodeId) is null && configuration.UsedIds.Contains(NodeId))
        {
            Retire();
        }
    }

    /// <summary>The periodic interval, or less when something falls due before.</summary>
    private TimeSpan UntilNextTick()
    {
        TimeSpan interval = _options.Raft.PeriodicInterval;
        long due = Application.NextDueTime - RaftClock.Now + 1;
        return due < interval.TotalMilliseconds ? TimeSpan.FromMilliseconds(Math.Max(due, 1)) : interval;
    }

    private void Tick(TimeSpan elapsed)
    {
        if (_log is { } log && log.Statistics.Running > _options.Raft.ElectionTimeout)
        {
            Consensus.Step(server => server.DiskStalled($"a write to disk has taken {log.Statistics.Running.TotalMilliseconds:0} ms so far"));
        }

        if (_log is { } grown && grown.FileSize > _options.Raft.LogMaxFileSize && !Snapshots.IsInProgress && Application.AppliedIndex > LatestSnapshot.Last.Index)
        {
            _ = TakeSnapshotAsync(keepsTail: true);
        }

        Consensus.Periodic(elapsed);
        Consensus.TickIfDue();
    }

    private void ApplyOptions() => Consensus.Step(server =>
    {
        server.Options = CoreOptions();
        _log!.MaxCacheBytes = _options.Raft.LogMaxCacheSize;
        _log.Fsync = _options.Raft.LogFsync;
    });

    private RaftOptions CoreOptions()
    {
        RaftSection raft = _options.Raft;
        return new RaftOptions
        {
            ElectionTimeout = raft.ElectionTimeout,
            HeartbeatInterval = raft.RequestTimeout,
            TransferTimeout = raft.ElectionTimeout,
            MaxAppendsInFlight = raft.AppendReqMaxCount,
            MaxAppendBytes = raft.AppendReqMaxSize,
            MaxSnapshotChunksInFlight = raft.SnapshotReqMaxCount,
            MaxSnapshotChunkBytes = raft.SnapshotReqMaxSize,
        };
    }
}
