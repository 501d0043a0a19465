namespace Redis.Server.Configuration;

/// <summary>
/// The settings of one node, typed. Each property reads the row of <see cref="Table"/> that CONFIG GET and SET work on,
/// so a value read here is always the present one.
/// </summary>
internal sealed class ServerOptions
{
    private readonly IntegerOption _port;
    private readonly WordsOption _bind;
    private readonly YesNoOption _protectedMode;
    private readonly IntegerOption _tcpBacklog;
    private readonly IntegerOption _tcpKeepAlive;
    private readonly TextOption _unixSocket;
    private readonly TextOption _unixSocketPermissions;
    private readonly DirectoryOption _dir;
    private readonly TextOption _dbFileName;
    private readonly EnumOption<LogVerbosity> _logLevel;
    private readonly TextOption _logFile;
    private readonly TextOption _pidFile;
    private readonly IntegerOption _shutdownTimeout;
    private readonly IntegerOption _maxClients;
    private readonly IntegerOption _timeout;
    private readonly MemoryOption _protoMaxBulkLength;
    private readonly MemoryOption _clientQueryBufferLimit;
    private readonly OutputBufferLimitsOption _outputBufferLimits;
    private readonly MemoryOption _maxMemoryClients;
    private readonly IntegerOption _trackingTableMaxKeys;

    public ServerOptions()
    {
        const OptionFlags None = OptionFlags.None;
        const OptionFlags Immutable = OptionFlags.Immutable;
        Raft = new RaftSection(Table);

        Table.Begin(OptionSection.Network);
        _port = Table.Add(new IntegerOption("port", 6379, 0, 65535, "", None, "Port for clients and other nodes; 0: no plain TCP."));
        _bind = Table.Add(new WordsOption("bind", ["*", "-::*"], ' ', "addresses", None, "Addresses to listen on; * is every one, a leading - lets an address be missing."));
        _protectedMode = Table.Add(new YesNoOption("protected-mode", true, None, "Whether other machines, also nodes, are refused while the default user has no password."));
        _tcpBacklog = Table.Add(new IntegerOption("tcp-backlog", 511, 0, int.MaxValue, "connections", Immutable, "Connections that may wait to be accepted."));
        _tcpKeepAlive = Table.Add(new IntegerOption("tcp-keepalive", 300, 0, int.MaxValue, "s", None, "Silence after which TCP probes a connection; 0: never."));
        _unixSocket = Table.Add(new TextOption("unixsocket", "", Immutable, "Path of a Unix socket to listen on as well.", accepts: "path"));
        _unixSocketPermissions = Table.Add(new TextOption("unixsocketperm", "0", Immutable, "Its permissions, octal; 0: as the umask says.", CheckPermissions, "octal"));

        Table.Begin(OptionSection.General);
        _dir = Table.Add(new DirectoryOption("dir", Environment.CurrentDirectory, OptionFlags.Protected, "The data directory."));
        _dbFileName = Table.Add(new TextOption("dbfilename", "dump.rdb", OptionFlags.Protected, "The snapshot file, in the data directory.", CheckDbFileName, "file name"));
        _logLevel = Table.Add(new EnumOption<LogVerbosity>("loglevel", LogVerbosity.Notice, GeneralNames.LogVerbosities, None, "Least level that is logged."));
        _logFile = Table.Add(new TextOption("logfile", "", Immutable, "Log file; empty: standard output.", accepts: "path"));
        Table.Add(new YesNoOption("daemonize", false, Immutable, "Going into the background; only no.") { MustBe = (false, "run the server under systemd or another supervisor") });
        _pidFile = Table.Add(new TextOption("pidfile", "", Immutable, "File the process id is written to.", accepts: "path"));
        _shutdownTimeout = Table.Add(new IntegerOption("shutdown-timeout", 10, 0, int.MaxValue, "s", None, "Longest wait at shutdown for another node to take over."));
        Table.Add(new YesNoOption("cluster-enabled", false, Immutable, "Redis Cluster; only no.") { MustBe = (false, "Redis Cluster and a Raft cluster exclude each other") });
        Table.Add(new WordsOption("replicaof", [], ' ', "empty", Immutable, "Redis replication; only empty.", RefuseReplication) { Alias = "slaveof" });

        Table.Begin(OptionSection.Clients);
        _maxClients = Table.Add(new IntegerOption("maxclients", 10000, 1, uint.MaxValue, "connections", None, "Most clients at once."));
        _timeout = Table.Add(new IntegerOption("timeout", 0, 0, int.MaxValue, "s", None, "Idle time after which a client is disconnected; 0: never."));
        _protoMaxBulkLength = Table.Add(new MemoryOption("proto-max-bulk-len", 512L << 20, 1 << 20, None, "Longest string in a request."));
        _clientQueryBufferLimit = Table.Add(new MemoryOption("client-query-buffer-limit", 1L << 30, 1 << 20, None, "Longest request that is not yet complete."));
        _outputBufferLimits = Table.Add(new OutputBufferLimitsOption("client-output-buffer-limit", None, "Replies that may wait for a client before it is disconnected."));
        _maxMemoryClients = Table.Add(new MemoryOption("maxmemory-clients", 0, 0, None, "Memory for all clients' buffers, or percent of maxmemory; 0: no limit.") { AllowsPercent = true });
        _trackingTableMaxKeys = Table.Add(new IntegerOption("tracking-table-max-keys", 1_000_000, 0, long.MaxValue, "keys", None, "Keys remembered for client-side caching; 0: no limit."));

        Data = new DataSection(Table);
        Security = new SecuritySection(Table);
        Tls = new TlsSection(Table);
        Diagnostics = new DiagnosticsSection(Table);
        AcceptedOptions.AddTo(Table);
    }

