using NUnit.Framework;

namespace Redis.Server.Tests.Cluster;

/// <summary>Options that decide data hold for the whole group, and what the group says of itself in Redis's words.</summary>
[TestFixture]
internal sealed class SharedOptionTests() : SharedCluster(3, "--enable-debug-command", "yes")
{
    [Test]
    public async Task The_leaders_thresholds_hold_on_all_nodes_and_in_snapshots()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        Assert.That(await client.AskAsync("CONFIG", "SET", "hash-max-listpack-entries", "2", "hll-sparse-max-bytes", "0", "set-max-intset-entries", "1"), Is.EqualTo("+OK"));
        await client.CallAsync("HSET", "h", "1", "a", "2", "b", "3", "c");
        await client.CallAsync("PFADD", "hll", "a");
        await client.CallAsync("SADD", "s", "1", "2");
        await client.CallAsync("SPOP", "s");
        await DigestsAgreeAsync();
        foreach (TestNode node in Cluster.Nodes)
        {
            using TestClient reader = await node.ConnectAsync();
            await reader.CallAsync("READONLY");
            Assert.That(await reader.AskAsync("OBJECT", "ENCODING", "h"), Is.EqualTo("$hashtable"));
        }

        await leader.AskAsync("RAFT.DEBUG", "COMPACT");
        TestNode late = await Cluster.AddAsync();
        Assert.That(await late.AskAsync("RAFT.CLUSTER", "JOIN", leader.Address), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        await client.CallAsync("HSET", "h2", "1", "a", "2", "b", "3", "c");
        await DigestsAgreeAsync();
        using TestClient last = await late.ConnectAsync();
        await last.CallAsync("READONLY");
        Assert.That(await last.AskAsync("OBJECT", "ENCODING", "h2"), Is.EqualTo("$hashtable"));
        await client.CallAsync("CONFIG", "SET", "hash-max-listpack-entries", "512", "hll-sparse-max-bytes", "3000", "set-max-intset-entries", "512");
    }

    [Test]
    public async Task What_DEBUG_sets_on_the_leader_holds_on_all_nodes_and_in_snapshots()
    {
        using TestClient client = await (await Cluster.LeaderAsync()).ConnectAsync();
        Assert.That(await client.AskAsync("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "5b"), Is.EqualTo("+OK"));
        await client.CallAsync("RPUSH", "large", "a", "element", "b");
        Assert.That(await client.AskAsync("DEBUG", "OBJECT", "large"), Does.Contain(" ql_nodes:3 "));
        await DumpsAgreeAsync("large");
        foreach (TestNode node in Cluster.Nodes)
            Assert.That(await node.AskAsync("DEBUG", "RELOAD"), Is.EqualTo("+OK"));
        await client.CallAsync("LINSERT", "large", "BEFORE", "b", "another");
        Assert.That(await client.AskAsync("DEBUG", "OBJECT", "large"), Does.Contain(" ql_nodes:4 "));
        await DumpsAgreeAsync("large");
        await client.CallAsync("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "0");
    }

    [Test]
    public async Task Populate_fills_all_nodes()
    {
        using TestClient client = await (await Cluster.LeaderAsync()).ConnectAsync();
        Assert.That(await client.AskAsync("DEBUG", "POPULATE", "2500", "all"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("GET", "all:2499"), Is.EqualTo("$value:2499"));
        await DigestsAgreeAsync();
        TestNode follower = await Cluster.FollowerAsync();
        Assert.That(await follower.AskAsync("DEBUG", "POPULATE", "1", "all"), Does.StartWith("-MOVED 0 "));
    }

    [Test]
    public async Task Role_and_replication_tell_who_leads()
    {
        TestNode leader = await Cluster.LeaderAsync();
        await Cluster.SettledAsync();
        Assert.That(await leader.AskAsync("ROLE"), Does.Match(@"^\[\$master, :\d+, \[(\[\$127.0.0.1, \$\d+, \$\d+\](, )?)+\]\]$"));
        foreach (TestNode node in Cluster.Nodes.Where(node => node != leader))
        {
            Assert.That(await node.AskAsync("ROLE"), Does.Match($@"^\[\$slave, \$127.0.0.1, :{leader.Port}, \$connected, :\d+\]$"));
            using TestClient client = await node.ConnectAsync();
            string info = (await client.CallAsync("INFO", "replication")).AsString;
            Assert.That(info, Does.Contain("role:slave\r\n").And.Contain($"master_port:{leader.Port}\r\n").And.Contain("master_link_status:up\r\n"));
        }

        using TestClient asked = await leader.ConnectAsync();
        string own = (await asked.CallAsync("INFO", "replication")).AsString;
        Assert.That(own, Does.Contain("role:master\r\n").And.Match(@"slave1:ip=127.0.0.1,port=\d+,state=online,offset=\d+,lag=\d+\r\n"));
    }

    private async Task DigestsAgreeAsync()
    {
        await Cluster.SettledAsync();
        string[] digests = await Task.WhenAll(Cluster.Nodes.Select(node => node.AskAsync("DEBUG", "DIGEST")));
        Assert.That(digests.Distinct().Count(), Is.EqualTo(1), string.Join(' ', digests));
    }

    private async Task DumpsAgreeAsync(string key)
    {
        await Cluster.SettledAsync();
        List<string> dumps = [];
        foreach (TestNode node in Cluster.Nodes)
        {
            using TestClient reader = await node.ConnectAsync();
            await reader.CallAsync("READONLY");
            dumps.Add(Convert.ToHexString((await reader.CallAsync("DUMP", key)).Text));
        }

        Assert.That(dumps.Distinct().Count(), Is.EqualTo(1), string.Join(' ', dumps));
    }
}
