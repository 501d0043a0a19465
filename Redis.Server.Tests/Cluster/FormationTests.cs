using NUnit.Framework;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Cluster;

/// <summary>From a node on its own to a cluster: RAFT.CLUSTER INIT and JOIN, and INFO raft on the way.</summary>
[TestFixture]
internal sealed class FormationTests() : FreshCluster(0)
{
    private const string ClusterId = "0123456789abcdef0123456789abcdef";

    [Test]
    public async Task BeforeInit_DataIsRefused_AndTheNodeItselfAnswers()
    {
        TestNode node = await Cluster.AddAsync();
        using TestClient client = await node.ConnectAsync();
        string[][] refused =
        [
            ["GET", "a"], ["SET", "a", "1"], ["CLUSTER", "SLOTS"], ["CLUSTER", "NODES"], ["CLUSTER", "MYID"], ["CLUSTER", "KEYSLOT", "a"],
            ["RAFT.NODE", "REMOVE", "1"], ["RAFT.NODE", "ADD", "2", "127.0.0.1:1"], ["RAFT.TRANSFER_LEADER"], ["RAFT.TIMEOUT_NOW"],
        ];
        foreach (string[] words in refused)
            Assert.That(await client.AskAsync(words), Is.EqualTo("-NOCLUSTER No Raft Cluster"), string.Join(' ', words));

        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That(await client.AskAsync("ECHO", "hi"), Is.EqualTo("$hi"));
        Assert.That(await client.AskAsync("CLIENT", "ID"), Does.StartWith(":"));
        Assert.That(await client.AskAsync("CONFIG", "GET", "port"), Is.EqualTo($"[$port, ${node.Port}]"));
        Assert.That(await client.AskAsync("TIME"), Does.StartWith("[$"));
        Assert.That(await client.AskAsync("HELLO", "3"), Does.StartWith("%["));
    }

    [Test]
    public async Task BeforeInit_InfoRaftShowsAStranger()
    {
        TestNode node = await Cluster.AddAsync();
        RaftInfo info = await node.InfoAsync();
        Dictionary<string, string> expected = new()
        {
            ["raft_dbid"] = "",
            ["raft_node_id"] = "0",
            ["raft_state"] = "uninitialized",
            ["raft_role"] = "(none)",
            ["raft_is_voting"] = "-",
            ["raft_voted_for"] = "-1",
            ["raft_leader_id"] = "-1",
        };
        string[] zeros =
        [
            "current_term", "num_nodes", "num_voting_nodes", "log_entries", "current_index", "commit_index", "last_applied_index",
            "file_size", "cache_memory_size", "cache_entries", "client_attached_entries", "fsync_count", "snapshot_last_idx", "num_sessions",
        ];
        foreach (string field in zeros)
            expected[$"raft_{field}"] = "0";
        Assert.Multiple(() =>
        {
            foreach ((string field, string value) in expected)
                Assert.That(info.Fields.GetValueOrDefault(field), Is.EqualTo(value), field);
        });
    }

    [Test]
    public async Task BeforeInit_TheConfiguredIdShows_AndInitTakesIt()
    {
        TestNode node = (await Cluster.AddAsync(1, "--raft.id", "77"))[0];
        Assert.That((await node.InfoAsync()).NodeId, Is.EqualTo(77));
        Assert.That(await node.AskAsync("RAFT.CLUSTER", "INIT", ClusterId), Is.EqualTo($"+OK {ClusterId}"));
        RaftInfo info = await node.InfoAsync();
        Assert.That((info.NodeId, info.Field("raft_dbid")), Is.EqualTo((77, ClusterId)));
        Assert.That(await node.AskAsync("CONFIG", "SET", "raft.id", "78"), Does.Contain("Configuration change is not allowed after init/join for this parameter"));
    }

