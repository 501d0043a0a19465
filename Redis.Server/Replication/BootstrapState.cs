using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>How far a node has come on the way to a cluster; what RAFT.BOOTSTRAP answers.</summary>
/// <param name="Instance">Drawn at random by each process: tells two nodes apart, and a node from its next life.</param>
/// <param name="Phase">One of the constants.</param>
/// <param name="ClusterId">Empty outside of a cluster.</param>
/// <param name="Addresses">Its raft.bootstrap.</param>
internal sealed record BootstrapState(string Instance, string Phase, string ClusterId, string Addresses)
{
    /// <summary>No cluster, and nothing under way to one: it waits for what the nodes of its list say.</summary>
    public const string Waiting = "waiting";

    /// <summary>It has asked for a place in a cluster and may be given one at any moment.</summary>
    public const string Joining = "joining";

    /// <summary>It belongs to a cluster.</summary>
    public const string Member = "member";

    /// <summary>It has no cluster and takes no part in forming one by itself.</summary>
    public const string Manual = "manual";

    public IReadOnlyList<string> Words => [Instance, Phase, ClusterId, Addresses];

    /// <summary>Null where the reply is none of a node that knows the command.</summary>
    public static BootstrapState? Of(RespReply reply) =>
        reply.Items is [{ Text: { } instance }, { Text: { } phase }, { Text: { } clusterId }, { Text: { } addresses }]
            ? new BootstrapState(instance, phase, clusterId, addresses)
            : null;
}
