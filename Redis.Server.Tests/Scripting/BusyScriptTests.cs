using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

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

    /// <summary>What is said while a script runs, in this order, on one connection.</summary>
    private static readonly string[] Conversation =
    [
        "PING", "GET k", "SET k v", "WATCH k", "MULTI", "GET k", "EXEC", "MULTI", "DISCARD", "WATCH k", "UNWATCH", "MULTI", "WATCH k", "MULTI", "DISCARD", "EXEC", "DISCARD",
        "INFO", "CONFIG GET maxmemory", "CLIENT ID", "SUBSCRIBE c", "SCRIPT EXISTS a", "SCRIPT FLUSH", "EVAL return 0", "EVAL_RO return 0", "FUNCTION LIST", "COMMAND COUNT", "SHUTDOWN",
        "SHUTDOWN SAVE", "DBSIZE", "TIME", "SELECT 0", "ECHO x", "NONSENSE", "GET", "WATCH", "AUTH nobody nothing", "RESET", "WATCH k",
    ];

    [Test]
    public async Task While_a_script_runs_long_others_are_answered_as_by_Redis()
    {
        string library = "#!lua name=busy\nredis.register_function('busy', function() while true do end end)";
        using TestCluster cluster = await TestCluster.FormAsync(1);
        int[] ports = [OracleServer.Port, cluster.Nodes[0].Port];
        string[] transcripts = [];
        foreach (int port in ports)
        {
            using TestClient runs = await TestClient.ConnectAsync(port), other = await TestClient.ConnectAsync(port), waits = await TestClient.ConnectAsync(port);
            string threshold = (await other.AskAsync("CONFIG", "GET", "busy-reply-threshold")).Split(" $")[1].TrimEnd(']');
            await other.AskAsync("FLUSHALL");
            await other.AskAsync("FUNCTION", "LOAD", "REPLACE", library);
            await other.AskAsync("CONFIG", "SET", "busy-reply-threshold", "20");
            List<string> transcript = [];
            Task<string> waiting = waits.AskAsync("BLPOP", "list", "0");

            Task<string> reply = runs.AskAsync("EVAL", "while true do end", "0");
            await Eventually.TrueAsync("others to be told BUSY", async () => await other.AskAsync("PING") == Busy);
            foreach (string line in Conversation)
                transcript.Add($"{line} -> {await other.AskAsync(line.StartsWith("EVAL", StringComparison.Ordinal) ? [.. line.Split(' ', 2), "0"] : line.Split(' '))}");
            transcript.Add($"HELLO 3 -> {(await other.AskAsync("HELLO", "3"))[..1]}");
            transcript.Add($"FUNCTION STATS -> {await other.AskAsync("FUNCTION", "STATS")}");
            transcript.Add($"FUNCTION KILL -> {await other.AskAsync("FUNCTION", "KILL")}");
            using (TestClient leaves = await TestClient.ConnectAsync(port))
                transcript.Add($"QUIT -> {await leaves.AskAsync("QUIT")}");
            transcript.Add($"SCRIPT KILL -> {await other.AskAsync("SCRIPT", "KILL")}");
            transcript.Add($"EVAL -> {await reply}");
            Reply[] transaction = await other.PipelineAsync([new("MULTI"), new("SET", "k", "v"), new("EXEC")]);
            transcript.Add($"EXEC, watched while busy -> {ReplyText.Of(transaction[2])}");

            reply = runs.AskAsync("FCALL", "busy", "0");
            await Eventually.TrueAsync("others to be told BUSY", async () => (await other.AskAsync("PING")).StartsWith("-BUSY", StringComparison.Ordinal));
            transcript.Add($"PING -> {await other.AskAsync("PING")}");
            transcript.Add($"RPUSH -> {await other.AskAsync("RPUSH", "list", "a")}");
            Reply stats = await other.CallAsync("FUNCTION", "STATS");
            transcript.Add($"FUNCTION STATS -> {string.Join(' ', stats.Elements[1].Elements.Take(4).Select(ReplyText.Of))}");
            transcript.Add($"SCRIPT KILL -> {await other.AskAsync("SCRIPT", "KILL")}");
            transcript.Add($"FUNCTION KILL -> {await other.AskAsync("FUNCTION", "KILL")}");
            transcript.Add($"FCALL -> {await reply}");
            transcript.Add($"FUNCTION KILL -> {await other.AskAsync("FUNCTION", "KILL")}");
            transcript.Add($"SCRIPT KILL -> {await other.AskAsync("SCRIPT", "KILL")}");
            transcript.Add($"RPUSH -> {await other.AskAsync("RPUSH", "list", "a")}");
            transcript.Add($"BLPOP -> {await waiting}");
            await other.AskAsync("CONFIG", "SET", "busy-reply-threshold", threshold);
            await other.AskAsync("FUNCTION", "FLUSH");
            if (transcripts.Length == 0)
                transcripts = [.. transcript];
            else
                Assert.That(transcript, Is.EqualTo(transcripts));
        }
    }

    [Test]
    public async Task What_was_answered_before_a_script_that_runs_long_does_not_wait_for_its_end()
    {
        using TestCluster cluster = await TestCluster.FormAsync(1);
        using TestClient runs = await cluster.Nodes[0].ConnectAsync(), other = await cluster.Nodes[0].ConnectAsync();
        await other.AskAsync("CONFIG", "SET", "busy-reply-threshold", "20", "script-max-instructions", "100000000000");
        await runs.SendAsync(TestClient.Encode(new Request("EVAL", "return 1", "0"), new Request("EVAL", "while true do end", "0")));
        Assert.That(ReplyText.Of(await runs.ReadAsync()), Is.EqualTo(":1"));
        await Eventually.TrueAsync("the script to be killed", async () => await other.AskAsync("SCRIPT", "KILL") == "+OK");
        Assert.That(ReplyText.Of(await runs.ReadAsync()), Does.StartWith("-ERR Script killed by user with SCRIPT KILL..."));
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
