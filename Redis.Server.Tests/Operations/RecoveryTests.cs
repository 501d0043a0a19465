using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Operations;

/// <summary>recover asks before it does anything, and never touches the survivor's files.</summary>
[TestFixture]
internal sealed class RecoveryTests() : FreshCluster(1)
{
    [Test]
    public async Task WithoutConfirmation_NothingChanges()
    {
        TestNode node = Cluster.Nodes[0];
        Assert.That(await RunAsync("", node.Directory), Is.EqualTo(ExitCode.DirectoryLocked), "a node runs on it");
        Assert.That(await node.AskAsync("SET", "kept", "yes"), Is.EqualTo("+OK"));
        string id = (await node.InfoAsync()).Field("raft_dbid");
        Assert.That(await node.TerminateAsync(), Is.Zero);

        using StringWriter output = new();
        Assert.That(await RunAsync("no\n", node.Directory, output), Is.EqualTo(ExitCode.CommandFailed));
        Assert.That(output.ToString(), Does.Contain($"cluster    {id}").And.Contain("last entry ").And.Contain("Type \"recover\"").And.Contain("Nothing was changed."));
        node.Start();
        await node.ReadyAsync();
        await Cluster.LeaderAsync();
        Assert.That((await node.InfoAsync()).Field("raft_dbid"), Is.EqualTo(id));
        Assert.That(await node.TerminateAsync(), Is.Zero);

        Assert.That(await RunAsync("recover\n", node.Directory), Is.EqualTo(ExitCode.Success));
        Assert.That(Directory.GetFiles(Path.Combine(node.Directory, $"before-recovery-{id[..8]}"), "redisraft.db.*"), Is.Not.Empty);
        Assert.That(await RunAsync("recover\n", Directory.CreateTempSubdirectory("redis-raft").FullName), Is.EqualTo(ExitCode.CommandFailed), "there is nothing to recover");
        node.Start();
        await node.ReadyAsync();
        await Cluster.LeaderAsync();
        Assert.That(await node.AskAsync("GET", "kept"), Is.EqualTo("$yes"));
        Assert.That((await node.InfoAsync()).Field("raft_dbid"), Is.Not.EqualTo(id));
    }

    private static async Task<int> RunAsync(string typed, string directory, TextWriter? output = null)
    {
        using StringReader input = new(typed);
        return await Recovery.RunAsync(["--dir", directory], options => Node.CreateIsolated(options, NullLoggerFactory.Instance), input, output ?? TextWriter.Null);
    }
}
