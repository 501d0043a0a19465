namespace Redis.Server.Configuration;

/// <summary>The raft.* options, named and meant as in RedisRaft.</summary>
internal sealed class RaftSection
{
    private readonly IntegerOption _id;
    private readonly TextOption _address;
    private readonly WordsOption _bootstrap;
    private readonly TextOption _logFileName;
    private readonly IntegerOption _periodicInterval;
    private readonly IntegerOption _requestTimeout;
    private readonly IntegerOption _electionTimeout;
    private readonly IntegerOption _connectionTimeout;
    private readonly IntegerOption _joinTimeout;
    private readonly IntegerOption _responseTimeout;
    private readonly IntegerOption _proxyResponseTimeout;
    private readonly IntegerOption _reconnectInterval;
    private readonly YesNoOption _followerProxy;
    private readonly MemoryOption _logMaxFileSize;
    private readonly MemoryOption _logMaxCacheSize;
    private readonly YesNoOption _logFsync;
    private readonly EnumOption<QuorumReads> _quorumReads;
    private readonly EnumOption<FollowerReads> _followerReads;
    private readonly IntegerOption _appendReqMaxCount;
    private readonly MemoryOption _appendReqMaxSize;
    private readonly IntegerOption _snapshotReqMaxCount;
    private readonly MemoryOption _snapshotReqMaxSize;
    private readonly EnumOption<LogVerbosity> _logLevel;
    private readonly EnumOption<RaftTrace> _trace;
    private readonly WordsOption _ignoredCommands;
    private readonly TextOption _clusterUser;
    private readonly TextOption _clusterPassword;
    private readonly YesNoOption _tlsEnabled;
    private readonly YesNoOption _sharding;
    private readonly YesNoOption _externalSharding;
    private readonly TextOption _slotConfig;
    private readonly IntegerOption _shardGroupUpdateInterval;
    private readonly IntegerOption _scanSize;

