using Raft.Core;

namespace Redis.Server.Replication;

/// <summary>The group as this node sees it at one moment.</summary>
/// <param name="ClusterId">32 characters.</param>
/// <param name="Self">Own node id.</param>
/// <param name="Term">Current term.</param>
/// <param name="Leader">The leader, or null.</param>
/// <param name="LeaderFirst">All members, the leader first.</param>
internal sealed record GroupView(string ClusterId, int Self, long Term, Member? Leader, IReadOnlyList<Member> LeaderFirst)
{
    public static GroupView Of(RaftHost host) => host.Consensus.Read(
        (server, _) =>
        {
            Member? leader = server.Configuration.Find(server.Leader);
            return new GroupView(host.ClusterId, host.NodeId, server.Term, leader, [.. server.Configuration.Members.OrderBy(m => m != leader)]);
        },
        new GroupView(host.ClusterId, host.NodeId, 0, null, []));

    /// <summary>The 40 characters that name a node in CLUSTER replies: cluster id and node id.</summary>
    public string NameOf(int nodeId) => $"{ClusterId}{nodeId:x8}";
}
