using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Introspection;

/// <summary>SLOWLOG, LATENCY and MEMORY on a live node, and every HELP beside redis-server's.</summary>
[TestFixture]
internal sealed class SlowLogTests() : SingleNode("--enable-debug-command", "yes")
{
    [Test]
    public async Task Slow_commands_are_kept_with_their_client_and_shortened()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("CLIENT", "SETNAME", "slow-one");
        await client.CallAsync("CONFIG", "SET", "slowlog-log-slower-than", "0");
        await client.CallAsync("SLOWLOG", "RESET");
        await client.CallAsync(["RPUSH", "l", .. Enumerable.Range(0, 40).Select(i => $"{i}")]);
        await client.CallAsync("SET", "s", new string('x', 200));
        await client.CallAsync("CONFIG", "SET", "masterauth", "secret");
        await client.CallAsync("CONFIG", "SET", "slowlog-log-slower-than", "-1");
        Reply[] entries = (await client.CallAsync("SLOWLOG", "GET", "-1")).Elements;
        Assert.That(entries.Select(entry => entry.Elements[3].Elements[0].AsString), Is.EqualTo(new[] { "CONFIG", "SET", "RPUSH", "SLOWLOG" }));
        Assert.That(entries[0].Elements[3].Elements.Select(one => one.AsString), Is.EqualTo(new[] { "CONFIG", "SET", "masterauth", "(redacted)" }));
        Assert.That(entries[1].Elements[3].Elements[2].AsString, Is.EqualTo(new string('x', 128) + "... (72 more bytes)"));
        Reply[] push = entries[2].Elements[3].Elements;
        Assert.That((push.Length, push[31].AsString), Is.EqualTo((32, "... (11 more arguments)")));
        Assert.That((entries[2].Elements[4].AsString, entries[2].Elements[5].AsString), Is.EqualTo((client.Address, "slow-one")));
        Assert.That(await client.AskAsync("SLOWLOG", "LEN"), Is.EqualTo(":4"));
        Assert.That((await client.CallAsync("SLOWLOG", "GET", "1")).Elements, Has.Length.EqualTo(1));
        Assert.That(await client.AskAsync("SLOWLOG", "GET", "-2"), Is.EqualTo("-ERR count should be greater than or equal to -1"));
        await client.CallAsync("SLOWLOG", "RESET");
        Assert.That(await client.AskAsync("SLOWLOG", "LEN"), Is.EqualTo(":0"));
    }

    [Test]
    public async Task Users_are_hidden_and_what_scripts_call_is_shown()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("CONFIG", "SET", "slowlog-log-slower-than", "0");
        await client.CallAsync("SLOWLOG", "RESET");
        await client.CallAsync("ACL", "SETUSER", "slow", "on", ">secret");
        await client.CallAsync("ACL", "DELUSER", "slow", "nobody");
        await client.CallAsync("EVAL", "return redis.call('get', KEYS[1])", "1", "k");
        await client.PipelineAsync([new("MULTI"), new("GET", "k"), new("EXEC"), new("MULTI"), new("DISCARD")]);
        await client.CallAsync("CONFIG", "SET", "slowlog-log-slower-than", "-1");
        Reply[] entries = (await client.CallAsync("SLOWLOG", "GET", "-1")).Elements;
        Assert.That(entries.Select(entry => string.Join(' ', entry.Elements[3].Elements.Select(word => word.AsString))), Is.EqualTo(new[]
        {
            "DISCARD", "MULTI", "GET k", "MULTI", "EVAL return redis.call('get', KEYS[1]) 1 k", "get k", "ACL DELUSER slow nobody", "ACL SETUSER (redacted) (redacted) (redacted)", "SLOWLOG RESET",
        }));
        Assert.That(entries.Select(entry => entry.Elements[4].AsString).Distinct(), Is.EqualTo(new[] { client.Address, "?:0" }));
    }

    [Test]
    public async Task Latency_events_are_sampled_drawn_and_reset()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("CONFIG", "SET", "latency-monitor-threshold", "500");
        await client.CallAsync("DEBUG", "SLEEP", "0.6");
        Reply latest = (await client.CallAsync("LATENCY", "LATEST")).Elements.Single(one => one.Elements[0].AsString == "command");
        Assert.That(ReplyText.Of(latest), Does.Match(@"^\[\$command, :\d+, :\d+, :\d+\]$"));
        Assert.That((await client.CallAsync("LATENCY", "HISTORY", "command")).Elements, Has.Length.EqualTo(1));
        Assert.That((await client.CallAsync("LATENCY", "GRAPH", "command")).AsString, Does.StartWith("command - high "));
        Assert.That((await client.CallAsync("LATENCY", "DOCTOR")).AsString, Does.Match(@"\d\. command: \d latency spikes"));
        Assert.That(await client.AskAsync("LATENCY", "GRAPH", "x"), Is.EqualTo("-ERR No samples available for event 'x'"));
        Assert.That(await client.AskAsync("LATENCY", "RESET", "command", "nothing"), Is.EqualTo(":1"));
        Assert.That(await client.AskAsync("LATENCY", "HISTORY", "command"), Is.EqualTo("[]"));
        await client.CallAsync("CONFIG", "SET", "latency-monitor-threshold", "0");
    }

    [Test]
    public async Task Latency_histogram_counts_calls_by_command()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("CONFIG", "RESETSTAT");
        await client.CallAsync("SET", "a", "1");
        await client.CallAsync("SET", "a", "1");
        Reply[] reply = (await client.CallAsync("LATENCY", "HISTOGRAM", "set", "config", "get", "nonsense")).Elements;
        Assert.That(reply.Where((_, i) => i % 2 == 0).Select(name => name.AsString), Is.EqualTo(new[] { "set", "config|resetstat" }));
        Assert.That(ReplyText.Of(reply[1]), Does.StartWith("[$calls, :2, $histogram_usec, [:"));
        await client.CallAsync("CONFIG", "SET", "latency-tracking", "no");
        await client.CallAsync("CONFIG", "RESETSTAT");
        Assert.That(await client.AskAsync("LATENCY", "HISTOGRAM"), Is.EqualTo("[]"));
        await client.CallAsync("CONFIG", "SET", "latency-tracking", "yes");
    }

    [Test]
    public async Task Memory_says_what_keys_take()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "big", new string('x', 10_000));
        Assert.That(long.Parse((await client.AskAsync("MEMORY", "USAGE", "big"))[1..], System.Globalization.CultureInfo.InvariantCulture), Is.InRange(10_000, 11_000));
        Assert.That(await client.AskAsync("MEMORY", "USAGE", "none", "SAMPLES", "0"), Is.EqualTo("(nil)"));
        Assert.That(await client.AskAsync("MEMORY", "USAGE", "none", "SAMPLES"), Is.EqualTo("-ERR syntax error"));
        Assert.That(await client.AskAsync("MEMORY", "PURGE"), Is.EqualTo("+OK"));
        Assert.That((await client.CallAsync("MEMORY", "DOCTOR")).AsString, Does.StartWith("Hi Sam"));
        using OracleConnection oracle = OracleServer.Connect(3);
        await client.CallAsync("HELLO", "3");
        oracle.Run([new Request("SET", "memory-stats", "x")]);
        Assert.That(Names(await client.CallAsync("MEMORY", "STATS")), Is.EqualTo(Names(oracle.Run([new Request("MEMORY", "STATS"), new Request("DEL", "memory-stats")])[0])));
    }

    [TestCase("CONFIG")]
    [TestCase("SLOWLOG")]
    [TestCase("LATENCY")]
    [TestCase("MEMORY")]
    [TestCase("OBJECT")]
    [TestCase("COMMAND")]
    public async Task Help_is_redis_own(string container)
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync(container, "HELP"), Is.EqualTo(ReplyText.Of(oracle.Run([new Request(container, "HELP")])[0])));
        Assert.That(await client.AskAsync(container, "NONSENSE"), Is.EqualTo(ReplyText.Of(oracle.Run([new Request(container, "NONSENSE")])[0])));
    }

    private static IEnumerable<string> Names(Reply map) => map.Elements.Where((_, i) => i % 2 == 0).Select(name => name.AsString);
}
