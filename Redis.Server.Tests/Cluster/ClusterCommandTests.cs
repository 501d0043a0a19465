using System.Globalization;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>CLUSTER shows the group as one shard with every slot, so that cluster clients find the leader.</summary>
[TestFixture]
internal sealed class ClusterCommandTests() : SharedCluster(3)
{
    [Test]
    public async Task Slots_ListTheLeaderFirst_OnEveryNode()
    {
        TestNode leader = await Cluster.LeaderAsync();
        string leaderName = await NameAsync(leader);
        foreach (TestNode node in Cluster.Nodes)
        {
            using TestClient client = await node.ConnectAsync();
            Reply slots = await client.CallAsync("CLUSTER", "SLOTS");
            Assert.That(slots.Elements, Has.Length.EqualTo(1));
            Reply[] shard = slots.Elements[0].Elements;
            Assert.That((ReplyText.Of(shard[0]), ReplyText.Of(shard[1])), Is.EqualTo((":0", ":16383")));
            Assert.That(ReplyText.Of(shard[2]), Is.EqualTo($"[$127.0.0.1, :{leader.Port}, ${leaderName}, []]"));
            Assert.That(shard[3..].Select(one => one.Elements[1].AsString), Is.EquivalentTo(Cluster.Nodes.Where(n => n != leader).Select(n => $"{n.Port}")));
        }
    }

    [Test]
    public async Task Nodes_AreLinesThatClientsParse()
    {
        TestNode leader = await Cluster.LeaderAsync();
        string leaderName = await NameAsync(leader);
        foreach (TestNode node in Cluster.Nodes)
        {
            string name = await NameAsync(node);
            long term = (await node.InfoAsync()).Term;
            using TestClient client = await node.ConnectAsync();
            string[] lines = (await client.CallAsync("CLUSTER", "NODES")).AsString.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            Assert.That(lines, Has.Length.EqualTo(3));
            foreach (TestNode other in Cluster.Nodes)
            {
                string flags = (node == other ? "myself," : "") + (other == leader ? $"master - 0 0 {term} connected 0-16383" : $"slave {leaderName} 0 0 {term} connected");
                Assert.That(lines, Does.Contain($"{await NameAsync(other)} {other.Address}@{other.Port} {flags}"));
            }
        }
    }

    [Test]
    public async Task MyId_IsTheClusterIdAndTheNodeId()
    {
        foreach (TestNode node in Cluster.Nodes)
        {
            using TestClient client = await node.ConnectAsync();
            Assert.That((await client.CallAsync("CLUSTER", "MYID")).AsString, Is.EqualTo(await NameAsync(node)));
        }
    }

    [Test]
    public async Task Shards_AreOne_InBothProtocols()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await (await Cluster.FollowerAsync()).ConnectAsync();
        Reply flat = (await client.CallAsync("CLUSTER", "SHARDS")).Elements.Single();
        Assert.That(flat.Elements.Where((_, i) => i % 2 == 0).Select(key => key.AsString), Is.EqualTo(new[] { "slots", "nodes" }));
        Assert.That(ReplyText.Of(flat.Elements[1]), Is.EqualTo("[:0, :16383]"));

        await client.CallAsync("HELLO", "3");
        Reply map = (await client.CallAsync("CLUSTER", "SHARDS")).Elements.Single();
        Assert.That(map.Kind, Is.EqualTo('%'));
        Reply[] nodes = map.Elements[3].Elements;
        Assert.That(nodes, Has.Length.EqualTo(3));
        Dictionary<string, string> first = Enumerable.Range(0, nodes[0].Elements.Length / 2)
            .ToDictionary(i => nodes[0].Elements[2 * i].AsString, i => nodes[0].Elements[2 * i + 1].AsString);
        Assert.That((first["port"], first["role"], first["health"]), Is.EqualTo((leader.Port.ToString(CultureInfo.InvariantCulture), "master", "online")));
        Assert.That(nodes.Skip(1).SelectMany(node => node.Elements).Count(field => field.AsString == "replica"), Is.EqualTo(2));
    }

    [Test]
    public async Task Info_SaysOk()
    {
        foreach (TestNode node in Cluster.Nodes)
        {
            using TestClient client = await node.ConnectAsync();
            string info = (await client.CallAsync("CLUSTER", "INFO")).AsString;
            Assert.That(info, Does.Contain("cluster_state:ok\r\n").And.Contain("cluster_slots_assigned:16384\r\n").And.Contain("cluster_known_nodes:3\r\n").And.Contain("cluster_size:1\r\n"));
        }
    }

    [TestCase("foo", 12182)]
    [TestCase("{user1000}.following", 3443)]
    [TestCase("foo{}{bar}", 8363)]
    [TestCase("foo{{bar}}zap", 4015)]
    [TestCase("123456789", 12739)]
    [TestCase("", 0)]
    public async Task KeySlot_IsThatOfTheClusterSpecification(string key, int slot) =>
        Assert.That(await Cluster.Nodes[0].AskAsync("CLUSTER", "KEYSLOT", key), Is.EqualTo($":{slot}"));

    [Test]
    public async Task KeysOfASlot_AreCountedAndListed()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        await client.CallAsync("MSET", "{foo}1", "a", "{foo}2", "b");
        Assert.That(await client.AskAsync("CLUSTER", "COUNTKEYSINSLOT", "12182"), Is.EqualTo(":2"));
        Assert.That((await client.CallAsync("CLUSTER", "GETKEYSINSLOT", "12182", "10")).Elements.Select(key => key.AsString), Is.EquivalentTo(new[] { "{foo}1", "{foo}2" }));
        Assert.That((await client.CallAsync("CLUSTER", "GETKEYSINSLOT", "12182", "1")).Elements, Has.Length.EqualTo(1));
        Assert.That(await client.AskAsync("CLUSTER", "COUNTKEYSINSLOT", "16384"), Is.EqualTo("-ERR Invalid slot"));
    }

    /// <summary>The cluster's 32 characters and the node id as 8 hexadecimal digits.</summary>
    private static async Task<string> NameAsync(TestNode node)
    {
        RaftInfo info = await node.InfoAsync();
        return $"{info.Field("raft_dbid")}{info.NodeId:x8}";
    }
}
