using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Documents;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Operations;

/// <summary>The node as a systemd service: what it tells systemd, and the unit file.</summary>
[TestFixture]
internal sealed class ServiceTests
{
    [Test]
    public async Task Systemd_IsToldWhenClientsAreServed_AndWhenTheNodeStops()
    {
        string directory = Directory.CreateTempSubdirectory("notify").FullName;
        using TestCluster cluster = new();
        try
        {
            string path = Path.Combine(directory, "socket");
            using Socket systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            systemd.Bind(new UnixDomainSocketEndPoint(path));
            TestNode node = await cluster.AddAsync();
            await cluster.FormAsync();
            Assert.That(await node.AskAsync("SET", "kept", "yes"), Is.EqualTo("+OK"));
            Assert.That(await node.TerminateAsync(), Is.Zero);

            node.Start(new Dictionary<string, string> { [ServiceNotification.SocketVariable] = path });
            Assert.That(await ReceiveAsync(systemd), Does.StartWith("READY=1\n"));
            Assert.That(await node.AskAsync("GET", "kept"), Is.Not.Null.And.Not.StartsWith("-LOADING"), "no waiting: it is ready");
            node.Process.Terminate();
            Assert.That(await ReceiveAsync(systemd), Does.StartWith("STOPPING=1\n"));
            Assert.That(await node.Process.ExitAsync(), Is.Zero);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Test]
    public async Task ANodeWithoutSystemd_Starts()
    {
        using TestCluster cluster = new();
        TestNode node = new(Directory.CreateTempSubdirectory("notify").FullName);
        node.Start(new Dictionary<string, string> { [ServiceNotification.SocketVariable] = "/nowhere/socket" });
        await node.ReadyAsync();
        Assert.That(await node.TerminateAsync(), Is.Zero);
        node.Dispose();
        Directory.Delete(node.Directory, recursive: true);
    }

    /// <summary>With the built server in the place of the installed one, which is all that verify may miss.</summary>
    [Test]
    public async Task TheUnitFile_IsWhatSystemdUnderstands()
    {
        if (InstalledProgram.Find("systemd-analyze") is not { } analyze)
        {
            Assert.Ignore("systemd-analyze is not installed.");
            return;
        }

        string directory = Directory.CreateTempSubdirectory("unit").FullName;
        string unit = Path.Combine(directory, "redis-raft.service");
        string text = await File.ReadAllTextAsync(SourceTree.PathOf("docs", "deploy", "redis-raft.service"));
        await File.WriteAllTextAsync(unit, text.Replace("/usr/local/bin/redis-raft-server", ServerProcess.Program, StringComparison.Ordinal));
        (int exit, string output) = await InstalledProgram.RunAsync(analyze, "verify", "--man=no", unit);
        Assert.That(output.Split('\n').Where(line => line.Contains("redis-raft.service", StringComparison.Ordinal)), Is.Empty);
        Assert.That(exit, Is.Zero, output);

        (int _, string help) = await InstalledProgram.RunAsync(analyze, "--help");
        if (help.Contains("--threshold", StringComparison.Ordinal))
        {
            (exit, output) = await InstalledProgram.RunAsync(analyze, "security", "--offline=yes", "--threshold=20", "--no-pager", unit);
            Assert.That(exit, Is.Zero, $"the document says 1.7 of 10, systemd-analyze:\n{output}");
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[1024];
        using CancellationTokenSource limit = new(Eventually.Limit);
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }
}
