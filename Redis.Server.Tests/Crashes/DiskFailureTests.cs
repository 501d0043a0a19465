using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Crashes;

/// <summary>
/// A disk that is full, read-only or gone: the node stops and says why, and nothing acknowledged is lost. One that stalls: its node does
/// not lead.
/// </summary>
[TestFixture]
internal sealed class DiskFailureTests
{
    private const int SmallMegabytes = 24;
    private static readonly string Value = new('v', 100_000);

    private SmallDisk? _disk;
    private TestNode? _node;
    private TestCluster? _others;

    [TearDown]
    public void TearDown()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
            TestContext.Out.WriteLine(_node?.Output);
        _disk?.Thaw();
        _others?.ReportIfFailed();
        _others?.Dispose();
        _node?.Dispose();
        _disk?.Dispose();
        (_others, _node, _disk) = (null, null, null);
    }

    [Test]
    public async Task AFullDisk_StopsTheNode_AndLosesNothing()
    {
        TestNode node = await StartOnSmallDiskAsync();
        Assert.That(await node.AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK"));
        await Eventually.TrueAsync("the node to lead", async () => await node.AskAsync("EXISTS", "any") == ":0");
        int acknowledged = await WriteUntilItFailsAsync(node);

        Assert.That(await node.Process.ExitAsync(), Is.EqualTo(ExitCode.DirectoryUnusable), node.Output);
        Assert.That(node.Output, Does.Contain("No space left on device"));
        Assert.That(acknowledged, Is.GreaterThan(10));

        _disk!.Resize(4 * SmallMegabytes);
        node.Start();
        await node.ReadyAsync();
        await Eventually.TrueAsync("the node to lead", async () => await node.AskAsync("EXISTS", "any") == ":0");
        await AssertHeldAsync(node, acknowledged);
        Assert.That(await node.AskAsync("SET", "after", "it"), Is.EqualTo("+OK"));
    }

    [Test]
    public async Task ALeaderWhoseDiskIsFull_HandsOver()
    {
        _others = await TestCluster.FormAsync(2, "--raft.log-max-file-size", "1gb");
        TestNode leader = await StartOnSmallDiskAsync("--raft.log-max-file-size", "1gb");
        await JoinAndLeadAsync(leader, _others);
        int acknowledged = await WriteUntilItFailsAsync(leader);

        Assert.That(await leader.Process.ExitAsync(), Is.EqualTo(ExitCode.DirectoryUnusable), leader.Output);
        await AssertOthersGoOnAsync(_others, acknowledged);
    }

    [Test]
    public async Task ALeaderWhoseDiskStalls_StepsDown_AndCatchesUpLater()
    {
        const int writes = 20;
        _disk = SmallDisk.MountImage(128);
        _others = await TestCluster.FormAsync(2);
        TestNode leader = await StartOnDiskAsync();
        await JoinAndLeadAsync(leader, _others);
        for (int i = 0; i < writes; i++)
            Assert.That(await leader.AskAsync("SET", $"key:{i}", Value), Is.EqualTo("+OK"));

        _disk.Freeze();
        using TestClient client = await leader.ConnectAsync();
        await client.SendAsync("SET frozen 1\r\n"); // the others may commit it, or not
        await AssertOthersGoOnAsync(_others, writes);
        Assert.That(leader.IsRunning, Is.True);
        Assert.That(leader.Output, Does.Contain("a write to disk has taken"));

        _disk.Thaw();
        RaftInfo others = await (await _others.LeaderAsync()).InfoAsync();
        await Eventually.TrueAsync("the node to catch up", async () =>
            await leader.InfoAsync() is { } info && info.Number("raft_last_applied_index") >= others.Number("raft_current_index"));
        await AssertHeldAsync(leader, writes);
    }

    [Test]
    public async Task AVanishedDirectory_StopsTheNode()
    {
        _others = await TestCluster.FormAsync(1);
        TestNode node = _others.Nodes[0];
        Directory.Move(node.Directory, $"{node.Directory}.moved");
        using TestClient client = await node.ConnectAsync();
        await Eventually.TrueAsync("the node to notice", async () =>
        {
            try
            {
                await client.AskAsync("SET", "a", "b");
                return node.Process.HasExited;
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
            {
                return true;
            }
        });
        Assert.That(await node.Process.ExitAsync(), Is.EqualTo(ExitCode.DirectoryUnusable), node.Output);
        Assert.That(node.Output, Does.Contain("vanished"));
        Directory.Move($"{node.Directory}.moved", node.Directory);
    }

    [Test]
    public async Task AReadOnlyDirectory_StopsTheStart()
    {
        _disk = SmallDisk.Mount(SmallMegabytes);
        _disk.Remount("ro");
        using ServerProcess process = ServerProcess.Start("--port", $"{LoopbackPorts.Next()}", "--bind", "127.0.0.1", "--dir", _disk.Path);
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCode.DirectoryUnusable), process.Output);
        Assert.That(process.Output, Does.Contain("Read-only file system"));
    }

    private static async Task<int> WriteUntilItFailsAsync(TestNode node)
    {
        int acknowledged = 0;
        using TestClient client = await node.ConnectAsync();
        try
        {
            while (await client.AskAsync("SET", $"key:{acknowledged}", Value) == "+OK")
                acknowledged++;
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            // It stopped while this write was under way, whose fate is not known.
        }

        return acknowledged;
    }

    private static async Task AssertHeldAsync(TestNode node, int acknowledged)
    {
        using TestClient client = await node.ConnectAsync();
        Reply[] lengths = await client.PipelineAsync(
            [.. Enumerable.Range(0, acknowledged).Select(i => new Request("RAFT.DEBUG", "EXEC", "STRLEN", $"key:{i}"))]);
        Assert.That(lengths.Select(reply => reply.AsString), Is.All.EqualTo($"{Value.Length}"));
    }

    /// <summary>Lets a node join two others and lead them.</summary>
    private static async Task JoinAndLeadAsync(TestNode node, TestCluster others)
    {
        Assert.That(await node.AskAsync("RAFT.CLUSTER", "JOIN", others.Nodes[0].Address), Is.EqualTo("+OK"));
        RaftInfo joined = await Eventually.GetAsync("the node to vote", async () =>
            await node.InfoAsync() is { } info && info.Field("raft_is_voting") == "yes" ? info : null);
        await Eventually.TrueAsync("the node to lead", async () =>
        {
            if ((await node.InfoAsync()).IsLeader)
                return true;
            await others.Nodes[0].AskAsync("RAFT.TRANSFER_LEADER", $"{joined.NodeId}");
            await others.Nodes[1].AskAsync("RAFT.TRANSFER_LEADER", $"{joined.NodeId}");
            return false;
        });
    }

    /// <summary>One of the others leads, both have all that was acknowledged, and more can be written.</summary>
    private static async Task AssertOthersGoOnAsync(TestCluster others, int acknowledged)
    {
        await Eventually.TrueAsync("the others to have it all", async () =>
        {
            RaftInfo[] infos = await Task.WhenAll(others.Nodes.Select(node => node.InfoAsync()));
            return infos.Any(info => info.IsLeader) && infos.All(info => info.Number("raft_last_applied_index") >= infos.Max(i => i.Number("raft_current_index")));
        });
        foreach (TestNode node in others.Nodes)
            await AssertHeldAsync(node, acknowledged);
        Assert.That(await (await others.LeaderAsync()).AskAsync("SET", "after", "it"), Is.EqualTo("+OK"));
    }

    private Task<TestNode> StartOnSmallDiskAsync(params string[] options)
    {
        _disk = SmallDisk.Mount(SmallMegabytes);
        return StartOnDiskAsync(options);
    }

    private async Task<TestNode> StartOnDiskAsync(params string[] options)
    {
        _node = new TestNode(_disk!.Path, options);
        _node.Start();
        await _node.ReadyAsync();
        return _node;
    }
}
