using System.Diagnostics;
using NUnit.Framework;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Cluster;

/// <summary>The options that slow down or break parts of a node on purpose, and commands past or through the log.</summary>
[TestFixture]
internal sealed class FailureOptionTests() : SharedCluster(1)
{
    [Test]
    public async Task LogDisableApply_HoldsEntriesAndReads_AndNothingElse()
    {
        TestNode node = Cluster.Nodes[0];
        using TestClient control = await node.ConnectAsync();
        using TestClient writer = await node.ConnectAsync();
        using TestClient reader = await node.ConnectAsync();
        Assert.That(await control.AskAsync("SET", "held", "0"), Is.EqualTo("+OK"));
        Assert.That(await control.AskAsync("CONFIG", "SET", "raft.log-disable-apply", "yes"), Is.EqualTo("+OK"));
        await writer.SendAsync("SET held 1\r\nPING\r\n");
        await Eventually.TrueAsync("the entry to be committed", async () =>
            await node.InfoAsync() is { } info && info.Number("raft_commit_index") == info.Number("raft_last_applied_index") + 1);
        await reader.SendAsync("GET held\r\n");
        Assert.That(await control.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That((await node.InfoAsync()).Number("raft_client_attached_entries"), Is.EqualTo(1));

        Assert.That(await control.AskAsync("CONFIG", "SET", "raft.log-disable-apply", "no"), Is.EqualTo("+OK"));
        Assert.That(ReplyText.Of(await writer.ReadAsync()), Is.EqualTo("+OK"));
        Assert.That(ReplyText.Of(await writer.ReadAsync()), Is.EqualTo("+PONG"));
        Assert.That(ReplyText.Of(await reader.ReadAsync()), Is.EqualTo("$1"));
    }

    [Test]
    public async Task LogDelayApply_SlowsEachEntry()
    {
        using TestClient client = await Cluster.Nodes[0].ConnectAsync();
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.log-delay-apply", "30000"), Is.EqualTo("+OK"));
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 5; i++)
            Assert.That(await client.AskAsync("SET", "slow", $"{i}"), Is.EqualTo("+OK"));
        Assert.That(Stopwatch.GetElapsedTime(started), Is.GreaterThan(TimeSpan.FromMilliseconds(150)));
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.log-delay-apply", "0"), Is.EqualTo("+OK"));
    }

    [Test]
    public async Task Snapshots_AreDisabledAndFailAsToldTo()
    {
        TestNode node = Cluster.Nodes[0];
        using TestClient client = await node.ConnectAsync();
        Assert.That(await client.AskAsync("SET", "any", "1"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.snapshot-fail", "yes"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT.DEBUG", "COMPACT"), Does.StartWith("-ERR "));
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.snapshot-fail", "no", "raft.snapshot-disable", "yes"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT.DEBUG", "COMPACT"), Does.StartWith("-ERR "));
        Assert.That((await node.InfoAsync()).Number("raft_snapshots_created"), Is.Zero);
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.snapshot-disable", "no"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        RaftInfo info = await node.InfoAsync();
        Assert.That((info.Number("raft_snapshots_created"), info.Number("raft_log_entries")), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public async Task SnapshotDelay_KeepsASnapshotInProgress()
    {
        using TestCluster cluster = await TestCluster.FormAsync(1, "--raft.snapshot-delay", "1");
        TestNode node = cluster.Nodes[0];
        using TestClient client = await node.ConnectAsync();
        Assert.That(await client.AskAsync("SET", "any", "2"), Is.EqualTo("+OK"));
        long started = Stopwatch.GetTimestamp();
        Assert.That(await client.AskAsync("RAFT.DEBUG", "COMPACT", "1"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the snapshot to begin", async () => (await node.InfoAsync()).Field("raft_snapshot_in_progress") == "yes");
        await Eventually.TrueAsync("the snapshot to end", async () => (await node.InfoAsync()).Number("raft_snapshots_created") == 1);
        Assert.That(Stopwatch.GetElapsedTime(started), Is.GreaterThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task SnapshotDisableLoad_RefusesALeadersSnapshot_UntilItIsTurnedOff()
    {
        using TestCluster cluster = await TestCluster.FormAsync(1, "--raft.election-timeout", "300");
        TestNode leader = await cluster.LeaderAsync();
        Assert.That(await leader.AskAsync("SET", "held", "1"), Is.EqualTo("+OK"));
        Assert.That(await leader.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        TestNode joining = await cluster.AddAsync("--raft.snapshot-disable-load", "yes");
        Assert.That(await joining.AskAsync("RAFT.CLUSTER", "JOIN", leader.Address), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the snapshot to be sent", async () => (await joining.InfoAsync()).Field("raft_state") == "loading");
        await Eventually.TrueAsync("the snapshot to be refused", async () => (await joining.InfoAsync()).Field("raft_state") == "up");
        Assert.That((await joining.InfoAsync()).Number("raft_last_applied_index"), Is.Zero);

        Assert.That(await joining.AskAsync("CONFIG", "SET", "raft.snapshot-disable-load", "no"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the data", async () => await joining.AskAsync("RAFT.DEBUG", "EXEC", "GET", "held") == "$1");
    }

    [Test]
    public async Task IgnoredCommands_RunHere_AndRaftGoesThroughTheLog()
    {
        TestNode node = Cluster.Nodes[0];
        using TestClient client = await node.ConnectAsync();
        long before = await Cluster.IndexAsync();
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.ignored-commands", "append,object"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("APPEND", "ignored", "abc"), Is.EqualTo(":3"));
        Assert.That(await client.AskAsync("GET", "ignored"), Is.EqualTo("$abc"));
        Assert.That(await Cluster.IndexAsync(), Is.EqualTo(before), "it made no entry");
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.ignored-commands", ""), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT", "SET", "explicit", "1"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("RAFT", "GET", "explicit"), Is.EqualTo("$1"));
        Assert.That(await client.AskAsync("RAFT", "NONSENSE"), Does.StartWith("-ERR unknown command 'NONSENSE'"));
        Assert.That(await client.AskAsync("RAFT", "GET"), Is.EqualTo("-ERR wrong number of arguments for 'get' command"));
        Assert.That(await client.AskAsync("RAFT"), Is.EqualTo("-ERR wrong number of arguments for 'raft' command"));
        Assert.That(await Cluster.IndexAsync(), Is.EqualTo(before + 1));
    }
}
