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
    private DataDirectory? _directory;
    private MetadataFile? _metadata;
    private RaftLog? _log;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RaftClock? _clock;
    private int _retired;

    public RaftHost(ServerOptions options, CommandContext context, TransportDialer dial, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger<RaftHost>();
        Application = new Application(new CommandRunner(context, _logger), () => RaftClock.Now) { Failed = Fail };
        Mesh = new PeerMesh(dial, Identity, () => options.Raft.ReconnectInterval, loggers.CreateLogger<PeerMesh>());
        Consensus = new Consensus(Application, Mesh, Admission, () => RaftClock.Now, loggers.CreateLogger<Consensus>());
        _retirement = new Retirement(options, dial, _logger);
        Application.ConfigurationApplied = ConfigurationApplied;
        options.Table.Changed += _ => ApplyOptions();
    }

    public Application Application { get; }

    public Consensus Consensus { get; }

    public PeerMesh Mesh { get; }

    public Admission Admission { get; } = new();

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
        if (_metadata.Current.ClusterId.Length > 0)
        {
            Admission.State = NodeState.Loading;
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

    /// <summary>Starts a new cluster of this node alone.</summary>
    /// <returns>The cluster's id.</returns>
    public string Init(string? clusterId)
    {
        string id = clusterId ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        BecomeMember(id, _options.Raft.Id > 0 ? _options.Raft.Id : 1);
        Consensus.Step(server => server.Bootstrap(_options.AdvertisedAddress));
        return id;
    }

    /// <summary>Takes up the place in a cluster that RAFT.NODE ADD made for this node.</summary>
    public void BecomeMember(string clusterId, int nodeId)
    {
        _metadata!.Save(_metadata.Current with { ClusterId = clusterId, NodeId = nodeId, Incarnation = NewStoreId() });
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

    /// <summary>A number other than 0 that tells this disk from another one under the same node id.</summary>
    private static long NewStoreId() => ((long)RandomNumberGenerator.GetInt32(int.MaxValue) << 31) + RandomNumberGenerator.GetInt32(1, int.MaxValue);

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

        RaftRestart restart = new(metadata.Incarnation, metadata.Term, metadata.VotedFor, null);
        _log.Synced = Consensus.LogSynced;
        _log.Failed = Fail;
        Consensus.Start(callbacks => new RaftServer(metadata.NodeId, CoreOptions(), _log, callbacks, _random, restart), _log, _metadata, metadata.NodeId);
        _options.Table.IsMember = true;
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
