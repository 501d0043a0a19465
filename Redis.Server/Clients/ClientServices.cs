using Microsoft.Extensions.Logging;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;
using Redis.Server.Replication;
using Redis.Server.Security;

namespace Redis.Server.Clients;

/// <summary>What all connections of a node share.</summary>
internal sealed class ClientServices
{
    public required ServerOptions Options { get; init; }

    public required CommandTable Commands { get; init; }

    public required RaftHost Host { get; init; }

    public required Keyspace.Keyspace Keyspace { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Asks the process to end (SHUTDOWN); true: at once, without handing leadership over.</summary>
    public required Action<bool> RequestShutdown { get; init; }

    public required Joining Joining { get; init; }

    public CommandMeter Meter => Host.Meter;

    public Authenticator Authenticator => field ??= new Authenticator(Options);

    public ServerInfo Info => field ??= new ServerInfo(this);

    public ServerSampler Sampler => field ??= new ServerSampler(this);

    public ClientRegistry Clients { get; } = new();

    public long StartedAt { get; } = RaftClock.Now;

    /// <summary>For local commands: they run one at a time, on the application's turn.</summary>
    public RequestParser LocalParser { get; } = new() { MaxBulkLength = int.MaxValue };

    /// <summary>Whether the data exceeds maxmemory.</summary>
    public bool IsOutOfMemory => Options.Data.MaxMemory is > 0 and long limit && Keyspace.UsedMemory > limit;
}
