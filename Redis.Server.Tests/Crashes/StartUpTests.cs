using System.Buffers.Binary;
using NUnit.Framework;
using Raft.Storage;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Crashes;

/// <summary>What a node makes of the files it finds: each thing that is wrong with them stops it, by name, and changes nothing.</summary>
[TestFixture]
internal sealed class StartUpTests() : FreshCluster(0)
{
    [Test]
    public async Task AMissingSnapshot_StopsTheStart()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        File.Delete(Path.Combine(node.Directory, "dump.rdb"));
        await AssertRefusedAsync(node, ExitCode.DataDamaged, "is missing, but the log begins only after entry");
    }

    [Test]
    public async Task AnOldSnapshot_StopsTheStart()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        string snapshot = Path.Combine(node.Directory, "dump.rdb");
        byte[] old = File.ReadAllBytes(snapshot);
        node.Start();
        await node.ReadyAsync();
        await Cluster.LeaderAsync();
        await node.AskAsync("SET", "later", "1");
        Assert.That(await node.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        await node.TerminateAsync();
        File.WriteAllBytes(snapshot, old);
        await AssertRefusedAsync(node, ExitCode.DataDamaged, "but the log begins only after entry");
    }

    [Test]
    public async Task ADamagedSnapshot_StopsTheStart([Values("flipped", "truncated", "empty")] string how)
    {
        TestNode node = await StoppedWithSnapshotAsync();
        string snapshot = Path.Combine(node.Directory, "dump.rdb");
        byte[] bytes = File.ReadAllBytes(snapshot);
        bytes[^20] ^= 1;
        File.WriteAllBytes(snapshot, how switch { "flipped" => bytes, "truncated" => bytes[..^30], _ => [] });
        await AssertRefusedAsync(node, ExitCode.DataDamaged, "is damaged");
    }

    [Test]
    public async Task AnotherClustersSnapshot_StopsTheStart()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        await Cluster.AddAsync(1);
        TestNode other = Cluster.Nodes[1];
        await other.AskAsync("RAFT.CLUSTER", "INIT");
        Assert.That(await other.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        await other.TerminateAsync();
        File.Copy(Path.Combine(other.Directory, "dump.rdb"), Path.Combine(node.Directory, "dump.rdb"), overwrite: true);
        await AssertRefusedAsync(node, ExitCode.DataDamaged, "belongs to cluster");
    }

    [Test]
    public async Task AnotherNodesLog_StopsTheStart()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        await Cluster.AddAsync(1);
        TestNode other = Cluster.Nodes[1];
        await other.AskAsync("RAFT.CLUSTER", "INIT");
        await other.TerminateAsync();
        File.Copy(Path.Combine(other.Directory, "raft.meta"), Path.Combine(node.Directory, "raft.meta"), overwrite: true);
        await AssertRefusedAsync(node, ExitCode.DataDamaged, "belongs to node 1 of cluster");
    }

    [Test]
    public async Task MissingMetadata_StopsTheStart()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        File.Delete(Path.Combine(node.Directory, "raft.meta"));
        await AssertRefusedAsync(node, ExitCode.DirectoryUnusable, "no 'raft.meta'");
    }

    [TestCase("raft.meta", 0, 80)]
    [TestCase("raft.meta", 4096, 80)]
    [TestCase("redisraft.db.", 0, 64)]
    public async Task AFileOfANewerVersion_StopsTheStart(string name, int offset, int length)
    {
        TestNode node = await StoppedWithSnapshotAsync();
        string path = Directory.GetFiles(node.Directory, name + "*").Max()!;
        byte[] bytes = File.ReadAllBytes(path);
        Span<byte> header = bytes.AsSpan(offset, length);
        header[8] = 42; // the version, behind eight bytes that say what the file is; the checksum of the header is its end
        BinaryPrimitives.WriteUInt32LittleEndian(header[^4..], Crc32C.Of(header[..^4]));
        File.WriteAllBytes(path, bytes);
        await AssertRefusedAsync(node, ExitCode.DirectoryUnusable, $"{Path.GetFileName(path)}' has format 42; this program reads format");
    }

    [Test]
    public async Task ASnapshotOfANewerVersion_StopsTheStart()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        string snapshot = Path.Combine(node.Directory, "dump.rdb");
        byte[] bytes = File.ReadAllBytes(snapshot);
        "0099"u8.CopyTo(bytes.AsSpan(5));
        File.WriteAllBytes(snapshot, bytes);
        await AssertRefusedAsync(node, ExitCode.DataDamaged, "RDB version 99 is not one of 1 to ");
    }

    [Test]
    public async Task LeftoversOfACrash_AreRemoved()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        foreach (string leftover in new[] { "dump.rdb.taken.tmp", "dump.rdb.1.received.tmp", "redisraft.db.0000000099.tmp" })
            File.WriteAllText(Path.Combine(node.Directory, leftover), "half");
        node.Start();
        await node.ReadyAsync();
        await Cluster.LeaderAsync();
        Assert.That(Directory.GetFiles(node.Directory, "*.tmp"), Is.Empty);
        Assert.That(await node.AskAsync("GET", "key"), Is.EqualTo("$value"));
    }

    [Test]
    public async Task ASnapshotAlone_BeginsANewCluster()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        TestNode restored = new(Path.Combine(node.Directory, "restored"));
        using (restored)
        {
            Directory.CreateDirectory(restored.Directory);
            File.Copy(Path.Combine(node.Directory, "dump.rdb"), Path.Combine(restored.Directory, "dump.rdb"));
            restored.Start();
            await restored.ReadyAsync();
            Assert.That(await restored.AskAsync("GET", "key"), Is.EqualTo("-NOCLUSTER No Raft Cluster"));
            Assert.That(await restored.AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK"));
            Assert.That(await restored.AskAsync("GET", "key"), Is.EqualTo("$value"));
            restored.Process.Kill();
            restored.Start();
            await restored.ReadyAsync();
            await Eventually.TrueAsync("the data to be back", async () => await restored.AskAsync("GET", "key") == "$value");
        }
    }

    [Test]
    public async Task AFileThatANodeHadBeforeItJoined_IsSetAside()
    {
        TestNode node = await StoppedWithSnapshotAsync();
        node.Start();
        await node.ReadyAsync();
        await Cluster.LeaderAsync();
        TestNode joined = new(Path.Combine(node.Directory, "joined"));
        using (joined)
        {
            Directory.CreateDirectory(joined.Directory);
            File.WriteAllText(Path.Combine(joined.Directory, "dump.rdb"), "something of the past");
            joined.Start();
            await joined.ReadyAsync();
            Assert.That(await joined.AskAsync("RAFT.CLUSTER", "JOIN", node.Address), Is.EqualTo("+OK"));
            Assert.That(File.ReadAllText(Path.Combine(joined.Directory, "dump.rdb.before-join")), Is.EqualTo("something of the past"));
            await Eventually.TrueAsync("the data to arrive", async () => await joined.AskAsync("RAFT.DEBUG", "EXEC", "GET", "key") == "$value");
        }
    }

    /// <summary>A cluster of one whose data is in a snapshot, and whose log begins behind it; stopped.</summary>
    private async Task<TestNode> StoppedWithSnapshotAsync()
    {
        TestNode node = await Cluster.AddAsync();
        await Cluster.FormAsync();
        Assert.That(await node.AskAsync("SET", "key", "value"), Is.EqualTo("+OK"));
        Assert.That(await node.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        Assert.That(await node.TerminateAsync(), Is.Zero);
        return node;
    }

    private static async Task AssertRefusedAsync(TestNode node, int code, string reason)
    {
        Dictionary<string, byte[]> before = Files(node.Directory);
        node.Start();
        Assert.That(await node.Process.ExitAsync(), Is.EqualTo(code), node.Output);
        Assert.That(node.Output, Does.Contain(reason));
        if (before.ContainsKey("raft.meta"))
            Assert.That(Files(node.Directory), Is.EqualTo(before), "nothing was changed");
    }

    private static Dictionary<string, byte[]> Files(string directory) =>
        Directory.GetFiles(directory).ToDictionary(file => Path.GetFileName(file)!, File.ReadAllBytes);
}