    [Test]
    public async Task Init_ChecksWhatItIsGiven()
    {
        TestNode node = await Cluster.AddAsync();
        using TestClient client = await node.ConnectAsync();
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "INIT", "short"), Is.EqualTo("-ERR cluster id must be 32 characters"));
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "INIT", ClusterId, "more"), Does.StartWith("-ERR wrong number of arguments"));
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "MERGE"), Does.StartWith("-ERR RAFT.CLUSTER supports INIT / JOIN only"));
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "JOIN"), Does.StartWith("-ERR "));
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "JOIN", "nowhere"), Does.StartWith("-ERR "));
        Assert.That((await node.InfoAsync()).IsUninitialized);

        string reply = await client.AskAsync("RAFT.CLUSTER", "INIT");
        Assert.That(reply, Does.Match("^\\+OK [0-9a-f]{32}$"));
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "INIT"), Is.EqualTo("-ERR Already cluster member"));
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "JOIN", "127.0.0.1:1"), Is.EqualTo("-ERR Already cluster member"));
        Assert.That((await node.InfoAsync()).Field("raft_dbid"), Is.EqualTo(reply[4..]));
    }

    [Test]
    public async Task AJoinThatFindsNobody_SaysSo_AndMayBeTriedAgain()
    {
        IReadOnlyList<TestNode> nodes = await Cluster.AddAsync(2, "--raft.join-timeout", "300");
        using TestClient client = await nodes[1].ConnectAsync();
        string nobody = $"127.0.0.1:{LoopbackPorts.Next()}";
        Assert.That(await client.AskAsync("RAFT.CLUSTER", "JOIN", nobody), Does.StartWith("-ERR failed to connect to cluster for join"));
        Assert.That((await nodes[1].InfoAsync()).IsUninitialized);
        await Cluster.FormAsync();
        Assert.That((await nodes[1].InfoAsync()).State, Is.EqualTo("up"));
    }

    [Test]
    public async Task WhileJoining_DataIsRefusedAsJoining()
    {
        IReadOnlyList<TestNode> nodes = await Cluster.AddAsync(2);
        using TestClient joining = await nodes[1].ConnectAsync();
        await joining.SendAsync(TestClient.Encode(new Oracle.Request("RAFT.CLUSTER", "JOIN", nodes[0].Address)));
        await Eventually.TrueAsync("the node to be joining", async () => (await nodes[1].InfoAsync()).State == "joining");
        Assert.That(await nodes[1].AskAsync("GET", "a"), Is.EqualTo("-NOCLUSTER No Raft Cluster (joining now)"));

        Assert.That(await nodes[0].AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK "));
        Assert.That(ReplyText.Of(await joining.ReadAsync()), Is.EqualTo("+OK"), "the join goes through once there is a cluster");
        await Cluster.SettledAsync();
    }

    [Test]
    public async Task ANodeJoinsThroughAnyMember_AndPastDeadAddresses()
    {
        IReadOnlyList<TestNode> nodes = await Cluster.AddAsync(3);
        Assert.That(await nodes[0].AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK "));
        Assert.That(await nodes[1].AskAsync("RAFT.CLUSTER", "JOIN", nodes[0].Address), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("node 2 to know its leader", async () => (await nodes[1].InfoAsync()).LeaderId == 1);
        string nobody = $"127.0.0.1:{LoopbackPorts.Next()}";
        Assert.That(await nodes[2].AskAsync("RAFT.CLUSTER", "JOIN", nobody, nodes[1].Address), Is.EqualTo("+OK"), "a follower points to the leader");
        await Cluster.SettledAsync();
        Assert.That((await nodes[0].InfoAsync()).Number("raft_num_voting_nodes"), Is.EqualTo(3));
    }

    [Test]
    public async Task TheLogGrowsByWhatIsDone()
    {
        IReadOnlyList<TestNode> nodes = await Cluster.AddAsync(3);
        Assert.That(await nodes[0].AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK "));
        Assert.That(await AppliedIndexAsync(nodes[0]), Is.EqualTo(2), "own membership and the leader's first entry");
        Assert.That(await nodes[0].AskAsync("SET", "a", "1"), Is.EqualTo("+OK"));
        Assert.That(await AppliedIndexAsync(nodes[0]), Is.EqualTo(3));
        Assert.That(await nodes[1].AskAsync("RAFT.CLUSTER", "JOIN", nodes[0].Address), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("node 2 to be promoted", async () => (await nodes[0].InfoAsync()).Number("raft_num_voting_nodes") == 2);
        Assert.That(await AppliedIndexAsync(nodes[0]), Is.EqualTo(5), "added, then promoted");
        Assert.That(await nodes[2].AskAsync("RAFT.CLUSTER", "JOIN", nodes[0].Address), Is.EqualTo("+OK"));
        Assert.That(await Cluster.IndexAsync(), Is.EqualTo(7));
        Assert.That(await nodes[0].AskAsync("RAFT.NODE", "REMOVE", "3"), Is.EqualTo("+OK"));
        Assert.That(await AppliedIndexAsync(nodes[0]), Is.EqualTo(8));
        RaftInfo info = await nodes[0].InfoAsync();
        Assert.Multiple(() =>
        {
            Assert.That(info.Number("raft_num_nodes"), Is.EqualTo(2));
            Assert.That(info.Number("raft_log_entries"), Is.EqualTo(8));
            Assert.That(info.Number("raft_commit_index"), Is.EqualTo(8));
            Assert.That(info.Role, Is.EqualTo("leader"));
            Assert.That(info.Number("raft_voted_for"), Is.EqualTo(1));
            Assert.That(info.Number("raft_file_size"), Is.GreaterThan(0));
            Assert.That(info.Number("raft_fsync_count"), Is.GreaterThan(0));
            Assert.That(info.Field("raft_node1"), Does.Match($"^id=2,state=connected,voting=yes,addr=127.0.0.1,port={nodes[1].Port},last_conn_secs=\\d+,conn_errors=\\d+,conn_oks=[1-9]\\d*$"));
        });
    }

    private static async Task<long> AppliedIndexAsync(TestNode leader)
    {
        RaftInfo info = await Eventually.GetAsync("the leader to have applied its log", async () =>
            await leader.InfoAsync() is { IsLeader: true } info && info.Number("raft_last_applied_index") == info.Number("raft_current_index") ? info : null);
        return info.Number("raft_current_index");
    }
}
