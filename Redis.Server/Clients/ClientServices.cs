using Microsoft.Extensions.Logging;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;
using Redis.Server.PubSub;
using Redis.Server.Replication;
using Redis.Server.Scripting;
using Redis.Server.Security;
using Redis.Server.Tracking;

namespace Redis.Server.Clients;

/// <summary>What all connections of a node share.</summary>
internal sealed class ClientServices
{
    public required ServerOptions Options { get; init; }

    /// <summary>What clients can call, under the names that rename-command left.</summary>
    public required CommandTable Commands { get; init; }

    public required RaftHost Host { get; init; }

    public required Keyspace.Keyspace Keyspace { get; init; }

    /// <summary>Who has read what.</summary>
    public required Invalidations Invalidations { get; init; }

    public ClientPause Pause { get; } = new();

    /// <summary>Who has subscribed to what.</summary>
    public required Channels Channels { get; init; }

    public required Scripts Scripts { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Asks the process to end (SHUTDOWN); true: at once, without handing leadership over.</summary>
    public required Action<bool> RequestShutdown { get; init; }

    public required Joining Joining { get; init; }

    public required Bootstrapping Bootstrapping { get; init; }

    public CommandMeter Meter => Host.Meter;

    public SecretArguments Secrets => field ??= new SecretArguments(Options.Table);

    public required TlsEndpoint Tls { get; init; }

    public required UserDirectory Users { get; init; }

    /// <summary>ACL SETUSER and DELUSER in the form in which they enter the log.</summary>
    public required UserEntries UserEntries { get; init; }

    /// <summary>Whether changes of users concern the whole cluster.</summary>
    public bool SharesUsers => !Users.UsesFile && Host.Admission.State != NodeState.Uninitialized;

    /// <summary>Whether there are other nodes in the cluster.</summary>
    public bool HasPeers => Host.Mesh.Links.Count > 0;

    public AclLog AclLog => field ??= new AclLog(() => Options.Security.AclLogMaxLength);

    public ServerInfo Info => field ??= new ServerInfo(this);

    public ServerSampler Sampler => field ??= new ServerSampler(this);

    public CrossProtocolScripting CrossProtocol => field ??= new CrossProtocolScripting(Logger);

    public PeerRefusals Refusals => field ??= new PeerRefusals(Logger);

    public ClientRegistry Clients { get; } = new();

    public long StartedAt { get; } = RaftClock.Now;

    /// <summary>For local commands: they run one at a time, on the application's turn.</summary>
    public RequestParser LocalParser { get; } = new() { MaxBulkLength = int.MaxValue };

    /// <summary>Whether the data exceeds maxmemory.</summary>
    public bool IsOutOfMemory => Options.Data.MaxMemory is > 0 and long limit && Keyspace.UsedMemory > limit;

    /// <summary>What a script may use that is taken now.</summary>
    public ScriptLimits ScriptLimits => new(Options.Data.ScriptMaxInstructions, Options.Data.ScriptMaxMemory, IsOutOfMemory);
}
