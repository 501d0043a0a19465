using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>RedisRaft's commands as its users and their scripts know them: arity, error texts, replies.</summary>
[TestFixture]
internal sealed class RaftCommandTests() : SharedCluster(3)
{
    [TestCase("RAFT.CLUSTER", "ERR wrong number of arguments for 'raft.cluster' command")]
    [TestCase("RAFT.CLUSTER INIT", "ERR Already cluster member")]
    [TestCase("RAFT.CLUSTER JOIN 127.0.0.1:1", "ERR Already cluster member")]
    [TestCase("RAFT.CLUSTER JOIN", "ERR wrong number of arguments for 'raft.cluster' command")]
    [TestCase("RAFT.CLUSTER LEAVE", "ERR RAFT.CLUSTER supports INIT / JOIN only")]
    [TestCase("RAFT.NODE", "ERR wrong number of arguments for 'raft.node' command")]
    [TestCase("RAFT.NODE LIST", "ERR RAFT.NODE supports ADD / REMOVE only")]
    [TestCase("RAFT.NODE ADD 9", "ERR wrong number of arguments for 'raft.node' command")]
    [TestCase("RAFT.NODE ADD x 127.0.0.1:1", "ERR invalid node id")]
    [TestCase("RAFT.NODE ADD -1 127.0.0.1:1", "ERR invalid node id")]
    [TestCase("RAFT.NODE ADD 9 nowhere", "ERR invalid node address")]
    [TestCase("RAFT.NODE ADD 2 127.0.0.1:1", "ERR node id has already been used in this cluster")]
    [TestCase("RAFT.NODE REMOVE", "ERR wrong number of arguments for 'raft.node' command")]
    [TestCase("RAFT.NODE REMOVE x", "ERR invalid node id")]
    [TestCase("RAFT.NODE REMOVE 0", "ERR invalid node id")]
    [TestCase("RAFT.NODE REMOVE 99", "ERR node id does not exist")]
    [TestCase("RAFT.TRANSFER_LEADER 2 3", "ERR wrong number of arguments for 'raft.transfer_leader' command")]
    [TestCase("RAFT.TRANSFER_LEADER x", "ERR invalid node id")]
    [TestCase("RAFT.TRANSFER_LEADER 99", "ERR invalid node id")]
    [TestCase("RAFT.TIMEOUT_NOW 1", "ERR wrong number of arguments for 'raft.timeout_now' command")]
    [TestCase("RAFT.NODESHUTDOWN", "ERR wrong number of arguments for 'raft.nodeshutdown' command")]
    [TestCase("RAFT.NODESHUTDOWN 99", "ERR invalid node id")]
    [TestCase("RAFT", "ERR wrong number of arguments for 'raft' command")]
    [TestCase("RAFT NONSENSE", "ERR unknown command 'NONSENSE', with args beginning with: ")]
    [TestCase("RAFT.DEBUG", "ERR wrong number of arguments for 'raft.debug' command")]
    [TestCase("RAFT.DEBUG NONSENSE", "ERR invalid debug subcommand")]
    [TestCase("RAFT.DEBUG EXEC", "ERR wrong number of arguments for 'raft.debug' command")]
    [TestCase("RAFT.DEBUG COMPACT sometime", "ERR invalid compact async value")]
    [TestCase("RAFT.DEBUG NODECFG", "ERR wrong number of arguments for 'raft.debug' command")]
    [TestCase("RAFT.DEBUG NODECFG x +voting", "ERR invalid node id")]
    [TestCase("RAFT.DEBUG NODECFG 99 +voting", "ERR node does not exist")]
    [TestCase("RAFT.DEBUG NODECFG 2 +flying", "ERR invalid nodecfg option")]
    [TestCase("RAFT.DEBUG SENDSNAPSHOT", "ERR wrong number of arguments for 'raft.debug' command")]
    [TestCase("RAFT.DEBUG SENDSNAPSHOT x", "ERR invalid node id")]
    [TestCase("RAFT.DEBUG SENDSNAPSHOT 99", "ERR node does not exist")]
    [TestCase("RAFT.DEBUG COMMANDSPEC nonsense", "ERR no such command")]
    [TestCase("RAFT.CONFIG GET", "ERR Unknown RAFT.CONFIG subcommand or wrong number of arguments")]
    [TestCase("RAFT.CONFIG SET nonsense 1", "ERR Unknown option or number of arguments for CONFIG SET - 'raft.nonsense'")]
    [TestCase("RAFT.SHARDGROUP", "ERR wrong number of arguments for 'raft.shardgroup' command")]
    [TestCase("RAFT.SHARDGROUP GET", "ERR RedisRaft sharding not enabled")]
    [TestCase("RAFT.IMPORT 1 2 key value", "ERR RedisRaft sharding not enabled")]
    [TestCase("RAFT.SCAN", "ERR wrong number of arguments for 'raft.scan' command")]
    [TestCase("RAFT.SCAN 0 0:16383", "ERR RedisRaft sharding not enabled")]
    [TestCase("SYNC", "ERR not supported by RedisRaft: ")]
    [TestCase("PSYNC ? -1", "ERR not supported by RedisRaft: ")]
    [TestCase("REPLICAOF no one", "ERR not supported by RedisRaft: ")]
    [TestCase("SAVE", "ERR not supported by RedisRaft: ")]
    [TestCase("BGREWRITEAOF", "ERR not supported by RedisRaft: ")]
    [TestCase("DEBUG SLEEP 0", "ERR not supported by RedisRaft: ")]
    [TestCase("CONFIG SET raft.id 5", "ERR CONFIG SET failed (possibly related to argument 'raft.id') - Configuration change is not allowed after init/join for this parameter")]
    public async Task WhatIsWrong_IsSaidAsRedisRaftSaysIt(string line, string error)
    {
        TestNode leader = await Cluster.LeaderAsync();
        Assert.That(await leader.AskAsync(line.Split(' ')), Does.StartWith($"-{error}"));
    }

