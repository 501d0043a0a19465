using NUnit.Framework;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Cluster;

/// <summary>What a node answers while it loads its snapshot, which key-load-delay draws out.</summary>
[TestFixture]
internal sealed class LoadingTests
{
    private const int Keys = 4000;

    private TestCluster _cluster = null!;

    [SetUp]
    public async Task FormAsync() => _cluster = await TestCluster.FormAsync(1);

    [TearDown]
    public void TearDown()
    {
        _cluster.ReportIfFailed();
        _cluster.Dispose();
    }

    [Test]
    public async Task ANodeThatLoads_SaysHowFarItIs()
    {
        TestNode node = _cluster.Nodes[0];
        Assert.That(await node.AskAsync("RAFT.DEBUG", "EXEC", "DEBUG", "POPULATE", $"{Keys}"), Is.EqualTo("+OK"));
        Assert.That(await node.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        Assert.That(await PersistenceAsync(node), Does.Contain("loading:0").And.Not.Contain("loading_"));
        Assert.That(await node.TerminateAsync(), Is.Zero);

        node.Start("--key-load-delay", "100000");
        await node.ReadyAsync();
        using TestClient client = await node.ConnectAsync();
        RaftInfo some = await Eventually.GetAsync("some keys to be loaded", async () =>
            new RaftInfo(await PersistenceAsync(node)) is { } info && info.Number("loading_loaded_keys") > 2 ? info : null);
        Assert.That(await client.AskAsync("GET", "key:0"), Is.EqualTo("-LOADING Raft module is loading data"));
        Assert.That(await client.AskAsync("SET", "key:0", "1"), Is.EqualTo("-LOADING Raft module is loading data"));
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That((await node.InfoAsync()).State, Is.EqualTo("loading"));
        Assert.That(some.Number("loading"), Is.EqualTo(1));
        Assert.That(some.Number("loading_start_time"), Is.Positive);
        Assert.That(some.Number("loading_total_bytes"), Is.EqualTo(new FileInfo(Path.Combine(node.Directory, "dump.rdb")).Length));
        Assert.That(some.Number("loading_rdb_used_mem"), Is.GreaterThan(Keys));
        Assert.That(some.Number("loading_loaded_bytes"), Is.Positive);
        Assert.That(some.Field("loading_loaded_perc"), Does.Match(@"^\d+\.\d\d$"));
        Assert.That(some.Number("loading_eta_seconds"), Is.Positive);
        await Eventually.TrueAsync("more keys to be loaded", async () =>
            new RaftInfo(await PersistenceAsync(node)).Number("loading_loaded_keys") > some.Number("loading_loaded_keys"));
        await Eventually.TrueAsync("the log to tell of it", () => Task.FromResult(
            node.Output.Split('\n').Any(line => line.Contains("Loading ", StringComparison.Ordinal) && line.Contains(" keys, ", StringComparison.Ordinal))));

        Assert.That(await client.AskAsync("CONFIG", "SET", "key-load-delay", "0"), Is.EqualTo("+OK"));
        await _cluster.LeaderAsync();
        Assert.That(await client.AskAsync("DBSIZE"), Is.EqualTo($":{Keys}"));
        Assert.That(await PersistenceAsync(node), Does.Contain("loading:0").And.Contain($"rdb_last_load_keys_loaded:{Keys}").And.Not.Contain("loading_"));
    }

    private static Task<string> PersistenceAsync(TestNode node) => node.AskAsync("INFO", "persistence");
}
