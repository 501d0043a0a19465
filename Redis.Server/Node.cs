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
        CommandTable table = new(Commands);
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
            Joining = new Joining(_host, options, dial, loggers.CreateLogger<Joining>()),
            Logger = loggers.CreateLogger<ClientServices>(),
            RequestShutdown = EndAtRequest,
        };
        _listener = new Listener(services);
        _sampler = services.Sampler;
    }

    /// <summary>All rows of the command table.</summary>
    public static IEnumerable<Command> Commands => [.. DataCommands.Rows, .. LocalRows];

    public Task Ended => EndedAsync();

    private static IEnumerable<Command> LocalRows =>
    [
        .. ConnectionCommands.Rows, .. ClientCommands.Rows, .. ServerCommands.Rows, .. ConfigCommands.Rows, .. SlowLogCommands.Rows, .. LatencyCommands.Rows,
        .. MemoryCommands.Rows, .. CommandCommands.Rows, .. ClusterCommands.Rows, .. RaftCommands.Rows,
        .. RaftDebugCommands.Rows, .. DebugCommands.Rows, .. RefusedCommands.Rows, .. TransactionControl.Rows, .. WaitCommands.Rows,
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

    private async Task EndedAsync() => await (await Task.WhenAny(_ended.Task, _host.Ended).ConfigureAwait(false)).ConfigureAwait(false);
}
