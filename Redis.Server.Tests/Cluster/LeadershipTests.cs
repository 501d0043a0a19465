using NUnit.Framework;
using Redis.Server.Clients;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>Who leads, how it is handed over, and what the others answer meanwhile.</summary>
[TestFixture]
internal sealed class LeadershipTests() : SharedCluster(3)
{
    [Test]
    public async Task AFollower_PointsToTheLeader()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient follower = await (await Cluster.FollowerAsync()).ConnectAsync();
        string moved = $"-MOVED 0 {leader.Address}";
        Assert.That(await follower.AskAsync("GET", "a"), Is.EqualTo(moved));
        Assert.That(await follower.AskAsync("SET", "a", "1"), Is.EqualTo(moved));
        Assert.That(await follower.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That(await follower.AskAsync("MULTI"), Is.EqualTo("+OK"));
        Assert.That(await follower.AskAsync("SET", "a", "1"), Is.AnyOf("+QUEUED", moved));
        Assert.That(await follower.AskAsync("EXEC"), Does.StartWith("-MOVED 0 ").Or.StartWith("-EXECABORT"));
    }

    [Test]
    public async Task WhatAClientSends_WhileTooMuchOfItIsUnderWay_IsAnsweredThoughNothingFollows()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode[] others = [.. Cluster.Nodes.Where(node => node != leader)];
        using TestClient client = await leader.ConnectAsync();
        using TestClient watcher = await leader.ConnectAsync();
        string id = (await client.AskAsync("CLIENT", "ID"))[1..];
        const int Many = ClientConnection.MaxInFlight + 100;
        Array.ForEach(others, node => node.Process.Stop());
        try
        {
            await client.SendAsync(TestClient.Encode(Enumerable.Repeat(new Request("INCR", "held-back"), Many)));
            await Eventually.TrueAsync("the client to be held back", async () =>
            {
                RaftInfo info = await leader.InfoAsync();
                return !info.IsLeader || info.Number("raft_client_attached_entries") > ClientConnection.MaxInFlight;
            });
            await client.SendAsync(TestClient.Encode(new Request("ECHO", "last")));
            await Eventually.TrueAsync("the last request to arrive", async () =>
                !(await watcher.AskAsync("CLIENT", "LIST", "ID", id)).Contains(" qbuf=0 ", StringComparison.Ordinal) || !(await leader.InfoAsync()).IsLeader);
        }
        finally
        {
            Array.ForEach(others, node => node.Process.Continue());
        }

        Assert.That(ReplyText.Of((await client.ReadAsync(Many + 1))[^1]), Is.EqualTo("$last"));
    }

    [Test]
    public async Task Transfer_ToANamedNode()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode target = await Cluster.FollowerAsync();
        Assert.That(await leader.AskAsync("RAFT.TRANSFER_LEADER", $"{(await target.InfoAsync()).NodeId}"), Is.EqualTo("+OK"));
        Assert.That((await leader.InfoAsync()).Role, Is.EqualTo("follower"), "it had stepped down when it answered");
        Assert.That(await Cluster.LeaderAsync(), Is.SameAs(target));
    }

    [Test]
    public async Task Transfer_ToAnyNode()
    {
        TestNode leader = await Cluster.LeaderAsync();
        Assert.That(await leader.AskAsync("RAFT.TRANSFER_LEADER"), Is.EqualTo("+OK"));
        Assert.That(await Cluster.LeaderAsync(), Is.Not.SameAs(leader));
    }

    [Test]
    public async Task Transfer_SaysWhatIsWrong()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        Assert.That(await client.AskAsync("RAFT.TRANSFER_LEADER", "99"), Is.EqualTo("-ERR invalid node id"));
        Assert.That(await client.AskAsync("RAFT.TRANSFER_LEADER", "x"), Is.EqualTo("-ERR invalid node id"));
        Assert.That(await client.AskAsync("RAFT.TRANSFER_LEADER", $"{(await leader.InfoAsync()).NodeId}"), Is.EqualTo("-ERR invalid node id"));
        Assert.That(await (await Cluster.FollowerAsync()).AskAsync("RAFT.TRANSFER_LEADER"), Is.EqualTo("-ERR not leader"));
    }

    [Test]
    public async Task Transfer_ToADeadNode_TimesOut_AndLeadershipStays()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode dead = await Cluster.FollowerAsync();
        long id = (await dead.InfoAsync()).NodeId;
        dead.Process.Kill();
        Assert.That(await leader.AskAsync("RAFT.TRANSFER_LEADER", $"{id}"), Is.EqualTo("-ERR transfer timed out"));
        Assert.That(await Cluster.LeaderAsync(), Is.SameAs(leader));
        Assert.That(await leader.AskAsync("SET", "a", "1"), Is.EqualTo("+OK"));
    }

    [Test]
    public async Task TimeoutNow_MakesAFollowerCampaign()
    {
        TestNode follower = await Cluster.FollowerAsync();
        long term = (await follower.InfoAsync()).Term;
        Assert.That(await follower.AskAsync("RAFT.TIMEOUT_NOW"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("a new term", async () => (await follower.InfoAsync()).Term > term);
        await Cluster.SettledAsync();
    }

    [Test]
    public async Task WithoutAMajority_NobodyLeads_AndWritesAreUnknownOrRefused()
    {
        TestNode leader = await Cluster.LeaderAsync();
        TestNode[] others = [.. Cluster.Nodes.Where(node => node != leader)];
        foreach (TestNode other in others)
            other.Process.Kill();

        using TestClient client = await leader.ConnectAsync();
        Assert.That(await client.AskAsync("SET", "a", "lonely"), Is.EqualTo("-TIMEOUT not committed yet").Or.EqualTo("-CLUSTERDOWN No raft leader"));
        await Eventually.TrueAsync("the leader to step down", async () => (await leader.InfoAsync()).Role != "leader");
        Assert.That(await client.AskAsync("GET", "a"), Is.EqualTo("-CLUSTERDOWN No raft leader"));
        Assert.That(await client.AskAsync("SET", "a", "2"), Is.EqualTo("-CLUSTERDOWN No raft leader"));
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That((await leader.InfoAsync()).LeaderId, Is.EqualTo(-1));
    }

    [Test]
    public async Task Terminate_HandsLeadershipOverFirst()
    {
        TestNode leader = await Cluster.LeaderAsync();
        RaftInfo before = await leader.InfoAsync();
        Assert.That(await leader.TerminateAsync(), Is.Zero, leader.Process.Output);
        RaftInfo[] others = await Task.WhenAll(Cluster.Running.Select(node => node.InfoAsync()));
        Assert.That(others.Count(info => info.IsLeader), Is.EqualTo(1), "another one leads by the time the process has ended");
        Assert.That(others.Select(info => info.Term), Is.All.EqualTo(before.Term + 1));
    }
}
