using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Clients;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Keyspace;
using Redis.Server.Operations;
using Redis.Server.Peers;
using Redis.Server.PubSub;
using Redis.Server.Replication;
using Redis.Server.Security;

namespace Redis.Server;

/// <summary>One node, put together from its rooms.</summary>
internal sealed class Node : INode
{
    /// <summary>Of redis.log's debug, verbose, notice, warning.</summary>
    private static readonly LogLevel[] ScriptLogLevels = [LogLevel.Trace, LogLevel.Debug, LogLevel.Information, LogLevel.Warning];

    private readonly ServerOptions _options;
    private readonly RaftHost _host;
    private readonly Bootstrapping _bootstrapping;
    private readonly Listener _listener;
    private readonly ServerSampler _sampler;
    private readonly ClientUpkeep _upkeep;
    private bool _led;
    private volatile bool _isHurried;
    private readonly NodeMetrics _metrics;
    private readonly PrometheusEndpoint _prometheus;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Node(ServerOptions options, ILoggerFactory loggers, LogSink sink)
    {
        _options = options;
        State state = State.New(options);
        UserDirectory users = state.Users;
        CommandContext context = state.Context;
        options.Table.OnApply(changed => ConfiguredUsers.Reconfigure(users, options.Security, changed));
        ILogger scriptLog = loggers.CreateLogger<Scripting.Scripts>();
        context.Scripts.Log = (level, text) => scriptLog.Log(ScriptLogLevels[level], "{Text}", text);
        TlsEndpoint tls = new(options, loggers.CreateLogger<TlsEndpoint>());
        TransportDialer dial = (address, cancellation) =>
            Dialing.DialAsync(address, options.Raft.ConnectionTimeout, options.PeersUseTls ? tls : null, cancellation);
        _host = new RaftHost(options, context, dial, loggers);
        _host.Consensus.StateChanged += change => sink.Role = change.Role == RaftRole.Leader ? 'M' : 'S';
        Errands errands = new(options, dial);
        Joining joining = new(_host, options, errands, loggers.CreateLogger<Joining>());
        _bootstrapping = new Bootstrapping(_host, options, errands, joining, loggers.CreateLogger<Bootstrapping>());
        ClientServices services = new()
        {
            Options = options,
            Commands = Offered(state.Table, options.Security),
            Tls = tls,
            Users = users,
            UserEntries = state.UserEntries,
            Host = _host,
            Keyspace = context.Keyspace,
            Channels = context.Channels,
            Scripts = context.Scripts,
            Invalidations = context.Invalidations,
            Joining = joining,
            Bootstrapping = _bootstrapping,
            Logger = loggers.CreateLogger<ClientServices>(),
            RequestShutdown = EndAtRequest,
        };
        users.Deleted += user => _host.Application.Post(() => EndClientsOf(user, services));
        users.Changed += (user, _) => _host.Application.Post(() => EndSubscribersOf(user, services));
        _listener = new Listener(services);
        _sampler = services.Sampler;
        _upkeep = new ClientUpkeep(services);
        context.Invalidations.FindClient = services.Clients.Find;
        context.Invalidations.MaxKeys = () => options.TrackingTableMaxKeys;
        options.Table.Changed += _ => _host.Application.Post(context.Invalidations.KeepWithinLimit);
        NotifyAsConfigured(context, options);
        _host.Consensus.StateChanged += change => GiveUpClientsOfLeader(context, change);
        _metrics = new NodeMetrics(services);
        _prometheus = new PrometheusEndpoint(loggers.CreateLogger<PrometheusEndpoint>());
    }

    /// <summary>All rows of the command table.</summary>
    public static IEnumerable<Command> Commands => [.. DataCommands.Rows, .. LocalRows];

    public Task Ended => EndedAsync();

    public Task Loaded => _host.Loaded;

    private static IEnumerable<Command> LocalRows =>
    [
        .. ConnectionCommands.Rows, .. ClientCommands.Rows, .. SubscribeCommands.Rows, .. MonitorCommands.Rows, .. PubSubCommands.Rows, .. ServerCommands.Rows, .. ConfigCommands.Rows, .. SlowLogCommands.Rows, .. LatencyCommands.Rows,
        .. MemoryCommands.Rows, .. AclCommands.Rows, .. CommandCommands.Rows, .. ClusterCommands.Rows, .. RaftCommands.Rows, .. BootstrapCommand.Rows,
        .. RaftConfigCommand.Rows, .. RaftDebugCommands.Rows, .. DebugCommands.Rows, .. RefusedCommands.Rows, .. TransactionControl.Rows, .. WaitCommands.Rows,
    ];