    public RaftSection(OptionTable table)
    {
        const OptionFlags Fixed = OptionFlags.FixedAfterInit;
        table.Begin(OptionSection.Raft);
        _id = table.Add(new IntegerOption("raft.id", 0, 0, int.MaxValue, "", Fixed, "This node's id; 0 lets the cluster choose one."));
        _address = table.Add(new TextOption("raft.addr", "", Fixed, "The address other nodes and clients reach this node by; empty: the first non-local interface and the port.", HostPort.Check, "host:port"));
        _bootstrap = table.Add(new WordsOption("raft.bootstrap", [], ',', "host:port,host:port,...", OptionFlags.Immutable | OptionFlags.Ours, "The nodes that form a cluster by themselves, the same list on each of them; empty: RAFT.CLUSTER INIT and JOIN form it.", CheckBootstrap));
        _logFileName = table.Add(new TextOption("raft.log-filename", "redisraft.db", Fixed, "The Raft log, in the data directory.", CheckFileName, "file name"));
        _periodicInterval = table.Add(Milliseconds("raft.periodic-interval", 100, "How often timers are looked at."));
        _requestTimeout = table.Add(Milliseconds("raft.request-timeout", 200, "The leader's heartbeat interval."));
        _electionTimeout = table.Add(Milliseconds("raft.election-timeout", 1000, "Silence of the leader after which a follower campaigns; randomised from here up to twice this."));
        _connectionTimeout = table.Add(Milliseconds("raft.connection-timeout", 3000, "How long a connection to another node may take."));
        _joinTimeout = table.Add(Milliseconds("raft.join-timeout", 120000, "How long a joining node tries the given and the discovered addresses."));
        _responseTimeout = table.Add(Milliseconds("raft.response-timeout", 1000, "How long the answer to a message between nodes may take before the link is made anew."));
        _proxyResponseTimeout = table.Add(Milliseconds("raft.proxy-response-timeout", 10000, "How long the leader's answer to a proxied request may take."));
        _reconnectInterval = table.Add(Milliseconds("raft.reconnect-interval", 100, "Pause between attempts to reach another node."));
        _followerProxy = table.Add(new YesNoOption("raft.follower-proxy", false, OptionFlags.None, "Whether a follower passes requests on to the leader instead of answering MOVED."));
        _logMaxFileSize = table.Add(new MemoryOption("raft.log-max-file-size", 128_000_000, 0, OptionFlags.None, "Size of the log beyond which a snapshot is taken and the log compacted."));
        _logMaxCacheSize = table.Add(new MemoryOption("raft.log-max-cache-size", 64_000_000, 0, OptionFlags.None, "Log entries kept in memory for nodes that lack them."));
        _logFsync = table.Add(new YesNoOption("raft.log-fsync", true, OptionFlags.None, "Whether an entry is synced to disk before it counts as stored. With no, a power failure may lose acknowledged writes."));
        _quorumReads = table.Add(new EnumOption<QuorumReads>("raft.quorum-reads", QuorumReads.Yes, QuorumReadNames, OptionFlags.None, "How the leader confirms its leadership before it answers a read: yes asks a majority, lease trusts the answers of a moment ago (the same on every node, from the start), with no a read may be stale."));
        _followerReads = table.Add(new EnumOption<FollowerReads>("raft.follower-reads", FollowerReads.Linearizable, FollowerReadNames, OptionFlags.None, "What a client gets from a follower after READONLY: reads as fresh as the leader's, or whatever the follower has."));
        _appendReqMaxCount = table.Add(new IntegerOption("raft.append-req-max-count", 2, 1, int.MaxValue, "messages", OptionFlags.None, "Append messages in flight to one node."));
        _appendReqMaxSize = table.Add(new MemoryOption("raft.append-req-max-size", 2 << 20, 1, OptionFlags.None, "Entries in one append message."));
        _snapshotReqMaxCount = table.Add(new IntegerOption("raft.snapshot-req-max-count", 32, 1, int.MaxValue, "chunks", OptionFlags.None, "Snapshot chunks in flight to one node."));
        _snapshotReqMaxSize = table.Add(new MemoryOption("raft.snapshot-req-max-size", 64 << 10, 1, OptionFlags.None, "One snapshot chunk."));
        _logLevel = table.Add(new EnumOption<LogVerbosity>("raft.loglevel", LogVerbosity.Notice, GeneralNames.LogVerbosities, OptionFlags.None, "Least level of what consensus logs, besides loglevel."));
        _trace = table.Add(new EnumOption<RaftTrace>("raft.trace", RaftTrace.Off, Traces, OptionFlags.MultiWord, "What consensus traces in the log, at level debug."));
        _ignoredCommands = table.Add(new WordsOption("raft.ignored-commands", [], ',', "command,command,...", OptionFlags.None, "Commands that run on the node asked and not through the log."));
        _clusterUser = table.Add(new TextOption("raft.cluster-user", "default", OptionFlags.None, "The user that nodes authenticate as to each other."));
        _clusterPassword = table.Add(new TextOption("raft.cluster-password", "", OptionFlags.Sensitive, "The password that nodes authenticate with to each other."));
        _tlsEnabled = table.Add(new YesNoOption("raft.tls-enabled", false, OptionFlags.None, "Whether nodes talk to each other over TLS, with the tls-* settings."));
        _sharding = table.Add(new YesNoOption("raft.sharding", false, Fixed, "Whether the hash slots are shared with other clusters."));
        _externalSharding = table.Add(new YesNoOption("raft.external-sharding", false, Fixed, "Whether somebody else hands out the hash slots."));
        _slotConfig = table.Add(new TextOption("raft.slot-config", "0:16383", Fixed, "The hash slots this cluster serves.", SlotRanges.Check, "slot or start:end, comma list"));
        _shardGroupUpdateInterval = table.Add(Milliseconds("raft.shardgroup-update-interval", 5000, "How often other clusters are asked for their slots."));
        _scanSize = table.Add(new IntegerOption("raft.scan-size", 1000, 1, int.MaxValue, "keys", OptionFlags.None, "Keys that one RAFT.SCAN returns."));
        Failures = new FailureSection(table);
    }

    public FailureSection Failures { get; }

    /// <summary>0: the cluster chooses.</summary>
    public int Id => (int)_id.Value;

    /// <summary>host:port as configured, or empty; <see cref="ServerOptions.AdvertisedAddress"/> fills that in.</summary>
    public string Address => _address.Value;

    /// <summary>Empty: the cluster is formed by hand.</summary>
    public IReadOnlyList<string> Bootstrap => _bootstrap.Value;

