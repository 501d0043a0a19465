using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Scripting;

/// <summary>Scripts that run long on three nodes: others are told BUSY, a kill ends them on all nodes alike.</summary>
[TestFixture]
internal sealed class BusyScriptTests
{
    private const string Busy = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";

    [Test]
    public async Task A_kill_ends_a_script_on_all_nodes_alike()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3);
        TestNode leader = await cluster.LeaderAsync();
        using TestClient runs = await leader.ConnectAsync(), other = await leader.ConnectAsync();
        await other.AskAsync("CONFIG", "SET", "busy-reply-threshold", "20", "script-max-instructions", "100000000000");

        string[][] scripts =
        [
            ["EVAL", "while true do end", "0"],
            ["EVAL", "pcall(function() while true do end end) while true do end", "0"],
            ["EVAL_RO", "while true do end ", "0"],
        ];
        foreach (string[] script in scripts)
        {
            Task<string> reply = runs.AskAsync(script);
            await Eventually.TrueAsync("others to be told BUSY", async () => await other.AskAsync("PING") == Busy);
            Assert.That(await other.AskAsync("GET", "k"), Is.EqualTo(Busy));
            Assert.That(await other.AskAsync("SET", "k", "v"), Is.EqualTo(Busy));
            Assert.That(await other.AskAsync("FUNCTION", "KILL"), Is.EqualTo(Busy));
            Assert.That(await other.AskAsync("SCRIPT", "KILL"), Is.EqualTo("+OK"));
            Assert.That(await reply, Does.StartWith("-ERR Script killed by user with SCRIPT KILL..."));
            Assert.That(await other.AskAsync("PING"), Is.EqualTo("+PONG"));
            Assert.That(await other.AskAsync("SCRIPT", "KILL"), Does.StartWith("-NOTBUSY"));
        }

        Assert.That(await other.AskAsync("SET", "k", "v"), Is.EqualTo("+OK"));
        await AssertAlikeAsync(cluster);
    }

    [Test]
    public async Task A_script_that_has_written_ends_by_itself_also_under_a_new_leader()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3);
        TestNode leader = await cluster.LeaderAsync();
        using TestClient runs = await leader.ConnectAsync(), other = await leader.ConnectAsync();
        await other.AskAsync("CONFIG", "SET", "busy-reply-threshold", "20", "script-max-instructions", "30000000");
        Task<string> reply = Task.FromResult("");
        await Eventually.TrueAsync("a kill to come while the script runs", async () =>
        {
            await reply;
            reply = runs.AskAsync("EVAL", "redis.call('incr', 'n') while true do end", "0");
            string answer = "";
            while (!reply.IsCompleted && !answer.StartsWith("-UNKILLABLE Sorry the script already executed write commands", StringComparison.Ordinal))
                answer = await other.AskAsync("SCRIPT", "KILL"); // the first may come before the script does
            return answer.StartsWith("-UNKILLABLE", StringComparison.Ordinal);
        });
        leader.Process.Kill();
        await reply.ContinueWith(_ => { }, TaskScheduler.Default); // answered or not: its node is gone

        await Eventually.TrueAsync("a new leader to be done with it", async () => await (await cluster.LeaderAsync()).AskAsync("SET", "m", "1") == "+OK");
        TestNode next = await cluster.LeaderAsync();
        Assert.That(await next.AskAsync("GET", "n"), Does.Match("^[$]?[1-9]"));
        leader.Start();
        await leader.ReadyAsync();
        await AssertAlikeAsync(cluster);
    }

    private static async Task AssertAlikeAsync(TestCluster cluster)
    {
        await cluster.SettledAsync();
        string[] digests = await Task.WhenAll(cluster.Nodes.Select(node => node.AskAsync("RAFT.DEBUG", "EXEC", "DEBUG", "DIGEST")));
        Assert.That(digests, Is.All.EqualTo(digests[0]));
    }
}
