using System.Diagnostics;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.ClientLibraries;

/// <summary>
/// What redis-cli does besides sending commands, against a live cluster, plainly and over TLS as a user of the ACL. Skips, and says
/// so, where it is not installed.
/// </summary>
[TestFixture(false, TestName = "RedisCliTests")]
[TestFixture(true, TestName = "RedisCliTests over TLS")]
internal sealed class RedisCliTests(bool isSecure)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ClientEntrance _entrance = new(isSecure);
    private TestCluster _cluster = null!;
    private TestNode _leader = null!;
    private string _cli = null!;

    [OneTimeSetUp]
    public async Task FormAsync()
    {
        if (InstalledProgram.Find("redis-cli") is not { } cli)
        {
            Assert.Ignore("redis-cli is not installed.");
            return;
        }

        _cli = cli;
        _cluster = await TestCluster.FormAsync(3, _entrance.Door, _entrance.ServerOptions);
        _leader = await _cluster.LeaderAsync();
        using TestClient client = await _leader.ConnectAsync();
        await client.PipelineAsync([
            new("SET", "string", "0123456789"), new("RPUSH", "list", "1", "2", "3"), new("HSET", "hash", "a", "1", "b", "2"), new("SADD", "set", "a"), new("ZADD", "zset", "1", "a"),
        ]);
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _cluster?.Dispose();
        _entrance.Dispose();
    }

    [TearDown]
    public void Report() => _cluster.ReportIfFailed();

    [Test]
    public async Task Scan_lists_the_keys()
    {
        (int code, string output) = await RunAsync("--scan", "--pattern", "*s*");
        Assert.That((code, string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal))), Is.EqualTo((0, "hash list set string zset")));
    }

    [Test]
    public async Task BigKeys_finds_the_biggest()
    {
        (int code, string output) = await RunAsync("--bigkeys");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("Biggest   list found '\"list\"' has 3 items").And.Contain("Biggest string found '\"string\"' has 10 bytes"));
    }

    [Test]
    public async Task MemKeys_finds_the_heaviest()
    {
        (int code, string output) = await RunAsync("--memkeys");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Match("Biggest   hash found '\"hash\"' has [0-9]+ bytes").And.Match("Biggest   zset found"));
    }

    [Test]
    public async Task Latency_is_measured()
    {
        (int code, string output) = await RunAsync("--latency", "--raw", "-i", "0.1");
        Assert.That(code, Is.Zero);
        Assert.That(output.Trim(), Does.Match(@"^[\d.]+ [\d.]+ [\d.]+ \d+$"));
    }

    [Test]
    public async Task Stat_prints_a_line_an_interval()
    {
        // Its output is buffered when nobody looks at it: it must be asked for often enough to fill a buffer.
        using Process process = Start("--stat", "-i", "0.001");
        string? line = null;
        using CancellationTokenSource limit = new(Limit);
        for (int i = 0; i < 6; i++)
            line = await process.StandardOutput.ReadLineAsync(limit.Token);
        process.Kill();
        Assert.That(line, Does.Match(@"^\d+\s+[\d.]+[BKMG]\s+\d+\s+\d+\s+\d+ \(\+\d+\)\s+\d+"));
    }

    [Test]
    public async Task Pipe_loads_in_bulk()
    {
        using Process process = Start("--pipe");
        byte[] requests = TestClient.Encode(Enumerable.Range(0, 1000).Select(i => new Request("SET", $"pipe:{i}", "v")));
        await process.StandardInput.BaseStream.WriteAsync(requests);
        process.StandardInput.Close();
        (int code, string output) = await EndAsync(process);
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("errors: 0, replies: 1000"));
        Assert.That(await _leader.AskAsync(["DEL", .. Enumerable.Range(0, 1000).Select(i => $"pipe:{i}")]), Is.EqualTo(":1000"));
    }

    [Test]
    public async Task Rdb_is_refused_with_the_reason()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "refused.rdb");
        (int code, string output) = await RunAsync("--rdb", file);
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("SYNC with master failed: -ERR not supported by RedisRaft: "));
    }

    [Test]
    public async Task Resp3_shows_types()
    {
        (int code, string output) = await RunAsync("-3", "--no-raw", "HGETALL", "hash");
        Assert.That((code, output.Trim()), Is.EqualTo((0, "1# \"a\" => \"1\"\n2# \"b\" => \"2\"")));
    }

    [TestCase("--latency-history", " seconds range")]
    [TestCase("--latency-dist", "from 1 to 9     milliseconds")]
    public async Task Latency_is_shown_over_time_and_by_spread(string option, string sign)
    {
        using Process process = Start(option, "--no-raw", "-i", "0.1");
        using CancellationTokenSource limit = new(Limit);
        string line = "";
        while (!line.Contains(sign, StringComparison.Ordinal))
            line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException(line);
        process.Kill();
    }

    [Test]
    public async Task Hotkeys_says_what_it_lacks()
    {
        (int code, string output) = await RunAsync("--hotkeys");
        Assert.That(code, Is.Not.Zero);
        Assert.That(output, Does.Contain("An LFU maxmemory policy is not selected"));
    }

    [Test]
    public async Task Eval_runs_a_file()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.lua");
        await File.WriteAllTextAsync(file, "return {KEYS[1], ARGV[1], redis.call('get', KEYS[1])}");
        Assert.That(await RunAsync("--eval", file, "string", ",", "more"), Is.EqualTo((0, "string\nmore\n0123456789\n")));
        File.Delete(file);
    }

    [TestCase("--csv", "\"1\",\"2\",\"3\"")]
    [TestCase("--json", "[\"1\",\"2\",\"3\"]")]
    [TestCase("--no-raw", "1) \"1\"\n2) \"2\"\n3) \"3\"")]
    [TestCase("--raw", "1\n2\n3")]
    public async Task Replies_are_written_as_asked(string format, string expected) =>
        Assert.That(await RunAsync(format, "LRANGE", "list", "0", "-1"), Is.EqualTo((0, expected + "\n")));

    [Test]
    public async Task The_last_argument_comes_from_standard_input()
    {
        using Process process = Start("-x", "SET", "from-stdin");
        await process.StandardInput.WriteAsync("several\nlines");
        process.StandardInput.Close();
        Assert.That(await EndAsync(process), Is.EqualTo((0, "OK\n")));
        Assert.That(await _leader.AskAsync("GET", "from-stdin"), Is.EqualTo("$several\nlines"));
        Assert.That(await _leader.AskAsync("DEL", "from-stdin"), Is.EqualTo(":1"));
    }

    [Test]
    public async Task Subscribers_and_monitors_are_shown_what_comes()
    {
        using Process subscriber = Start("--csv", "SUBSCRIBE", "cli:news");
        using Process monitor = Start("MONITOR");
        using CancellationTokenSource limit = new(Limit);
        Assert.That(await monitor.StandardOutput.ReadLineAsync(limit.Token), Is.EqualTo("OK"));
        await Eventually.TrueAsync("the subscriber", async () => await _leader.AskAsync("PUBLISH", "cli:news", "hello") == ":1");
        string heard = "";
        while (!heard.EndsWith("\"hello\"", StringComparison.Ordinal))
            heard = await subscriber.StandardOutput.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException(heard);
        Assert.That(heard, Is.EqualTo("\"message\",\"cli:news\",\"hello\""));
        string seen = "";
        while (!seen.EndsWith("\"PUBLISH\" \"cli:news\" \"hello\"", StringComparison.Ordinal))
            seen = await monitor.StandardOutput.ReadLineAsync(limit.Token) ?? throw new EndOfStreamException(seen);
        subscriber.Kill();
        monitor.Kill();
    }

    [Test]
    public async Task Cluster_call_asks_every_node()
    {
        (int code, string output) = await EndAsync(Process.Start(Setup("--cluster", "call", _leader.Address, "PING"))!);
        Assert.That(code, Is.Zero, output);
        foreach (TestNode node in _cluster.Nodes)
            Assert.That(output, Does.Contain($"{node.Address}: PONG"));
    }

    [TestCase("check", "[OK] All 16384 slots covered.")]
    [TestCase("info", "[OK] ")]
    public async Task Cluster_subcommands_see_one_shard(string subcommand, string expected)
    {
        (int code, string output) = await EndAsync(Process.Start(Setup("--cluster", subcommand, _leader.Address))!);
        Assert.That(output, Does.Contain(expected).And.Contain("16384 slots | 2 slaves"));
        Assert.That(code, Is.Zero, output);
    }

    private ProcessStartInfo Setup(params string[] arguments) => new(_cli, [.. _entrance.CliArguments, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    private Process Start(params string[] arguments) => Process.Start(Setup(["-p", $"{_leader.Port}", .. arguments]))!;

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => EndAsync(Start(arguments));

    private static async Task<(int Code, string Output)> EndAsync(Process process)
    {
        using (process)
            return await InstalledProgram.EndAsync(process, Limit);
    }
}
