using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>CLIENT PAUSE, MONITOR, and the idle time-out.</summary>
[TestFixture]
internal sealed class PauseAndMonitorTests : SingleNode
{
    [TestCase("WRITE", "SET k v", TestName = "A pause of writes holds back a write until it is ended")]
    [TestCase("WRITE", "PUBLISH c m", TestName = "A pause of writes holds back PUBLISH")]
    [TestCase("WRITE", "SPUBLISH c m", TestName = "A pause of writes holds back SPUBLISH")]
    [TestCase("WRITE", "PFCOUNT k", TestName = "A pause of writes holds back PFCOUNT")]
    [TestCase("WRITE", "EVAL return\t1 0", TestName = "A pause of writes holds back a script that does not say what it does")]
    [TestCase("WRITE", "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0", TestName = "A pause of writes holds back a script by its name")]
    [TestCase("WRITE", "FCALL nosuch 0", TestName = "A pause of writes holds back a function")]
    public async Task APause_HoldsBack_UntilItsEnd(string kind, string command)
    {
        using TestClient admin = await ConnectAsync();
        using TestClient client = await ConnectAsync();
        Assert.That(await admin.AskAsync("CLIENT", "PAUSE", "100000", kind), Is.EqualTo("+OK"));
        await client.SendAsync(TestClient.Encode(new Request(command.Split(' ')), new Request("PING")));
        await Eventually.TrueAsync("the client to be held back", async () => (await admin.AskAsync("INFO", "clients")).Contains("blocked_clients:1\r", StringComparison.Ordinal));
        Assert.That(await admin.AskAsync("CLIENT", "LIST"), Does.Contain(" flags=b "));
        Assert.That(await admin.AskAsync("CLIENT", "UNPAUSE"), Is.EqualTo("+OK"));
        Assert.That((await client.ReadAsync(2)).Select(ReplyText.Of).Last(), Is.EqualTo("+PONG"));
    }

    [Test]
    public async Task APauseOfWrites_HoldsBackExecWithOne_AndLetsPassWhatWritesNothing()
    {
        using TestClient admin = await ConnectAsync();
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("MULTI"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("PFCOUNT", "hll"), Is.EqualTo("+QUEUED"));
        Assert.That(await admin.AskAsync("CLIENT", "PAUSE", "100000", "WRITE"), Is.EqualTo("+OK"));
        string[][] harmless =
        [
            ["EVAL_RO", "return 1", "0"], ["EVAL", "#!lua flags=no-writes\nreturn 1", "0"], ["FCALL_RO", "nosuch", "0"], ["SCRIPT", "LOAD", "return 1"],
            ["PUBSUB", "NUMPAT"], ["WATCH", "k"], ["UNWATCH"], ["MULTI"], ["GET", "k"], ["EXEC"],
        ];
        using TestClient reader = await ConnectAsync();
        foreach (string[] words in harmless)
            await reader.AskAsync(words);
        await client.SendAsync(TestClient.Encode(new Request("EXEC")));
        await Eventually.TrueAsync("the client to be held back", async () => (await admin.AskAsync("CLIENT", "LIST")).Contains(" flags=xb ", StringComparison.Ordinal));
        Assert.That(await admin.AskAsync("CLIENT", "UNPAUSE"), Is.EqualTo("+OK"));
        Assert.That(ReplyText.Of(await client.ReadAsync()), Is.EqualTo("[:0]"));
    }

    [Test]
    public async Task APauseOfAll_EndsByItself_AndAClientMayLeaveMeanwhile()
    {
        using TestClient client = await ConnectAsync();
        TestClient leaving = await ConnectAsync();
        Assert.That(await client.AskAsync("CLIENT", "PAUSE", "50"), Is.EqualTo("+OK"));
        await leaving.SendAsync(TestClient.Encode(new Request("PING")));
        leaving.Dispose();
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
    }

    [TestCase("multi exec", "multi exec")]
    [TestCase("MULTI EXEC", "MULTI EXEC")]
    [TestCase("multi discard", "multi discard")]
    public async Task Monitor_ShowsTheWordsOfATransaction_AsTheyWereWritten(string words, string expected)
    {
        using TestClient monitor = await ConnectAsync();
        using TestClient client = await ConnectAsync();
        Assert.That(await monitor.AskAsync("MONITOR"), Is.EqualTo("+OK"));
        foreach (string word in words.Split(' '))
            await client.AskAsync(word);
        Assert.That((await monitor.ReadAsync(2)).Select(reply => reply.AsString.Split('"')[1]), Is.EqualTo(expected.Split(' ')));
    }

    [Test]
    public async Task AMonitor_MayNotTouchTheData()
    {
        using TestClient monitor = await ConnectAsync();
        Assert.That(await monitor.AskAsync("MONITOR"), Is.EqualTo("+OK"));
        foreach (string command in (string[])["GET k", "SET k v", "PUBLISH c m", "EVAL return 0"])
            Assert.That(await monitor.AskAsync(command.Split(' ')), Is.EqualTo("-ERR Replica can't interact with the keyspace"), command);
        Assert.That(await monitor.AskAsync("RESET"), Is.EqualTo("+RESET"));
        Assert.That(await monitor.AskAsync("GET", "k"), Is.EqualTo("(nil)"));
    }

    [Test]
    public async Task Monitor_ShowsAScript_AndThenWhatItCalls()
    {
        using TestClient monitor = await ConnectAsync();
        using TestClient client = await ConnectAsync();
        Assert.That(await monitor.AskAsync("MONITOR"), Is.EqualTo("+OK"));
        await client.AskAsync("EVAL", "redis.call('set', KEYS[1], 'v') return redis.call('get', KEYS[1])", "1", "k");
        string[] lines = [.. (await monitor.ReadAsync(3)).Select(reply => reply.AsString.Split(' ', 2)[1])];
        Assert.That(lines, Is.EqualTo(new[]
        {
            $"[0 {client.Address}] \"EVAL\" \"redis.call('set', KEYS[1], 'v') return redis.call('get', KEYS[1])\" \"1\" \"k\"",
            "[0 lua] \"set\" \"k\" \"v\"",
            "[0 lua] \"get\" \"k\"",
        }));
    }

    [Test]
    public async Task Monitor_ShowsWhatOthersAsk_ButNoSecrets()
    {
        using TestClient monitor = await ConnectAsync();
        using TestClient client = await ConnectAsync();
        Assert.That(await monitor.AskAsync("MONITOR"), Is.EqualTo("+OK"));
        foreach (string command in new[] { "SET a x\"y\t\x01", "AUTH foo", "CONFIG GET port", "NOSUCH", "MULTI", "GET a", "EXEC", "ECHO end" })
            await client.AskAsync(command.Split(' '));
        List<string> lines = [];
        while (lines is not [.., "\"ECHO\" \"end\""])
        {
            string line = (await monitor.ReadAsync()).AsString;
            Assert.That(line, Does.Match($@"^\d{{10}}\.\d{{6}} \[0 {client.Address}\] "));
            lines.Add(line[(line.IndexOf("] ", StringComparison.Ordinal) + 2)..]);
        }

        Assert.That(lines, Is.EqualTo(new[]
        {
            """
            "SET" "a" "x\"y\t\x01"
            """,
            "\"AUTH\" \"(redacted)\"", "\"MULTI\"", "\"GET\" \"a\"", "\"EXEC\"", "\"ECHO\" \"end\"",
        }));
        Assert.That(await monitor.AskAsync("RESET"), Is.EqualTo("+RESET"));
        Assert.That(await client.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That(await monitor.AskAsync("PING"), Is.EqualTo("+PONG"));
    }
}
