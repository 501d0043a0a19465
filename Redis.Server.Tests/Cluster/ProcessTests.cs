using NUnit.Framework;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Cluster;

/// <summary>The life of the process: exit codes, the data directory's lock, restarts, damage.</summary>
[TestFixture]
internal sealed class ProcessTests() : FreshCluster(0)
{
    private delegate void SpanAction(Span<byte> bytes);

    [TestCase("--no-such-option", "1", "no-such-option")]
    [TestCase("--port", "nonsense", "port")]
    [TestCase("--raft.election-timeout", "-5", "raft.election-timeout")]
    [TestCase("--databases", "16", "databases")]
    [TestCase("--appendonly", "yes", "appendonly")]
    public async Task ABadOption_IsNamed(string option, string value, string named)
    {
        using ServerProcess process = ServerProcess.Start(option, value);
        Assert.That(await process.ExitAsync(), Is.EqualTo(ExitCode.BadOptions));
        Assert.That(process.Output, Does.Contain(named));
    }

    [Test]
    public async Task ADirectory_HasOneProcess()
    {
        TestNode node = await Cluster.AddAsync();
        using ServerProcess second = ServerProcess.Start("--port", $"{LoopbackPorts.Next()}", "--bind", "127.0.0.1", "--dir", node.Directory);
        Assert.That(await second.ExitAsync(), Is.EqualTo(ExitCode.DirectoryLocked), second.Output);
        Assert.That(await node.AskAsync("PING"), Is.EqualTo("+PONG"), "the first one goes on");
    }

    [Test]
    public async Task APortInUse_IsSaid()
    {
        TestNode node = await Cluster.AddAsync();
        string other = Directory.CreateDirectory($"{node.Directory}-other").FullName;
        using ServerProcess second = ServerProcess.Start("--port", $"{node.Port}", "--bind", "127.0.0.1", "--dir", other);
        Assert.That(await second.ExitAsync(), Is.EqualTo(ExitCode.CannotListen), second.Output);
        Assert.That(second.Output, Does.Contain(node.Address));
    }

    [TestCase(true, TestName = "A node comes back with its data after SIGTERM")]
    [TestCase(false, TestName = "A node comes back with its data after kill -9")]
    public async Task ANode_ComesBackWithItsData(bool terminated)
    {
        TestNode node = await SingleAsync();
        Assert.That(await node.AskAsync("SET", "kept", "yes"), Is.EqualTo("+OK"));
        RaftInfo before = await node.InfoAsync();
        if (terminated)
            Assert.That(await node.TerminateAsync(), Is.Zero, node.Process.Output);
        else
            node.Process.Kill();

        node.Start();
        await node.ReadyAsync();
        await Cluster.LeaderAsync();
        Assert.That(await node.AskAsync("GET", "kept"), Is.EqualTo("$yes"));
        RaftInfo after = await node.InfoAsync();
        Assert.Multiple(() =>
        {
            Assert.That((after.NodeId, after.Field("raft_dbid")), Is.EqualTo((before.NodeId, before.Field("raft_dbid"))));
            Assert.That(after.Term, Is.EqualTo(before.Term + 1));
            Assert.That(after.Number("raft_current_index"), Is.EqualTo(before.Number("raft_current_index") + 1), "the new term's first entry");
        });
    }

    [Test]
    public async Task Shutdown_EndsTheProcess()
    {
        TestNode node = await SingleAsync();
        using TestClient client = await node.ConnectAsync();
        await client.SendAsync("SHUTDOWN\r\n");
        Assert.That(await client.IsClosedAsync());
        Assert.That(await node.Process.ExitAsync(), Is.Zero);
    }

    [Test]
    public async Task DamageInTheMiddleOfTheLog_StopsTheStart()
    {
        TestNode node = await SingleAsync();
        for (int i = 0; i < 10; i++)
            Assert.That(await node.AskAsync("SET", $"key{i}", $"value-number-{i}"), Is.EqualTo("+OK"));
        Assert.That(await node.TerminateAsync(), Is.Zero);
        Overwrite(node.Directory, "value-number-4"u8, log => log[0] ^= 0x40);

        node.Start();
        Assert.That(await node.Process.ExitAsync(), Is.EqualTo(ExitCode.DataDamaged), node.Process.Output);
        Assert.That(node.Process.Output, Does.Contain("damage").IgnoreCase);
        using ServerProcess verify = ServerProcess.Start("log", "verify", node.Directory);
        Assert.That(await verify.ExitAsync(), Is.EqualTo(ExitCode.DataDamaged));
    }

    [Test]
    public async Task ATornLastRecord_IsCutOff()
    {
        TestNode node = await SingleAsync();
        for (int i = 0; i < 10; i++)
            Assert.That(await node.AskAsync("SET", $"key{i}", $"value-number-{i}"), Is.EqualTo("+OK"));
        Assert.That(await node.TerminateAsync(), Is.Zero);
        Overwrite(node.Directory, "value-number-9"u8, log => log.Clear()); // as if the power had failed while this was written

        node.Start();
        await node.ReadyAsync();
        await Cluster.LeaderAsync();
        Assert.That(await node.AskAsync("MGET", "key8", "key9"), Is.EqualTo("[$value-number-8, (nil)]"));
    }

    private async Task<TestNode> SingleAsync()
    {
        TestNode node = await Cluster.AddAsync();
        await Cluster.FormAsync();
        return node;
    }

    /// <summary>Changes the log's bytes from the place on where something stands.</summary>
    private static void Overwrite(string directory, ReadOnlySpan<byte> at, SpanAction change)
    {
        foreach (string file in Directory.GetFiles(directory, "redisraft.db.*"))
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
            byte[] head = new byte[64 * 1024];
            Span<byte> log = head.AsSpan(0, stream.Read(head));
            int position = log.IndexOf(at);
            if (position < 0)
                continue;
            change(log[position..]);
            stream.Position = position;
            stream.Write(log[position..]);
            return;
        }

        Assert.Fail("The log does not hold the entry.");
    }
}
