using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>Commands that wait, and what clients watch, when nodes come from snapshots and leadership moves.</summary>
[TestFixture]
internal sealed class WaitingAcrossNodesTests() : SharedCluster(3, "--enable-debug-command", "yes")
{
    [Test]
    public async Task ANewNode_LearnsFromTheSnapshotWhoWaits()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient first = await leader.ConnectAsync(), second = await leader.ConnectAsync(), mover = await leader.ConnectAsync(), other = await leader.ConnectAsync();
        await first.AskAsync("HELLO", "3");
        await BlockAsync(other, 1, first, "BZPOPMIN", "scores", "queue", "0");
        await BlockAsync(other, 2, mover, "BLMOVE", "queue", "taken", "LEFT", "RIGHT", "0");
        await BlockAsync(other, 3, second, "BLPOP", "queue", "0");
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        TestNode late = await Cluster.AddAsync();
        Assert.That(await late.AskAsync("RAFT.CLUSTER", "JOIN", leader.Address), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        Assert.That((await late.InfoAsync()).Number("raft_snapshots_received"), Is.EqualTo(1), "it has seen no entry of those that wait");

        Assert.That(await other.AskAsync("RPUSH", "queue", "a", "b", "c"), Is.EqualTo(":3"));
        Assert.That(ReplyText.Of(await mover.ReadAsync()), Is.EqualTo("$a"));
        Assert.That(ReplyText.Of(await second.ReadAsync()), Is.EqualTo("[$queue, $b]"));
        Assert.That(await other.AskAsync("ZADD", "scores", "1.5", "m"), Is.EqualTo(":1"));
        Assert.That(ReplyText.Of(await first.ReadAsync()), Is.EqualTo("[$scores, $m, ,1.5]"));
        Assert.That(await other.AskAsync("LRANGE", "taken", "0", "-1"), Is.EqualTo("[$a]"));
        await AgreeAsync();
    }

    [Test]
    public async Task ANewLeader_EndsTheWaits_AndNobodyIsServedTwice()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient waiting = await leader.ConnectAsync(), other = await leader.ConnectAsync();
        await BlockAsync(other, 1, waiting, "BLPOP", "moved", "0");
        Assert.That(await other.AskAsync("RAFT.TRANSFER_LEADER"), Is.EqualTo("+OK"));
        Assert.That(ReplyText.Of(await waiting.ReadAsync()), Does.StartWith("-UNBLOCKED "));
        await Cluster.SettledAsync();
        using TestClient next = await (await Cluster.LeaderAsync()).ConnectAsync();
        Assert.That(await next.AskAsync("RPUSH", "moved", "kept"), Is.EqualTo(":1"));
        Assert.That(await next.AskAsync("LLEN", "moved"), Is.EqualTo(":1"), "nobody waits any more");
        await AgreeAsync();
    }

    [Test]
    public async Task AWatch_DoesNotOutliveTheLeadership_AlsoWhenTheSameNodeLeadsAgain()
    {
        TestNode leader = await Cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        long id = (await leader.InfoAsync()).NodeId;
        Assert.That(await client.AskAsync("SET", "watched", "1"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("WATCH", "watched"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT.TRANSFER_LEADER"), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        TestNode next = await Cluster.LeaderAsync();
        Assert.That(await next.AskAsync("RAFT.TRANSFER_LEADER", $"{id}"), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        Assert.That(await Cluster.LeaderAsync(), Is.SameAs(leader));
        Assert.That(await client.AskAsync("MULTI"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("SET", "watched", "2"), Is.EqualTo("+QUEUED"));
        Assert.That(await client.AskAsync("EXEC"), Is.EqualTo("(nil)"));
        Assert.That(await client.AskAsync("GET", "watched"), Is.EqualTo("$1"));
    }

    private static async Task BlockAsync(TestClient watcher, int blocked, TestClient client, params string[] words)
    {
        await client.SendAsync(TestClient.Encode(new Request(words)));
        await Eventually.TrueAsync($"{blocked} clients to wait", async () =>
            (await watcher.CallAsync("INFO", "clients")).AsString.Contains($"blocked_clients:{blocked}\r\n", StringComparison.Ordinal));
    }

    private async Task AgreeAsync()
    {
        await Cluster.SettledAsync();
        string[] digests = await Task.WhenAll(Cluster.Nodes.Select(node => node.AskAsync("DEBUG", "DIGEST")));
        Assert.That(digests.Distinct().Count(), Is.EqualTo(1), string.Join(' ', digests));
    }
}
