using Redis.Server.Commands;
using Redis.Server.Security;

namespace Redis.Server.Clients;

/// <summary>What CLIENT LIST tells of a connection besides its traffic.</summary>
internal sealed class ClientSession
{
    /// <summary>CLIENT ID: rising, never used again.</summary>
    public required long Id { get; init; }

    /// <summary>host:port of the client, or the Unix socket's path with :0.</summary>
    public required string Address { get; init; }

    /// <summary>host:port of this end.</summary>
    public required string LocalAddress { get; init; }

    public long CreatedAt { get; } = Environment.TickCount64;

    public long LastActiveAt { get; set; } = Environment.TickCount64;

    public string Name { get; set; } = "";

    public string LibraryName { get; set; } = "";

    public string LibraryVersion { get; set; } = "";

    public string LastCommand { get; set; } = "NULL";

    /// <summary>Ends a WAIT that is under way before its time; null: none is. Any thread.</summary>
    public TaskCompletionSource<UnblockReason>? Wait { get; set; }

    /// <summary>Whose rights count.</summary>
    public required AclUser User { get; set; }

    /// <summary>AUTH succeeded, or none was needed when the client came.</summary>
    public bool IsAuthenticated { get; set; }

    public bool IsExemptFromEviction { get; set; }

    /// <summary>It came over the Unix socket.</summary>
    public bool IsOnUnixSocket { get; init; }
}
