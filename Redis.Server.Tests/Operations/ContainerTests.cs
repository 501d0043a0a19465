using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using NUnit.Framework;
using Redis.Server.Configuration;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Documents;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Operations;

/// <summary>What goes into the image, and the files that start it, tried without a container engine.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")] // the files are for Linux
internal sealed class ContainerTests
{
    private string _root = null!;

    private static string EntryPoint => SourceTree.PathOf("docs", "deploy", "entrypoint.sh");

    private static string HealthCheck => SourceTree.PathOf("docs", "deploy", "health-check.sh");

    [SetUp]
    public void SetUp()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("The image is one for Linux.");
        _root = Directory.CreateTempSubdirectory("image").FullName;
    }

    [TearDown]
    public void TearDown() => Directory.Delete(_root, recursive: true);

    [TestCase("", "a1b2c3", "", "--dir /data --protected-mode no")]
    [TestCase("--bind 0.0.0.0", "a1b2c3", "", "--dir /data --protected-mode no --bind 0.0.0.0")]
    [TestCase("--bind 0.0.0.0 --raft.follower-proxy yes", "x9.redisraft.host", "", "--dir /data --protected-mode no --bind 0.0.0.0 --raft.follower-proxy yes --raft.addr x9.redisraft.host:6379")]
    [TestCase("--port 7000", "x9.redisraft.host", "", "--dir /data --protected-mode no --port 7000 --raft.addr x9.redisraft.host:7000")]
    [TestCase("--port 0 --tls-port 7001", "x9.redisraft.host", "", "--dir /data --protected-mode no --port 0 --tls-port 7001 --raft.addr x9.redisraft.host:7001")]
    [TestCase("--raft.addr a:1 --protected-mode yes", "x9.redisraft.host", "", "--dir /data --protected-mode no --raft.addr a:1 --protected-mode yes")]
    [TestCase("--bind 0.0.0.0", "x9.redisraft.host", "node1:6379", "--dir /data --protected-mode no --bind 0.0.0.0 --raft.addr node1:6379")]
    [TestCase("/etc/node.conf --port 7000", "a1b2c3", "", "/etc/node.conf --dir /data --port 7000")]
    [TestCase("redis-server --bind 0.0.0.0 --loadmodule redisraft.so", "x9.redisraft.host", "", "--dir /data --protected-mode no --bind 0.0.0.0 --loadmodule redisraft.so --raft.addr x9.redisraft.host:6379")]
    public async Task TheEntryPoint_AddsDirectoryAndAddress(string arguments, string hostName, string address, string started)
    {
        Fake("redis-raft-server", "echo \"$@\"");
        Fake("hostname", $"echo {hostName}");
        (int code, string output) = await InstalledProgram.RunAsync(Shell(EntryPoint, arguments, ("RAFT_ADDR", address)));
        Assert.That((code, output.Trim()), Is.EqualTo((0, started)));
    }

    [Test]
    public async Task TheEntryPoint_RunsAnythingElseAsItIs()
    {
        Fake("redis-raft-server", "exit 9");
        (int code, string output) = await InstalledProgram.RunAsync(Shell(EntryPoint, "echo redis-cli -h node1"));
        Assert.That((code, output.Trim()), Is.EqualTo((0, "redis-cli -h node1")));
    }

    /// <summary>What compose.yml and kubernetes.yml make of the image, with processes: host names, no INIT, the health check, SIGTERM.</summary>
    [Test]
    public async Task ThreeNodesOfTheImage_FormAClusterByTheirHostNames()
    {
        if (InstalledProgram.Find("redis-cli") is null)
            Assert.Ignore("redis-cli is not installed.");
        Fake("redis-raft-server", $"exec \"{ServerProcess.Program}\" \"$@\"");
        int[] ports = [LoopbackPorts.Next(), LoopbackPorts.Next(), LoopbackPorts.Next()];
        string list = string.Join(',', ports.Select(port => $"localhost:{port}"));
        List<Process> nodes = [];
        try
        {
            foreach (int port in ports)
            {
                string data = Directory.CreateDirectory(Path.Combine(_root, $"data{port}")).FullName;
                ProcessStartInfo start = Shell(EntryPoint, $"--bind 127.0.0.1 --port {port} --logfile node.log --raft.bootstrap {list}",
                    ("RAFT_ADDR", $"localhost:{port}"), ("DATA_DIR", data), (NodeProcess.StopWithParent, "1"));
                start.RedirectStandardInput = true;
                nodes.Add(Process.Start(start)!);
            }

            foreach (int port in ports)
                await Eventually.TrueAsync($"node {port} to be healthy", async () => (await InstalledProgram.RunAsync(Shell(HealthCheck, $"{port}"))).Code == 0);
            await Eventually.TrueAsync("a cluster of three", async () =>
            {
                (_, string info) = await InstalledProgram.RunAsync("redis-cli", "-p", $"{ports[0]}", "INFO", "raft");
                return info.Contains("raft_num_voting_nodes:3", StringComparison.Ordinal);
            });
            await Eventually.TrueAsync("a write", async () =>
            {
                (_, string reply) = await InstalledProgram.RunAsync("redis-cli", "-c", "-p", $"{ports[1]}", "SET", "a", "1");
                return reply.Contains("OK", StringComparison.Ordinal);
            });

            Assert.That((await InstalledProgram.RunAsync("/bin/sh", "-c", $"kill -TERM {nodes[0].Id}")).Code, Is.Zero);
            await nodes[0].WaitForExitAsync(new CancellationTokenSource(Eventually.Limit).Token);
            Assert.That(nodes[0].ExitCode, Is.Zero, "the entry point has become the server: it gets the signal");
            Assert.That((await InstalledProgram.RunAsync(Shell(HealthCheck, $"{ports[0]}"))).Code, Is.EqualTo(1), "nobody answers");
        }
        finally
        {
            foreach (Process node in nodes)
            {
                if (!node.HasExited)
                {
                    node.Kill();
                    await node.WaitForExitAsync();
                }

                node.Dispose();
            }
        }
    }

    [Test]
    public async Task ANodeThatWantsAPassword_IsHealthy()
    {
        if (InstalledProgram.Find("redis-cli") is null)
            Assert.Ignore("redis-cli is not installed.");
        using TestNode node = new(Path.Combine(_root, "node"), "--requirepass", "secret");
        node.Start();
        await node.ReadyAsync();
        Assert.That((await InstalledProgram.RunAsync(Shell(HealthCheck, $"{node.Port}"))).Code, Is.Zero);
    }

    /// <summary>The options in the files are ones the server takes. What is YAML about them, an engine has to say.</summary>
    [TestCase("compose.yml")]
    [TestCase("stack.yml")]
    [TestCase("kubernetes.yml")]
    [TestCase("Dockerfile")]
    public void TheirOptions_AreTheServers(string file)
    {
        string text = File.ReadAllText(SourceTree.PathOf("docs", "deploy", file));
        string[] named = [.. text.Split(' ', '"', ',', '[', ']', '\n').Where(word => word.StartsWith("--", StringComparison.Ordinal) && word.Contains("raft.", StringComparison.Ordinal) | word == "--bind")];
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Not.Contain("\t"));
            Assert.That(named, Is.Not.Empty);
            foreach (string name in named)
                Assert.That(new ServerOptions().Table.Find(name[2..]), Is.Not.Null, name);
        });
    }

    /// <summary>A container of 128 MB, whose limit the runtime turns into one of its heap of three quarters of that.</summary>
    [Test]
    public async Task ANodeIn128Megabytes_RefusesWritesAtMaxmemory_AndGoesOn()
    {
        const long limit = 128L << 20;
        using TestNode node = new(Path.Combine(_root, "node"), "--maxmemory", "24mb", "--raft.log-max-cache-size", "4mb", "--raft.log-max-file-size", "16mb");
        node.Start(new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = (limit * 3 / 4).ToString("X", CultureInfo.InvariantCulture) }, "--raft.bootstrap", node.Address);
        await node.ReadyAsync();
        using TestClient client = await node.ConnectAsync();
        await Eventually.TrueAsync("a cluster of one", async () => await client.AskAsync("SET", "first", "1") == "+OK");
        string value = new('v', 16 * 1024);
        string reply = "";
        for (int i = 0; i < 20_000 && !reply.StartsWith("-OOM", StringComparison.Ordinal); i++)
            reply = await client.AskAsync("SET", $"key{i}", value);
        Assert.That(reply, Does.StartWith("-OOM"));
        Assert.That(await client.AskAsync("GET", "first"), Is.EqualTo("$1"));
        Assert.That(await client.AskAsync("FLUSHALL"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("SET", "key", value), Is.EqualTo("+OK"));
        long peak = File.ReadLines($"/proc/{node.Process.Id}/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10).Single();
        TestContext.Out.WriteLine($"peak of resident memory: {peak >> 20} MB");
        Assert.That(peak, Is.LessThan(limit));
    }

    private void Fake(string name, string body)
    {
        string path = Path.Combine(_root, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A script of the image, in whose path the test's own programs come first.</summary>
    private ProcessStartInfo Shell(string script, string arguments, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new("/bin/sh", [script, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        start.Environment["PATH"] = $"{_root}{Path.PathSeparator}{start.Environment["PATH"]}";
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return start;
    }
}
