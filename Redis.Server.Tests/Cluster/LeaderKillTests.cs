using System.Diagnostics;
using NUnit.Framework;

namespace Redis.Server.Tests.Cluster;

/// <summary>The promise: what was acknowledged survives kill -9 of the leader, again and again, and of all nodes at once.</summary>
[TestFixture]
internal sealed class LeaderKillTests() : FreshCluster(3)
{
    private const int Kills = 10;
    private const int WritesARound = 300;

    [Test]
    public async Task TenLeadersAndThenAllNodesAreKilled_AndNoAcknowledgedWriteIsLost()
    {
        await using WriteLoad load = new(Cluster, writers: 4);
        WriteLoad.Acknowledgements? before = null;
        List<double> unavailable = [];
        for (int kill = 1; kill <= Kills; kill++)
        {
            TestNode leader = await Cluster.LeaderAsync();
            using BenchmarkLoad? benchmark = BenchmarkLoad.TryStart(leader.Port);
            await load.ProgressAsync(WritesARound);
            leader.Process.Kill();

            long killed = Stopwatch.GetTimestamp();
            TestNode successor = await AcceptWriteAsync(kill);
            unavailable.Add(Stopwatch.GetElapsedTime(killed).TotalMilliseconds);
            Assert.That(successor, Is.Not.SameAs(leader));

            leader.Start();
            await leader.ReadyAsync();
            await load.ProgressAsync(WritesARound);
            before = await AssertNothingLostAsync(load.Snapshot(), before);
        }

        await load.ProgressAsync(WritesARound);
        foreach (TestNode node in Cluster.Nodes)
            node.Process.Kill();
        await load.StopAsync();
        foreach (TestNode node in Cluster.Nodes)
            node.Start();
        await Task.WhenAll(Cluster.Nodes.Select(node => node.ReadyAsync()));
        await AssertNothingLostAsync(load.Snapshot(), null);
        await AssertDigestsAgreeAsync();
        TestContext.Out.WriteLine(
            $"{load.Acknowledged} writes acknowledged, none lost; after a kill writes were taken again within " +
            $"{unavailable.Order().ElementAt(Kills / 2):0} ms (median), {unavailable.Max():0} ms (most).");
    }

    /// <summary>The first node that acknowledges a write.</summary>
    private Task<TestNode> AcceptWriteAsync(int round) => Eventually.GetAsync("a new leader to accept a write", async () =>
    {
        foreach (TestNode node in Cluster.Running)
        {
            if (await node.AskAsync("SET", "round", $"{round}") == "+OK")
                return node;
        }

        return null;
    });

    private async Task<WriteLoad.Acknowledgements> AssertNothingLostAsync(WriteLoad.Acknowledgements acknowledged, WriteLoad.Acknowledgements? checkedBefore)
    {
        await Cluster.SettledAsync();
        foreach (TestNode node in Cluster.Nodes)
            await acknowledged.AssertHeldByAsync(node, checkedBefore);
        return acknowledged;
    }

    private async Task AssertDigestsAgreeAsync()
    {
        await Cluster.SettledAsync();
        string[] digests = await Task.WhenAll(Cluster.Nodes.Select(node => node.AskAsync("RAFT.DEBUG", "EXEC", "DEBUG", "DIGEST")));
        Assert.That(digests[0], Does.Match("^\\+[0-9a-f]{40}$"));
        Assert.That(digests, Is.All.EqualTo(digests[0]));
    }
}
