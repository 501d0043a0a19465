using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>
/// A new node gets the snapshot over a link that stops halfway. However it goes on, no byte comes twice: what the node stored in
/// all is the length of the file.
/// </summary>
[TestFixture]
internal sealed class SnapshotDeliveryTests
{
    private const int Values = 200;
    private const int ValueLength = 10_000;
    private const int Halfway = Values * ValueLength / 2;

    private TestCluster _cluster = null!;
    private Relay _relay = null!;

    [SetUp]
    public void SetUp()
    {
        _cluster = new TestCluster("--raft.snapshot-req-max-size", "4096");
        _relay = new Relay(Halfway);
    }

    [TearDown]
    public void TearDown()
    {
        _cluster.ReportIfFailed();
        _cluster.Dispose();
        _relay.Dispose();
    }

    [Test]
    public async Task ABrokenLink_IsGoneOnWith_WhereItBroke()
    {
        await FormWithSnapshotsAsync(1);
        TestNode newcomer = await JoinOverRelayAsync();
        int connections = _relay.Connections;
        _relay.Cut();
        _relay.Open();
        await AssertDeliveredOnceAsync(newcomer);
        Assert.That(_relay.Connections, Is.GreaterThan(connections));
    }

    [Test]
    public async Task ANewLeader_GoesOn_WhereTheOldOneStopped()
    {
        await FormWithSnapshotsAsync(3);
        TestNode newcomer = await JoinOverRelayAsync();
        _cluster.Nodes[0].Process.Kill();
        Assert.That(await _cluster.LeaderAsync(), Is.Not.EqualTo(_cluster.Nodes[0]));
        _relay.Open();
        await AssertDeliveredOnceAsync(newcomer);
    }

    /// <summary>All nodes hold the same snapshot, and a log that begins behind it.</summary>
    private async Task FormWithSnapshotsAsync(int nodes)
    {
        await _cluster.AddAsync(nodes);
        await _cluster.FormAsync();
        Random random = new(4);
        using (TestClient client = await _cluster.Nodes[0].ConnectAsync())
        {
            Reply[] replies = await client.PipelineAsync([.. Enumerable.Range(0, Values).Select(
                i => new Request("SET", $"key:{i}", new string(random.GetItems("abcdefghijklmnopqrstuvwxyz0123456789".AsSpan(), ValueLength))))]);
            Assert.That(replies.Select(reply => reply.AsString), Is.All.EqualTo("OK"));
        }

        await _cluster.SettledAsync();
        foreach (TestNode node in _cluster.Nodes)
            Assert.That(await node.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        Assert.That(_cluster.Nodes.Select(Snapshot), Is.All.EqualTo(Snapshot(_cluster.Nodes[0])), "the same state is the same file");
    }

    /// <summary>A new node that has about half of the snapshot.</summary>
    private async Task<TestNode> JoinOverRelayAsync()
    {
        TestNode newcomer = await _cluster.AddAsync("--raft.addr", $"127.0.0.1:{_relay.Port}");
        _relay.Target = newcomer.Port;
        _relay.Begin();
        Assert.That(await newcomer.AskAsync("RAFT.CLUSTER", "JOIN", _cluster.Nodes[0].Address), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("half of the snapshot to arrive", async () =>
            _relay.IsHolding && (await newcomer.InfoAsync()).Number("raft_snapshotreq_received_bytes") > Halfway / 2);
        Assert.That((await newcomer.InfoAsync()).Number("raft_snapshots_received"), Is.Zero);
        return newcomer;
    }

    private async Task AssertDeliveredOnceAsync(TestNode newcomer)
    {
        await _cluster.SettledAsync();
        RaftInfo info = await newcomer.InfoAsync();
        Assert.That(
            (info.Number("raft_snapshots_received"), info.Number("raft_snapshotreq_received_bytes")),
            Is.EqualTo((1L, info.Number("raft_snapshot_size"))));
        Assert.That(Snapshot(newcomer), Is.EqualTo(Snapshot(_cluster.Nodes[^2])));
        string[] digests = await Task.WhenAll(_cluster.Running.Select(node => node.AskAsync("RAFT.DEBUG", "EXEC", "DEBUG", "DIGEST")));
        Assert.That(digests, Is.All.EqualTo(digests[0]));
    }

    private static byte[] Snapshot(TestNode node) => File.ReadAllBytes(Path.Combine(node.Directory, "dump.rdb"));
}