    public OptionTable Table { get; } = new();

    public RaftSection Raft { get; }

    public DataSection Data { get; }

    public SecuritySection Security { get; }

    public TlsSection Tls { get; }

    public DiagnosticsSection Diagnostics { get; }

    public int Port => (int)_port.Value;

    /// <summary>"*" is every IPv4 address, "::*" every IPv6 address; a leading "-" lets the address be missing.</summary>
    public IReadOnlyList<string> Bind => _bind.Value;

    public bool ProtectedMode => _protectedMode.Value;

    public int TcpBacklog => (int)_tcpBacklog.Value;

    /// <summary>Zero: off.</summary>
    public TimeSpan TcpKeepAlive => TimeSpan.FromSeconds(_tcpKeepAlive.Value);

    public string UnixSocket => _unixSocket.Value;

    /// <summary>None: as the umask says.</summary>
    public UnixFileMode UnixSocketPermissions => (UnixFileMode)Convert.ToInt32(_unixSocketPermissions.Value, 8);

    /// <summary>The data directory, a full path.</summary>
    public string Directory => _dir.Value;

    public string DbFileName => _dbFileName.Value;

    public LogVerbosity LogLevel => _logLevel.Value;

    /// <summary>Empty: standard output.</summary>
    public string LogFile => _logFile.Value;

    public string PidFile => _pidFile.Value;

    public TimeSpan ShutdownTimeout => TimeSpan.FromSeconds(_shutdownTimeout.Value);

    public int MaxClients => (int)Math.Min(_maxClients.Value, int.MaxValue);

    /// <summary>Zero: never.</summary>
    public TimeSpan ClientTimeout => TimeSpan.FromSeconds(_timeout.Value);

    public long ProtoMaxBulkLength => _protoMaxBulkLength.Value;

    public long ClientQueryBufferLimit => _clientQueryBufferLimit.Value;

    public OutputBufferLimits OutputBufferLimits => _outputBufferLimits.Value;

    /// <summary>Bytes, or a negative percentage of maxmemory; 0: no limit.</summary>
    public long MaxMemoryClients => _maxMemoryClients.Value;

    public long TrackingTableMaxKeys => _trackingTableMaxKeys.Value;

    /// <summary>Whether nodes talk to each other over TLS.</summary>
    public bool PeersUseTls => Tls.Cluster || Raft.TlsEnabled;

    /// <summary>raft.addr, or the first address others can reach and the port that other nodes use.</summary>
    public string AdvertisedAddress => Raft.Address.Length > 0 ? Raft.Address : $"{HostPort.FirstNonLocalHost()}:{AdvertisedPort}";

    private int AdvertisedPort => Port == 0 || (PeersUseTls && Tls.Port > 0) ? Tls.Port : Port;

    /// <summary>The loadmodule directives: named in the log, otherwise without effect.</summary>
    public List<string> LoadedModules { get; } = [];

    /// <summary>The configuration file the node was started with, a full path, or null; CONFIG REWRITE writes it.</summary>
    public string? ConfigFile { get; set; }

    /// <summary>A path that is relative to the data directory, as Redis resolves logfile, aclfile and the rest.</summary>
    public string PathOf(string relative) => Path.GetFullPath(relative, Directory);

    private static string? CheckDbFileName(string name) =>
        name.Length > 0 && Path.GetFileName(name) == name ? null : "dbfilename can't be a path, just a filename";

    private static string? CheckPermissions(string text) =>
        text.Length is > 0 and <= 4 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) <= 0x1FF
            ? null
            : "argument couldn't be parsed as an octal number";

    private static string? RefuseReplication(IReadOnlyList<string> words) =>
        words.Count == 0 || (words is ["no", "one"]) ? null : "must be empty: the nodes of a Raft cluster join with RAFT.CLUSTER JOIN";
}
