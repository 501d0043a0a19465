using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Documents;
using Redis.Server.Tests.Oracle;
using StackExchange.Redis;

namespace Redis.Server.Tests.ClientLibraries;

/// <summary>The snippets of docs/clients.md: they write and count while the leader is killed, and no more is lost or counted than they say.</summary>
[TestFixture]
internal sealed partial class RetryTests() : SharedCluster(3)
{
    private const int Calls = 120;

    private const string PythonDriver = """
        import sys, time
        sys.path.insert(0, sys.argv[1])
        from retry import Cluster, OutcomeUnknown
        cluster = Cluster(*(("127.0.0.1", int(port)) for port in sys.argv[2:]))
        counted = unknown = 0
        for i in range(120):
            cluster.call("SET", f"retry:{i}", i, repeatable=True)
            try:
                cluster.call("INCR", "retry")
                counted += 1
            except OutcomeUnknown:
                unknown += 1
            time.sleep(0.01)
        assert all(cluster.call("GET", f"retry:{i}", repeatable=True) == str(i) for i in range(120))
        print(counted, unknown, cluster.call("GET", "retry", repeatable=True))
        """;

    private const string NodeDriver = """
        async function main() {
          const cluster = new Cluster(process.argv.slice(2).map((port) => `127.0.0.1:${port}`));
          let counted = 0;
          let unknown = 0;
          for (let i = 0; i < 120; i++) {
            await cluster.call(['SET', `retry:${i}`, i], { repeatable: true });
            try {
              await cluster.call(['INCR', 'retry']);
              counted++;
            } catch (error) {
              if (!(error instanceof OutcomeUnknown)) throw error;
              unknown++;
            }
            await pause(10);
          }
          for (let i = 0; i < 120; i++) {
            if (await cluster.call(['GET', `retry:${i}`], { repeatable: true }) !== `${i}`) throw new Error(`retry:${i} is lost`);
          }
          console.log(counted, unknown, await cluster.call(['GET', 'retry'], { repeatable: true }));
          process.exit(0);
        }
        main().catch((error) => { console.error(error); process.exit(1); });
        """;

    [Test]
    public async Task Python()
    {
        string python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        if (InstalledProgram.Find("python3") is null || (await InstalledProgram.RunAsync(python, "-c", "from redis.retry import Retry")).Code != 0)
            Assert.Ignore("redis-py 4 or newer is not installed.");
        await CountAsync(() => InstalledProgram.RunAsync(python, ["-c", PythonDriver, Path.GetDirectoryName(Snippet("retry.py"))!, .. Ports()]));
    }

    [Test]
    public async Task JavaScript()
    {
        if (InstalledProgram.Find("node") is null || (await InstalledProgram.RunAsync("node", "-e", "require('ioredis')")).Code != 0)
            Assert.Ignore("ioredis is not installed (NODE_PATH).");
        string script = Path.Combine(Path.GetTempPath(), $"retry-{Guid.NewGuid():N}.js");
        await File.WriteAllTextAsync(script, await File.ReadAllTextAsync(Snippet("retry.js")) + NodeDriver);
        await CountAsync(() => InstalledProgram.RunAsync("node", [script, .. Ports()]));
        File.Delete(script);
    }

    [Test]
    public async Task CSharp() => await CountAsync(async () =>
    {
        ConfigurationOptions options = new() { AbortOnConnectFail = false, AsyncTimeout = 3_000 };
        foreach (TestNode node in Cluster.Nodes)
            options.EndPoints.Add(node.Address);
        await using ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(options);
        RetryingClient client = new(redis);
        (int counted, int unknown) = (0, 0);
        for (int i = 0; i < Calls; i++)
        {
            string key = $"retry:{i}";
            await client.CallAsync(repeatable: true, database => database.StringSetAsync(key, i));
            try
            {
                await client.CallAsync(repeatable: false, database => database.StringIncrementAsync("retry"));
                counted++;
            }
            catch (OutcomeUnknownException)
            {
                unknown++;
            }
        }

        for (int i = 0; i < Calls; i++)
        {
            string key = $"retry:{i}";
            Assert.That((string?)await client.CallAsync(repeatable: true, database => database.StringGetAsync(key)), Is.EqualTo($"{i}"));
        }

        return (0, $"{counted} {unknown} {await client.CallAsync(repeatable: true, database => database.StringGetAsync("retry"))}");
    });

    [Test]
    public void ThePage_HasTheFiles()
    {
        string page = File.ReadAllText(SourceTree.PathOf("docs", "clients.md")).ReplaceLineEndings("\n");
        foreach (string name in (string[])["retry.py", "retry.js", "RetryingClient.cs"])
        {
            string file = File.ReadAllText(SourceTree.PathOf("Redis.Server.Tests", "ClientLibraries", name)).ReplaceLineEndings("\n");
            string[] fences = [.. Fence().Matches(page).Select(fence => fence.Groups[1].Value)];
            Assert.That(fences.Any(fence => fence.Length > 500 && file.EndsWith(fence, StringComparison.Ordinal)), name);
        }
    }

    /// <summary>Kills the leader while the client counts, and compares its count with the server's.</summary>
    private async Task CountAsync(Func<Task<(int Code, string Output)>> run)
    {
        await (await Cluster.LeaderAsync()).AskAsync("DEL", "retry");
        Task<(int Code, string Output)> client = run();
        TestNode leader = await Cluster.LeaderAsync();
        await Eventually.TrueAsync("the client to count", async () =>
            client.IsCompleted || (await leader.AskAsync("GET", "retry") is ['$', .. string count] && int.Parse(count, CultureInfo.InvariantCulture) > Calls / 6));
        leader.Process.Kill();
        (int code, string output) = await client;
        Assert.That(code, Is.Zero, output);
        int[] counts = [.. output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        Assert.That(counts[0] + counts[1], Is.EqualTo(Calls));
        Assert.That(counts[2], Is.InRange(counts[0], Calls), "all that was answered is there, and of the rest at most each once");
    }

    private static string Snippet(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, "ClientLibraries", name);

    private string[] Ports() => [.. Cluster.Nodes.Select(node => node.Port.ToString(CultureInfo.InvariantCulture))];

    [GeneratedRegex("^```[a-z]+\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
