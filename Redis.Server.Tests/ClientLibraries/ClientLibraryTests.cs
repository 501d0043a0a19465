using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.ClientLibraries;

/// <summary>
/// Clients that people use, each with a short script against a live cluster, plainly and over TLS as a user of the ACL. Skips, and
/// says so, where one is not installed.
/// </summary>
[TestFixture(false, TestName = "ClientLibraryTests")]
[TestFixture(true, TestName = "ClientLibraryTests over TLS")]
internal sealed class ClientLibraryTests(bool isSecure) : ClientCluster(isSecure)
{
    [Test]
    public async Task RedisPy()
    {
        string python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : Require("python3");
        if ((await InstalledProgram.RunAsync(python, "-c", "from redis.cluster import RedisCluster")).Code != 0)
        {
            Assert.Ignore("redis-py 4 or newer is not installed.");
        }

        await RunScriptAsync(python, "smoke.py");
    }

    [Test]
    public async Task IoRedis()
    {
        string node = Require("node");
        if ((await InstalledProgram.RunAsync(node, "-e", "require('ioredis')")).Code != 0)
        {
            Assert.Ignore("ioredis is not installed (NODE_PATH).");
        }

        await RunScriptAsync(node, "smoke.js");
    }

    [Test]
    public async Task NodeRedis()
    {
        string node = Require("node");
        if ((await InstalledProgram.RunAsync(node, "-e", "require('redis')")).Code != 0)
        {
            Assert.Ignore("node-redis is not installed (NODE_PATH).");
        }

        await RunScriptAsync(node, "smoke-node-redis.js");
    }

    [TestCase(TestName = "redis-cli, RESP2")]
    [TestCase("-3", TestName = "redis-cli, RESP3")]
    [TestCase("-c", TestName = "redis-cli, following MOVED")]
    public async Task RedisCli(params string[] options)
    {
        string cli = Require("redis-cli");
        TestNode node = options is ["-c"] ? await Cluster.FollowerAsync() : await Cluster.LeaderAsync();
        (int code, string output) = await InstalledProgram.RunAsync(cli, [.. options, .. Entrance.CliArguments, "-p", $"{node.Port}", "SET", "cli:s", "v"]);
        Assert.That((code, output.Trim()), Is.EqualTo((0, "OK")));
        (code, output) = await InstalledProgram.RunAsync(cli, [.. options, .. Entrance.CliArguments, "-p", $"{node.Port}", "GET", "cli:s"]);
        Assert.That((code, output.Trim()), Is.EqualTo((0, "v")));
    }

    private static string Require(string program)
    {
        string? path = InstalledProgram.Find(program);
        if (path is null)
        {
            Assert.Ignore($"{program} is not installed.");
        }

        return path!;
    }

    private async Task RunScriptAsync(string interpreter, string script)
    {
        string path = Path.Combine(TestContext.CurrentContext.TestDirectory, "ClientLibraries", script);
        TestNode leader = await Cluster.LeaderAsync();
        TestNode follower = await Cluster.FollowerAsync();
        (int code, string output) = await InstalledProgram.RunAsync(interpreter, [path, $"{leader.Port}", $"{follower.Port}", .. Entrance.ScriptArguments]);
        Assert.That((code, output.Trim()), Is.EqualTo((0, "ok")));
    }
}
