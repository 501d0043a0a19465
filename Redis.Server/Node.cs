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

namespace Redis.Server;

/// <summary>One node, put together from its rooms.</summary>
internal sealed class Node : INode
{
    private readonly ServerOptions _options;
    private readonly RaftHost _host;
    private readonly Listener _listener;
    private readonly ServerSampler _sampler;
    private volatile bool _isHurried;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Node(ServerOptions options, ILoggerFactory loggers, LogSink sink)
    {
        _options = options;
        CommandTable table = new([.. DataCommands.Rows, .. LocalRows]);
        CommandContext context = new() { Keyspace = new Keyspace.Keyspace(), Table = table };
        TransportDialer dial = (address, cancellation) => Dialing.TcpAsync(address, options.Raft.ConnectionTimeout, cancellation);
        _host = new RaftHost(options, context, dial, loggers);
        _host.Consensus.StateChanged += change => sink.Role = change.Role == RaftRole.Leader ? 'M' : 'S';
        ClientServices services = new()
        {
            Options = options,
            Commands = table,
            Host = _host,
            Keyspace = context.Keyspace,
            Channels = context.Channels,
            Joining = new Joining(_host, options, dial, loggers.CreateLogger<Joining>()),
            Logger = loggers.CreateLogger<ClientServices>(),
            RequestShutdown = EndAtRequest,
        };
        _listener = new Listener(services);
        _sampler = services.Sampler;
        NotifyAsConfigured(context, options);
        _host.Consensus.StateChanged += change => DismissSubscribersUnlessLeader(context.Channels, change);
    }

    public Task Ended => EndedAsync();

    private static IEnumerable<Command> LocalRows =>
    [
        .. ConnectionCommands.Rows, .. ClientCommands.Rows, .. SubscribeCommands.Rows, .. PubSubCommands.Rows, .. ServerCommands.Rows, .. ConfigCommands.Rows, .. SlowLogCommands.Rows, .. LatencyCommands.Rows,
        .. MemoryCommands.Rows, .. CommandCommands.Rows, .. ClusterCommands.Rows, .. RaftCommands.Rows,
        .. RaftDebugCommands.Rows, .. DebugCommands.Rows, .. RefusedCommands.Rows, .. TransactionControl.Rows,
    ];

    public Task StartAsync()
    {
        _host.Open();
        _listener.Start();
        _sampler.Start();
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
        _sampler.Dispose();
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

    /// <summary>Under the consensus lock: before anything that another leader has committed is applied here.</summary>
    private void DismissSubscribersUnlessLeader(Channels channels, in RaftChange change)
    {
        if (change.Role != RaftRole.Leader)
        {
            _host.Application.Add(Work.Run(channels.DismissAll));
        }
    }

    private async Task EndedAsync() => await (await Task.WhenAny(_ended.Task, _host.Ended).ConfigureAwait(false)).ConfigureAwait(false);
}