    private static CommandTable Offered(CommandTable table, SecuritySection options)
    {
        try
        {
            return options.RenamedCommands.Count == 0 ? table : table.Renamed(options.RenamedCommands);
        }
        catch (ArgumentException exception)
        {
            throw new ConfigurationException("rename-command", 0, "rename-command", exception.Message);
        }
    }

    /// <summary>Messages come without a further command: who is subscribed to what its user may no longer hear has to go.</summary>
    private static void EndSubscribersOf(AclUser user, ClientServices services)
    {
        foreach (ClientConnection client in services.Clients.All.Where(client => client.Session.User == user && client.Subscriptions.Total > 0))
        {
            bool hearsTooMuch = Enum.GetValues<SubscriptionKind>().Any(kind =>
                client.Subscriptions.NamesOf(kind).Any(name => !user.Rights.AllowsChannel(name, isPattern: kind == SubscriptionKind.Pattern)));
            if (hearsTooMuch)
            {
                client.Kill();
            }
        }
    }

    /// <summary>After the reply to whoever deleted the user: it may have been its own.</summary>
    private static void EndClientsOf(AclUser user, ClientServices services)
    {
        foreach (ClientConnection client in services.Clients.All.Where(client => client.Session.User == user))
        {
            client.LoseUser();
        }
    }

    /// <summary>A node's state without its doors: it is not reached by anyone, and reaches nobody (recover).</summary>
    public static RaftHost CreateIsolated(ServerOptions options, ILoggerFactory loggers) =>
        new(options, State.New(options).Context, (_, _) => throw new IOException("this node is isolated"), loggers);

    public Task StartAsync()
    {
        _host.Open();
        _bootstrapping.Prepare();
        _listener.Start();
        _bootstrapping.Start();
        _sampler.Start();
        _upkeep.Start();
        if (_options.Diagnostics.MetricsPort > 0)
        {
            _prometheus.Start(_options.Bind, _options.Diagnostics.MetricsPort);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        _listener.Dispose();
        await _host.HandOverAsync(_isHurried ? TimeSpan.Zero : _options.ShutdownTimeout).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _bootstrapping.Dispose();
        _prometheus.Dispose();
        _metrics.Dispose();
        _sampler.Dispose();
        _upkeep.Dispose();
        _host.Dispose();
        return ValueTask.CompletedTask;
    }

    private void EndAtRequest(bool isHurried)
    {
        _isHurried = isHurried;
        _ended.TrySetResult();
    }

    /// <summary>Keyspace notifications cost nothing while notify-keyspace-events asks for none.</summary>
    private static void NotifyAsConfigured(CommandContext context, ServerOptions options)
    {
        KeyspaceNotifications notifications = new(context.Channels, () => options.Data.NotifyKeyspaceEvents);
        options.Table.Changed += _ => Apply();
        Apply();

        void Apply()
        {
            const KeyspaceEventClasses destinations = KeyspaceEventClasses.Keyspace | KeyspaceEventClasses.Keyevent;
            bool wanted = (options.Data.NotifyKeyspaceEvents & destinations) != 0;
            if (wanted && context.Notifications is null)
            {
                context.Keyspace.Observe(notifications);
            }
            else if (!wanted && context.Notifications is not null)
            {
                context.Keyspace.Ignore(notifications);
            }

            context.Notifications = wanted ? notifications : null;
        }
    }

    /// <summary>
    /// This node leads no more: its subscribers have to go to who does, and what clients cache may grow stale unnoticed.
    /// Under the consensus lock: before anything that another leader has committed is applied here.
    /// </summary>
    private void GiveUpClientsOfLeader(CommandContext context, in RaftChange change)
    {
        if (change.Role != RaftRole.Leader && _led)
        {
            _host.Application.Add(Work.Run(() =>
            {
                context.Channels.DismissAll();
                context.Invalidations.InvalidateAll();
            }));
        }

        _led = change.Role == RaftRole.Leader;
    }

    private async Task EndedAsync() => await (await Task.WhenAny(_ended.Task, _host.Ended).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>What a node knows and decides by, without its doors.</summary>
    private sealed record State(CommandTable Table, UserDirectory Users, UserEntries UserEntries, CommandContext Context)
    {
        public static State New(ServerOptions options)
        {
            CommandTable table = new(Commands);
            UserDirectory users = new(table, options.Security);
            ConfiguredUsers.Load(users, options);
            UserEntries userEntries = new(users);
            CommandContext context = new()
            {
                Keyspace = new Keyspace.Keyspace(),
                Table = new CommandTable([.. table.Commands, .. userEntries.Rows, .. RefusalCommand.Rows, UnblockEntry.Row]),
            };
            context.SnapshotParts.Add(users.Shared);
            return new State(table, users, userEntries, context);
        }
    }
}
