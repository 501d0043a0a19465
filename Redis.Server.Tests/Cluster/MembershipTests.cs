using NUnit.Framework;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Cluster;

/// <summary>RAFT.NODE ADD and REMOVE.</summary>
[TestFixture]
internal sealed class MembershipTests() : FreshCluster(3)
{
    [Test]
    public async Task Add_GivesAnIdAndTheClusterId()
    {
        TestNode leader = await Cluster.LeaderAsync();
        string clusterId = (await leader.InfoAsync()).Field("raft_dbid");
        using TestClient client = await leader.ConnectAsync();
        Assert.That(await client.AskAsync("RAFT.NODE", "ADD", "0", "127.0.0.1:1"), Is.EqualTo($"[:4, ${clusterId}]"), "0 asks for an id");
        Assert.That(await client.AskAsync("RAFT.NODE", "ADD", "9", "127.0.0.1:2"), Is.EqualTo($"[:9, ${clusterId}]"));
        RaftInfo info = await leader.InfoAsync();
        Assert.Multiple(() =>
        {
            Assert.That(info.Number("raft_num_nodes"), Is.EqualTo(5));
            Assert.That(info.Number("raft_num_voting_nodes"), Is.EqualTo(3), "what never answered is never promoted");
            Assert.That(info.Members.Count, Is.EqualTo(4));
        });
        Assert.That(await client.AskAsync("RAFT.NODE", "REMOVE", "4"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT.NODE", "ADD", "4", "127.0.0.1:1"), Is.EqualTo("-ERR node id has already been used in this cluster"));
        Assert.That(await client.AskAsync("RAFT.NODE", "ADD", "0", "127.0.0.1:1"), Is.EqualTo($"[:10, ${clusterId}]"), "an id is never given twice");
    }

    [Test]
    public async Task WhatIsWrong_IsSaid()
    {
        using TestClient leader = await (await Cluster.LeaderAsync()).ConnectAsync();
        Assert.That(await leader.AskAsync("RAFT.NODE", "ADD", "2", "127.0.0.1:1"), Is.EqualTo("-ERR node id has already been used in this cluster"));
        Assert.That(await leader.AskAsync("RAFT.NODE", "ADD", "-1", "127.0.0.1:1"), Does.StartWith("-ERR "));
        Assert.That(await leader.AskAsync("RAFT.NODE", "ADD", "x", "127.0.0.1:1"), Does.StartWith("-ERR "));
        Assert.That(await leader.AskAsync("RAFT.NODE", "ADD", "7", "nowhere"), Does.StartWith("-ERR "));
        Assert.That(await leader.AskAsync("RAFT.NODE", "REMOVE", "8"), Is.EqualTo("-ERR node id does not exist"));
        Assert.That(await leader.AskAsync("RAFT.NODE", "REMOVE", "x"), Does.StartWith("-ERR "));
        Assert.That(await leader.AskAsync("RAFT.NODE", "LIST", "1"), Does.StartWith("-ERR RAFT.NODE supports ADD / REMOVE only"));
        Assert.That(await leader.AskAsync("RAFT.NODE", "ADD", "7"), Does.StartWith("-ERR "));

        TestNode follower = await Cluster.FollowerAsync();
        TestNode moved = await Cluster.LeaderAsync();
        Assert.That(await follower.AskAsync("RAFT.NODE", "REMOVE", "2"), Is.EqualTo($"-MOVED 0 {moved.Address}"));
    }

    [Test]
    public async Task ANodeThatWasDownWhenItWasRemoved_LearnsItFromTheOthers()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode removed = await Cluster.FollowerAsync();
        long id = (await removed.InfoAsync()).NodeId;
        removed.Process.Kill();
        Assert.That(await leader.AskAsync("RAFT.NODE", "REMOVE", $"{id}"), Is.EqualTo("+OK"));
        removed.Start();
        Assert.That(await removed.Process.ExitAsync(), Is.Zero, removed.Output);
        Assert.That(Directory.GetFiles(Path.Combine(removed.Directory, $"removed-node-{id}"), "raft.meta"), Has.Length.EqualTo(1), "its files are put aside");
        removed.Start();
        await removed.ReadyAsync();
        Assert.That((await removed.InfoAsync()).IsUninitialized, "and stays dead");
    }

    [Test]
    public async Task AClusterShrinksToOne_LeaderIncluded_AndGrowsAgain()
    {
        TestNode first = await Cluster.LeaderAsync();
        Assert.That(await first.AskAsync("SET", "kept", "yes"), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        long id = (await first.InfoAsync()).NodeId;
        Assert.That(await first.AskAsync("RAFT.NODE", "REMOVE", $"{id}"), Is.EqualTo("+OK"));
        Assert.That(await first.Process.ExitAsync(), Is.Zero, "a leader that removed itself ends, too");

        TestNode second = await Cluster.LeaderAsync();
        RaftInfo left = await second.InfoAsync();
        Assert.That(left.Number("raft_num_nodes"), Is.EqualTo(2));
        Assert.That(await second.AskAsync("RAFT.NODE", "REMOVE", $"{left.Members[0].Id}"), Is.EqualTo("+OK"));
        Assert.That(await Cluster.Nodes.Single(node => node != first && node != second).Process.ExitAsync(), Is.Zero);
        Assert.That(await second.AskAsync("GET", "kept"), Is.EqualTo("$yes"), "one node is a majority of one");
        Assert.That(await second.AskAsync("SET", "kept", "again"), Is.EqualTo("+OK"));

        TestNode added = await Cluster.AddAsync();
        Assert.That(await added.AskAsync("RAFT.CLUSTER", "JOIN", second.Address), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        RaftInfo grown = await added.InfoAsync();
        Assert.That((grown.NodeId, grown.Number("raft_num_voting_nodes")), Is.EqualTo((4L, 2L)));
    }

    /// <summary>What was before the change is known from a snapshot then, and from no entry.</summary>
    [Test]
    public async Task ARemovedNode_Ends_AlsoWhenTheLogOfTheOthersBeginsBehindItsJoining()
    {
        foreach (TestNode node in Cluster.Nodes)
        {
            Assert.That(await node.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
            node.Process.Kill();
        }

        foreach (TestNode node in Cluster.Nodes)
            node.Start();
        await Cluster.SettledAsync();
        TestNode follower = await Cluster.FollowerAsync();
        TestNode leader = await Cluster.LeaderAsync();
        Assert.That(await leader.AskAsync("RAFT.NODE", "REMOVE", $"{(await follower.InfoAsync()).NodeId}"), Is.EqualTo("+OK"));
        Assert.That(await follower.Process.ExitAsync(), Is.Zero);
    }
}
