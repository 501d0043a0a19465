using NUnit.Framework;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Operations;

internal sealed class RoleChangesTests
{
    [Test]
    public void Observe_SpeaksOnlyOfWhatChanged()
    {
        RoleChanges changes = new([(1, 5001), (2, 5002)]);
        (int Node, RaftInfo? Info)[] looks =
        [
            (1, Node("leader", 1)), (2, Node("follower", 1)),
            (1, Node("leader", 1)), (2, Node("follower", 1)),
            (1, null), (2, Node("candidate", 2)),
            (1, null), (2, Node("leader", 2)),
            (1, Node("follower", 2)), (2, Node("leader", 2)),
        ];
        Assert.That(looks.Select(l => changes.Observe(l.Node, l.Info)).OfType<string>(), Is.EqualTo(new[]
        {
            "node 1 (port 5001) does not answer",
            "node 2 (port 5002) leads now, in term 2",
            "node 1 (port 5001) is back as follower",
        }));
    }

    [Test]
    public void RaftInfo_ReadsFieldsAndMembers()
    {
        RaftInfo info = new("# Raft\r\nraft_state:up\r\nraft_role:leader\r\nraft_node_id:1\r\nraft_leader_id:1\r\nraft_current_term:7\r\n"
            + "raft_node2:id=2,state=connected,voting=yes,addr=127.0.0.1,port=5002,last_conn_secs=3,conn_errors=0,conn_oks=1\r\n");
        Assert.Multiple(() =>
        {
            Assert.That((info.IsLeader, info.IsSettled, info.Term, info.NodeId), Is.EqualTo((true, true, 7L, 1L)));
            Assert.That(info.Members.Single().Address, Is.EqualTo("127.0.0.1:5002"));
            Assert.That(info.Members.Single().IsVoting, Is.True);
        });
    }

    private static RaftInfo Node(string role, long term) => new($"raft_state:up\r\nraft_role:{role}\r\nraft_current_term:{term}\r\n");
}
