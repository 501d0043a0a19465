using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>What a data command may use besides its arguments: everything here is the same on every replica.</summary>
internal sealed class CommandContext
{
    /// <summary>The data.</summary>
    public required Keyspace.Keyspace Keyspace { get; init; }

    /// <summary>Where the reply goes.</summary>
    public RespWriter Reply { get; set; } = new();

    /// <summary>Cluster time in milliseconds since the Unix epoch: the time of the entry that is applied, or, for a read, of the last applied one.</summary>
    public long Now { get; set; }
}