    public string LogFileName => _logFileName.Value;

    public TimeSpan PeriodicInterval => TimeSpan.FromMilliseconds(_periodicInterval.Value);

    /// <summary>The heartbeat interval.</summary>
    public TimeSpan RequestTimeout => TimeSpan.FromMilliseconds(_requestTimeout.Value);

    public TimeSpan ElectionTimeout => TimeSpan.FromMilliseconds(_electionTimeout.Value);

    public TimeSpan ConnectionTimeout => TimeSpan.FromMilliseconds(_connectionTimeout.Value);

    public TimeSpan JoinTimeout => TimeSpan.FromMilliseconds(_joinTimeout.Value);

    public TimeSpan ResponseTimeout => TimeSpan.FromMilliseconds(_responseTimeout.Value);

    public TimeSpan ProxyResponseTimeout => TimeSpan.FromMilliseconds(_proxyResponseTimeout.Value);

    public TimeSpan ReconnectInterval => TimeSpan.FromMilliseconds(_reconnectInterval.Value);

    public bool FollowerProxy => _followerProxy.Value;

    public long LogMaxFileSize => _logMaxFileSize.Value;

    public long LogMaxCacheSize => _logMaxCacheSize.Value;

    public bool LogFsync => _logFsync.Value;

    public QuorumReads QuorumReads => _quorumReads.Value;

    public FollowerReads FollowerReads => _followerReads.Value;

    public int AppendReqMaxCount => (int)_appendReqMaxCount.Value;

    public long AppendReqMaxSize => _appendReqMaxSize.Value;

    public int SnapshotReqMaxCount => (int)_snapshotReqMaxCount.Value;

    public int SnapshotReqMaxSize => (int)Math.Min(_snapshotReqMaxSize.Value, int.MaxValue);

    public LogVerbosity LogLevel => _logLevel.Value;

    public RaftTrace Trace => _trace.Value;

    /// <summary>Lower-case command names.</summary>
    public IReadOnlyList<string> IgnoredCommands => _ignoredCommands.Value;

    public string ClusterUser => _clusterUser.Value;

    public string ClusterPassword => _clusterPassword.Value;

    /// <summary>Whether this node logs in where it connects to others.</summary>
    public bool LogsInToPeers => ClusterPassword.Length > 0 || ClusterUser != "default";

    public bool TlsEnabled => _tlsEnabled.Value;

    public bool Sharding => _sharding.Value;

    public bool ExternalSharding => _externalSharding.Value;

    public string SlotConfig => _slotConfig.Value;

    public TimeSpan ShardGroupUpdateInterval => TimeSpan.FromMilliseconds(_shardGroupUpdateInterval.Value);

    public int ScanSize => (int)_scanSize.Value;

    private static (string, QuorumReads)[] QuorumReadNames => [("yes", QuorumReads.Yes), ("no", QuorumReads.No), ("lease", QuorumReads.Lease)];

    private static (string, FollowerReads)[] FollowerReadNames => [("linearizable", FollowerReads.Linearizable), ("stale", FollowerReads.Stale)];

    private static (string, RaftTrace)[] Traces =>
    [
        ("off", RaftTrace.Off),
        ("node", RaftTrace.Node),
        ("conn", RaftTrace.Connection),
        ("raftlib", RaftTrace.RaftLibrary),
        ("raftlog", RaftTrace.RaftLog),
        ("generic", RaftTrace.Generic),
        ("migration", RaftTrace.Migration),
        ("all", RaftTrace.All),
    ];

    private static IntegerOption Milliseconds(string name, long initial, string summary) =>
        new(name, initial, 1, int.MaxValue, "ms", OptionFlags.None, summary);

    private static string? CheckBootstrap(IReadOnlyList<string> addresses) =>
        addresses.FirstOrDefault(address => HostPort.Check(address) is not null) is { } wrong ? $"'{wrong}' is not an address of the form host:port"
        : addresses.Distinct(StringComparer.OrdinalIgnoreCase).Count() < addresses.Count ? "an address stands there twice"
        : null;

    private static string? CheckFileName(string name) =>
        name.Length > 0 && Path.GetFileName(name) == name ? null : "must be a file name without a path";
}