    [Test]
    public async Task Follower_RefusesWhatIsTheLeadersBusiness()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode follower = await Cluster.FollowerAsync();
        using TestClient client = await follower.ConnectAsync();
        string moved = $"-MOVED 0 {leader.Address}";
        foreach (string line in new[] { "RAFT.NODE ADD 9 127.0.0.1:1", "RAFT.NODE REMOVE 1", $"RAFT.DEBUG NODECFG {(await leader.InfoAsync()).NodeId} -voting", "SUBSCRIBE a" })
            Assert.That(await client.AskAsync(line.Split(' ')), Is.EqualTo(moved), line);
        Assert.That(await client.AskAsync("RAFT.TRANSFER_LEADER"), Is.EqualTo("-ERR not leader"));
    }

    [Test]
    public async Task Debug_TellsAndRuns_OnEveryNode()
    {
        foreach (TestNode node in Cluster.Nodes)
        {
            using TestClient client = await node.ConnectAsync();
            Assert.That(await client.AskAsync("RAFT.DEBUG", "USED_NODE_IDS"), Is.EqualTo("[:1, :2, :3]"));
            Assert.That(await client.AskAsync("raft.debug", "exec", "exists", "nothing"), Is.EqualTo(":0"));
            Assert.That(await client.AskAsync("RAFT.DEBUG", "COMMANDSPEC", "get"), Is.EqualTo(":2"));
            Assert.That(await client.AskAsync("RAFT.DEBUG", "COMMANDSPEC", "SET"), Is.EqualTo(":4"));
            Assert.That(await client.AskAsync("RAFT.DEBUG", "DELAY_APPLY", "1000"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync("CONFIG", "GET", "raft.log-delay-apply"), Is.EqualTo("[$raft.log-delay-apply, $1000]"));
            Assert.That(await client.AskAsync("RAFT.DEBUG", "DELAY_APPLY", "0"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync("RAFT.DEBUG", "DISABLE_APPLY", "0"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync("RAFT.CONFIG", "GET", "request-timeout"), Is.EqualTo("[$request-timeout, $200]"));
            Assert.That(await client.AskAsync("RAFT.CONFIG", "SET", "raft.request-timeout", "201"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync("CONFIG", "GET", "raft.request-timeout"), Is.EqualTo("[$raft.request-timeout, $201]"));
            Assert.That(await client.AskAsync("RAFT.CONFIG", "SET", "request-timeout", "200"), Is.EqualTo("+OK"));
        }
    }

    [Test]
    public async Task AVote_IsTakenAndGivenBack()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode follower = await Cluster.FollowerAsync();
        string id = $"{(await follower.InfoAsync()).NodeId}";
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "NODECFG", id, "-voting"), Is.EqualTo("+OK"));
        Assert.That((await leader.InfoAsync()).Number("raft_num_voting_nodes"), Is.EqualTo(2));
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "NODECFG", id), Does.StartWith($"$id={id} voting=0 "));
        Assert.That((await leader.InfoAsync()).Members.Single(member => member.Id == id).IsVoting, Is.False);
        Assert.That(await leader.AskAsync("SET", "without", "vote"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the follower to know, and to follow on", async () =>
            await follower.InfoAsync() is { } info && info.Field("raft_is_voting") == "no" && await follower.AskAsync("RAFT.DEBUG", "EXEC", "GET", "without") == "$vote");
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "NODECFG", id, "+voting"), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        Assert.That((await leader.InfoAsync()).Number("raft_num_voting_nodes"), Is.EqualTo(3));
    }

    [Test]
    public async Task ASnapshot_IsSentOnDemand()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode follower = await Cluster.FollowerAsync();
        string id = $"{(await follower.InfoAsync()).NodeId}";
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "SENDSNAPSHOT", $"{(await leader.InfoAsync()).NodeId}"), Is.EqualTo("-ERR cannot send snapshot itself"));
        Assert.That(await leader.AskAsync("SET", "kept", "1"), Is.EqualTo("+OK"));
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        Assert.That((await leader.InfoAsync()).Number("raft_log_entries"), Is.Zero);
        long received = (await follower.InfoAsync()).Number("raft_snapshotreq_received");
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "SENDSNAPSHOT", id), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the follower to be offered it", async () => (await follower.InfoAsync()).Number("raft_snapshotreq_received") > received);
        Assert.That(await leader.AskAsync("SET", "kept", "2"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the follower to go on with the log", async () => await follower.AskAsync("RAFT.DEBUG", "EXEC", "GET", "kept") == "$2");
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "COMPACT", "1"), Is.EqualTo("+OK"), "does not wait");
    }

    [Test]
    public async Task Info_HasRedisRaftsSectionsAndFields()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        string text = (await client.CallAsync("INFO", "raft")).AsString;
        string[] sections = ["version", "general", "log", "snapshot", "clients", "stats"];
        Assert.That(text.Split("\r\n").Where(line => line.StartsWith('#')), Is.EqualTo(sections.Select(name => $"# raft_{name}")));
        RaftInfo info = new(text);
        string[] fields =
        [
            "version", "git_sha1", "dbid", "node_id", "state", "role", "is_voting", "voted_for", "leader_id", "current_term", "num_nodes", "num_voting_nodes",
            "node1", "node2", "log_entries", "current_index", "commit_index", "last_applied_index", "file_size", "cache_memory_size", "cache_entries",
            "client_attached_entries", "fsync_count", "fsync_max_microseconds", "fsync_avg_microseconds", "snapshot_filename", "snapshot_last_idx",
            "snapshot_last_term", "snapshot_size", "snapshot_time_secs", "snapshots_created", "snapshots_received", "snapshot_in_progress",
            "snapshot_in_progress_last_idx", "snapshot_in_progress_last_term", "proxy_reqs", "proxy_failed_reqs", "proxy_failed_responses",
            "proxy_outstanding_reqs", "appendreq_received", "appendreq_with_entry_received", "snapshotreq_received", "exec_throttled", "num_sessions",
        ];
        Assert.That(fields.Where(field => !info.Fields.ContainsKey($"raft_{field}")), Is.Empty);
        Assert.That((info.State, info.Role, info.Field("raft_is_voting"), info.Field("raft_snapshot_in_progress")), Is.EqualTo(("up", "leader", "yes", "no")));
    }

    [Test]
    public async Task ClientsThatWatch_AreSessions()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient first = await leader.ConnectAsync();
        using TestClient second = await leader.ConnectAsync();
        Assert.That(await first.AskAsync("WATCH", "a", "b"), Is.EqualTo("+OK"));
        Assert.That(await second.AskAsync("WATCH", "a"), Is.EqualTo("+OK"));
        Assert.That(await second.AskAsync("WATCH", "c"), Is.EqualTo("+OK"));
        Assert.That((await leader.InfoAsync()).Number("raft_num_sessions"), Is.EqualTo(2));
        Assert.That(await first.AskAsync("UNWATCH"), Is.EqualTo("+OK"));
        Assert.That((await leader.InfoAsync()).Number("raft_num_sessions"), Is.EqualTo(1));
        second.Dispose();
        await Eventually.TrueAsync("its session to end with the client", async () => (await leader.InfoAsync()).Number("raft_num_sessions") == 0);
    }

    [Test]
    public async Task Raft_RunsACommandThroughTheLog()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        long before = await Cluster.IndexAsync();
        Assert.That(await client.AskAsync("RAFT", "SET", "through", "log"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT", "GET", "through"), Is.EqualTo("$log"));
        Assert.That(await Cluster.IndexAsync(), Is.EqualTo(before + 1));
        Reply[] replies = await client.PipelineAsync([new("MULTI"), new("RAFT.NODE", "REMOVE", "2"), new("SET", "through", "2"), new("EXEC")]);
        Assert.That(replies.Select(ReplyText.Of), Is.EqualTo(new[] { "+OK", "-ERR Command not allowed inside a transaction", "+QUEUED", "-EXECABORT Transaction discarded because of previous errors." }));
    }
}
