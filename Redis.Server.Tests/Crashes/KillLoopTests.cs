using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Crashes;

/// <summary>
/// kill -9 of one node after the other, under load, while all of them take snapshots and some come back only through one. A
/// witness that is never killed and never compacts has the whole log at the end: started anew from it alone it must arrive at
/// the same data. The target KillLoop of build.cake does more rounds.
/// </summary>
[TestFixture]
internal sealed class KillLoopTests
{
    private const int WritesARound = 200;
    private const int BurstKeys = 250;

    // What stays in the log behind a snapshot is a quarter: enough for the witness, less than a burst.
    private const int LogMaxFileSize = 4_000_000;

    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("KILL_ROUNDS") ?? "10", null);
    private static readonly string BurstValue = new('b', 8000);

    private TestCluster _cluster = null!;
    private TestNode _witness = null!;

    [SetUp]
    public async Task SetUp()
    {
        _cluster = new TestCluster(
            "--raft.log-max-file-size", $"{LogMaxFileSize}", "--raft.log-max-cache-size", "100000", "--raft.snapshot-req-max-size", "16384");
        await _cluster.AddAsync(3);
        _witness = (await _cluster.AddAsync(1, "--raft.snapshot-disable", "yes"))[0];
        await _cluster.FormAsync();
    }

    [TearDown]
    public void TearDown()
    {
        _cluster.ReportIfFailed();
        _cluster.Dispose();
    }

    [Test]
    public async Task NothingIsLost_AndAReplayOfTheWholeLogComesToTheSameData()
    {
        Random random = new(20_26);
        long received = 0;
        await using (WriteLoad load = new(_cluster, writers: 2))
        {
            WriteLoad.Acknowledgements? before = null;
            for (int round = 1; round <= Rounds; round++)
            {
                TestNode victim = _cluster.Nodes[random.Next(3)];
                await load.ProgressAsync(WritesARound);
                await Task.WhenAll(_cluster.Nodes.Select(node => node.AskAsync("BGSAVE")));
                await Task.Delay(random.Next(60)); // anywhere between the snapshot's beginning and its end
                victim.Process.Kill();
                bool falls = round % 3 == 0;
                if (falls)
                    await FallBehindAsync();
                victim.Start();
                await victim.ReadyAsync();
                await load.ProgressAsync(WritesARound);
                WriteLoad.Acknowledgements acknowledged = load.Snapshot();
                await _cluster.SettledAsync();
                foreach (TestNode node in _cluster.Nodes)
                    await acknowledged.AssertHeldByAsync(node, before);
                before = acknowledged;
                received += (await victim.InfoAsync()).Number("raft_snapshots_received");
            }
        }

        Assert.That(received, Is.Positive, "nodes that came back through a snapshot");
        string digest = await DigestAsync();
        Assert.That((await _witness.InfoAsync()).Number("raft_snapshots_received"), Is.Zero, "the witness has all from the log");

        Assert.That(await _witness.TerminateAsync(), Is.Zero);
        Assert.That(Directory.GetFiles(_witness.Directory, "*.rdb*"), Is.Empty);
        _witness.Start();
        await _witness.ReadyAsync();
        Assert.That(await DigestAsync(), Is.EqualTo(digest), "a replay from the first entry on");
    }

    /// <summary>What the cluster writes now is more than its log keeps behind the next snapshot.</summary>
    private async Task FallBehindAsync()
    {
        TestNode leader = await CompactingLeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        Reply[] replies = await client.PipelineAsync([.. Enumerable.Range(0, BurstKeys).Select(i => new Request("SET", $"burst:{i}", BurstValue))]);
        Assert.That(replies.Select(reply => reply.AsString), Is.All.EqualTo("OK"));
        long index = (await leader.InfoAsync()).Number("raft_current_index");
        await Eventually.TrueAsync("the others to apply the burst", async () =>
            (await Task.WhenAll(_cluster.Running.Select(node => node.InfoAsync()))).All(info => info.Number("raft_last_applied_index") >= index));
        foreach (TestNode node in _cluster.Running.Where(node => node != _witness))
        {
            await Eventually.TrueAsync("a snapshot that has the burst", async () =>
            {
                if ((await node.InfoAsync()).Number("raft_snapshot_last_idx") >= index)
                    return true;
                await node.AskAsync("BGSAVE");
                return false;
            });
        }
    }

    /// <summary>The witness, which keeps the whole log, does not lead: it would send nobody a snapshot.</summary>
    private Task<TestNode> CompactingLeaderAsync() => Eventually.GetAsync("a leader that compacts its log", async () =>
    {
        TestNode leader = await _cluster.LeaderAsync();
        if (leader != _witness)
            return leader;
        TestNode other = _cluster.Running.First(node => node != _witness);
        await leader.AskAsync("RAFT.TRANSFER_LEADER", $"{(await other.InfoAsync()).NodeId}");
        return null;
    });

    private async Task<string> DigestAsync()
    {
        await _cluster.SettledAsync();
        string[] digests = await Task.WhenAll(_cluster.Nodes.Select(node => node.AskAsync("RAFT.DEBUG", "EXEC", "DEBUG", "DIGEST")));
        Assert.That(digests, Is.All.EqualTo(digests[0]));
        return digests[0];
    }
}
