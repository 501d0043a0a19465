using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>READONLY at a follower, and the leader's own choices between asking and not asking for reads.</summary>
[TestFixture]
internal sealed class FollowerReadTests
{
    // Long enough that a leader whose followers stand still goes on leading while the test looks at it.
    private readonly string[] _patient = ["--raft.election-timeout", "20000"];

    private TestCluster _cluster = null!;

    [TearDown]
    public void TearDown()
    {
        _cluster.ReportIfFailed();
        _cluster.Dispose();
    }

    [Test]
    public async Task A_follower_answers_as_fresh_as_the_leader()
    {
        _cluster = await TestCluster.FormAsync(3);
        using TestClient leader = await (await _cluster.LeaderAsync()).ConnectAsync();
        TestNode node = await _cluster.FollowerAsync();
        using TestClient follower = await node.ConnectAsync();
        Assert.That(await follower.AskAsync("GET", "n"), Does.StartWith("-MOVED 0 "));
        Assert.That(await follower.AskAsync("READONLY"), Is.EqualTo("+OK"));
        for (int i = 1; i <= 200; i++)
        {
            await leader.CallAsync("INCR", "n");
            Assert.That(await follower.AskAsync("GET", "n"), Is.EqualTo($"${i}"));
        }

        Assert.That(await follower.AskAsync("INCR", "n"), Does.StartWith("-MOVED 0 "));
        Reply[] mixed = await follower.PipelineAsync([new("GET", "n"), new("SET", "n", "0"), new("GET", "n"), new("MULTI"), new("GET", "n"), new("EXEC")]);
        Assert.That(mixed.Select(ReplyText.Of), Is.EqualTo(new[] { "$200", ReplyText.Of(mixed[1]), "$200", "+OK", "+QUEUED", "[$200]" }));
        Assert.That(ReplyText.Of(mixed[1]), Does.StartWith("-MOVED 0 "));

        await leader.CallAsync("PSETEX", "short", "1", "v");
        await Eventually.TrueAsync("the key to go", async () => await follower.AskAsync("GET", "short") == "(nil)");
        Assert.That(await follower.AskAsync("READWRITE"), Is.EqualTo("+OK"));
        Assert.That(await follower.AskAsync("GET", "n"), Does.StartWith("-MOVED 0 "));
    }

    [Test]
    public async Task Without_a_majority_only_stale_reads_are_answered()
    {
        _cluster = await TestCluster.FormAsync(3, _patient);
        TestNode leader = await _cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        await client.CallAsync("SET", "k", "v");
        await _cluster.SettledAsync();
        TestNode follower = await _cluster.FollowerAsync();
        using TestClient reader = await follower.ConnectAsync();
        await reader.CallAsync("READONLY");
        TestNode other = _cluster.Nodes.Single(node => node != leader && node != follower);
        other.Process.Stop();
        leader.Process.Stop();
        Task<Reply> waiting = reader.CallAsync("GET", "k");
        using TestClient stale = await follower.ConnectAsync();
        await stale.CallAsync("READONLY");
        await stale.CallAsync("CONFIG", "SET", "raft.follower-reads", "stale");
        Assert.That(await stale.AskAsync("GET", "k"), Is.EqualTo("$v"));
        Assert.That(waiting.IsCompleted, Is.False);
        leader.Process.Continue();
        other.Process.Continue();
        // Answered now, or given up when the nodes noticed how long the leader had been silent; never answered before.
        Assert.That(ReplyText.Of(await waiting), Is.EqualTo("$v").Or.StartsWith("-TIMEOUT "));
    }

    [Test]
    public async Task A_leader_may_be_told_to_answer_alone()
    {
        _cluster = await TestCluster.FormAsync(3, _patient);
        TestNode leader = await _cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        await client.CallAsync("SET", "k", "v");
        foreach (TestNode node in _cluster.Nodes.Where(node => node != leader))
            node.Process.Stop();
        await client.CallAsync("CONFIG", "SET", "raft.quorum-reads", "no");
        Assert.That(await client.AskAsync("GET", "k"), Is.EqualTo("$v"));
        foreach (TestNode node in _cluster.Nodes.Where(node => node != leader))
            node.Process.Continue();
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.quorum-reads", "lease"), Does.Contain("lease can only be chosen"));
        Assert.That((await client.CallAsync("CONFIG", "GET", "raft.quorum-reads")).Elements[1].AsString, Is.EqualTo("no"));
    }

    [Test]
    public async Task A_lease_saves_the_rounds()
    {
        _cluster = await TestCluster.FormAsync(3, "--raft.quorum-reads", "lease", "--raft.election-timeout", "5000");
        TestNode leader = await _cluster.LeaderAsync();
        TestNode follower = await _cluster.FollowerAsync();
        using TestClient client = await leader.ConnectAsync();
        await client.CallAsync("SET", "k", "v");
        long before = (await follower.InfoAsync()).Number("raft_appendreq_received");
        for (int i = 0; i < 500; i++)
            Assert.That(await client.AskAsync("GET", "k"), Is.EqualTo("$v"));
        Assert.That((await follower.InfoAsync()).Number("raft_appendreq_received") - before, Is.LessThan(250));
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.election-timeout", "1000"), Does.Contain("stands still"));
    }
}
