using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Introspection;

/// <summary>DEBUG's harmless part beside redis-server's, and the commands that are refused.</summary>
[TestFixture]
internal sealed class DebugTests() : SingleNode("--enable-debug-command", "local")
{
    private static readonly string[] Types =
        ["string", "integer", "double", "null", "array", "set", "map", "attrib", "push", "verbatim", "true", "false", "bignum", "nonsense"];

    private static readonly string[] Lines =
    [
        "object nokey", "object", "digest x", "digest-value nokey", "digest-value", "listpack h", "listpack s", "listpack nokey", "quicklist l", "quicklist s",
        "htstats x", "htstats", "htstats-key h", "htstats-key nokey", "sdslen i", "sdslen l", "sdslen nokey",
        "quicklist-packed-threshold 5g", "quicklist-packed-threshold 4293918720", "quicklist-packed-threshold 4293918721", "quicklist-packed-threshold 0", "stringmatch-test x", "quicklist-packed-threshold x",
        "error FOO", "error", "log hi", "pause-cron 0",
        "replybuffer resizing 1", "populate 3 dbg:p", "populate 3 dbg:q 10", "populate x", "populate -1", "populate 2 pre x", "populate", "sleep 0", "sleep x",
        "sleep", "reload x", "nonsense", "nonsense a b",
    ];

    [TestCase(2)]
    [TestCase(3)]
    public async Task A_value_of_each_type_is_the_same(int version)
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("HELLO", $"{version}");
        foreach (string type in Types)
        {
            using OracleConnection oracle = OracleServer.Connect(version);
            Request request = new("DEBUG", "PROTOCOL", type);
            Assert.That(await AnswersAsync(client, request, version), Is.EqualTo(Answers(oracle, request, version)), type);
        }
    }

    [Test]
    public async Task Replies_are_the_same()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using TestClient client = await ConnectAsync();
        Request[] data = [new("RPUSH", "l", "1"), new("SET", "s", "hello"), new("SET", "i", "12"), new("HSET", "h", "a", "b")];
        oracle.Run(data);
        await client.PipelineAsync(data);
        foreach (string line in Lines)
        {
            Request request = new(["DEBUG", .. line.Split(' ')]);
            Reply ours = (await client.PipelineAsync([request]))[0];
            Assert.That(ReplyText.Of(ours), Is.EqualTo(ReplyText.Of(oracle.Run([request])[0])), line);
        }

        Assert.That(await client.AskAsync("GET", "dbg:q:2"), Is.EqualTo(ReplyText.Of(oracle.Run([new Request("GET", "dbg:q:2")])[0])));
        oracle.Run([new Request("FLUSHALL")]);
        Assert.That((await client.CallAsync("DEBUG", "OBJECT", "l")).AsString, Does.Match("^Value at:0x[0-9a-f]+ refcount:1 encoding:quicklist serializedlength:12 lru:[0-9]+ lru_seconds_idle:[0-9]+ ql_nodes:1 "));
    }

    [Test]
    public async Task Stringmatch_test_survives_what_it_tries()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("DEBUG", "STRINGMATCH-TEST"), Is.EqualTo("+Apparently Redis did not crash: test passed"));
    }

    [Test]
    public async Task Reload_brings_everything_back()
    {
        using TestClient client = await ConnectAsync();
        await client.PipelineAsync([new("SET", "a", "1", "EX", "1000"), new("ZADD", "z", "1", "m"), new("SADD", "set", "1", "b"), new("HSET", "h2", "f", "v")]);
        string before = await client.AskAsync("DEBUG", "DIGEST");
        Assert.That(before, Has.Length.EqualTo(41));
        Assert.That(await client.AskAsync("DEBUG", "RELOAD"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("DEBUG", "DIGEST"), Is.EqualTo(before));
        Assert.That(await client.AskAsync("SISMEMBER", "set", "b"), Is.EqualTo(":1"));
        Assert.That(await client.AskAsync("TTL", "a"), Does.Match("^:(1000|9[0-9][0-9])$"));
    }

    [Test]
    public async Task Active_expiry_can_be_switched_off_and_on()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("DEBUG", "SET-ACTIVE-EXPIRE", "0"), Is.EqualTo("+OK"));
        await client.CallAsync("FLUSHALL");
        await client.CallAsync("SET", "short", "v", "PX", "1");
        await Eventually.TrueAsync("it to be gone for readers", async () => await client.AskAsync("EXISTS", "short") == ":0");
        Assert.That(await client.AskAsync("DBSIZE"), Is.EqualTo(":1"));
        await client.CallAsync("DEBUG", "SET-ACTIVE-EXPIRE", "1");
        await Eventually.TrueAsync("it to be removed", async () => await client.AskAsync("DBSIZE") == ":0");
    }

    [TestCase("SYNC")]
    [TestCase("PSYNC ? -1")]
    [TestCase("REPLICAOF 127.0.0.1 1")]
    [TestCase("SLAVEOF NO ONE")]
    [TestCase("REPLCONF ACK 0")]
    [TestCase("FAILOVER")]
    [TestCase("SAVE")]
    [TestCase("BGREWRITEAOF")]
    [TestCase("MIGRATE 127.0.0.1 1 k 0 1")]
    [TestCase("MODULE LOAD /x.so")]
    [TestCase("DEBUG CHANGE-REPL-ID")]
    [TestCase("DEBUG JMAP")]
    [TestCase("DEBUG SEGFAULT")]
    [TestCase("DEBUG CRASH-AND-RECOVER 10")]
    [TestCase("DEBUG MALLCTL arenas.narenas")]
    [TestCase("DEBUG CLUSTERLINK KILL all x")]
    [TestCase("DEBUG AOF-FLUSH-SLEEP 1")]
    [TestCase("DEBUG CLIENT-EVICTION")]
    public async Task What_makes_no_sense_is_refused_with_a_reason(string line)
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync(line.Split(' ')), Does.Match("^-ERR not supported by RedisRaft: ."));
    }

    [TestCase("SHUTDOWN ABORT")]
    [TestCase("SHUTDOWN NONSENSE")]
    [TestCase("SHUTDOWN SAVE NOSAVE")]
    [TestCase("SHUTDOWN NOW ABORT")]
    [TestCase("LOLWUT")]
    [TestCase("LOLWUT VERSION x")]
    [TestCase("MODULE HELP")]
    [TestCase("MODULE NONSENSE")]
    [TestCase("SYNC x")]
    [TestCase("MIGRATE")]
    [TestCase("DEBUG")]
    [TestCase("CONFIG SET hz")]
    [TestCase("CONFIG SET hz 1 hz 2")]
    [TestCase("CONFIG SET hz 1 nonsense 2")]
    [TestCase("CONFIG SET maxmemory 10x")]
    [TestCase("CONFIG SET maxmemory 1mb maxmemory-policy nonsense")]
    [TestCase("CONFIG SET latency-tracking-info-percentiles 101")]
    [TestCase("CONFIG SET notify-keyspace-events KEAq")]
    [TestCase("CONFIG SET hash-max-listpack-entries -1")]
    [TestCase("CONFIG SET databases 3")]
    [TestCase("CONFIG SET dir /tmp")]
    [TestCase("CONFIG GET maxmemory")]
    [TestCase("CONFIG GET nonsense")]
    [TestCase("CONFIG REWRITE")]
    public async Task Words_are_redis_own(string line)
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync(line.Split(' ')), Is.EqualTo(ReplyText.Of(oracle.Run([new Request(line.Split(' '))])[0])));
    }

    /// <summary>Of those that this node answers itself; a name that redis-server has and we do not is nobody's row.</summary>
    [Test]
    public async Task Rows_are_redis_own()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using TestClient client = await ConnectAsync();
        string[] names =
        [
            "config", "slowlog", "latency", "memory", "module", "debug", "info", "role", "lolwut", "lastsave", "bgsave", "save", "bgrewriteaof", "shutdown",
            "sync", "psync", "replconf", "replicaof", "slaveof", "failover", "time", "readonly", "readwrite", "asking", "command", "object",
        ];
        foreach (string name in names)
        {
            Request request = new("COMMAND", "INFO", name);
            Assert.That(Rows((await client.PipelineAsync([request]))[0].Elements[0]), Is.EqualTo(Rows(oracle.Run([request])[0].Elements[0])), name);
        }
    }

    /// <summary>Name, arity, flags, key positions and categories of a row and its subcommands, in a defined order.</summary>
    private static IEnumerable<string> Rows(Reply row) =>
    [
        $"{row.Elements[0].AsString} {row.Elements[1].AsString} {Sorted(row.Elements[2])} {Sorted(row.Elements[6])}",
        .. row.Elements[9].Elements.SelectMany(Rows).Order(StringComparer.Ordinal),
    ];

    private static string Sorted(Reply set) => string.Join(' ', set.Elements.Select(one => one.AsString).Order(StringComparer.Ordinal));

    [Test]
    public async Task Directives_have_redis_names_and_defaults()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using TestClient client = await ConnectAsync();
        Dictionary<string, string> theirs = Pairs(oracle.Run([new Request("CONFIG", "GET", "*")])[0]);
        Dictionary<string, string> ours = Pairs(await client.CallAsync("CONFIG", "GET", "*"));
        Assert.That(theirs.Keys, Is.SubsetOf(ours.Keys));
        string[] own = ["port", "bind", "dir", "databases", "save", "logfile", "enable-debug-command", "raft.addr"];
        Assert.That(theirs.Where(pair => !own.Contains(pair.Key) && ours[pair.Key] != pair.Value).Select(pair => $"{pair.Key} {pair.Value}, not {ours[pair.Key]}"), Is.Empty);
    }

    private static Dictionary<string, string> Pairs(Reply map) =>
        Enumerable.Range(0, map.Elements.Length / 2).ToDictionary(i => map.Elements[2 * i].AsString, i => map.Elements[2 * i + 1].AsString);

    /// <summary>In RESP3 a push and an attribute come before the reply itself: the next PONG ends them.</summary>
    private static async Task<string> AnswersAsync(TestClient client, Request request, int version)
    {
        await client.SendAsync(TestClient.Encode(request, new Request("PING")));
        List<string> replies = [];
        do
            replies.Add(ReplyText.Of(await client.ReadAsync()));
        while (replies[^1] != "+PONG");
        return $"{version}: {string.Join(' ', replies)}";
    }

    private static string Answers(OracleConnection oracle, Request request, int version)
    {
        List<string> replies = [.. oracle.Run([request, new Request("PING")]).Select(ReplyText.Of)];
        while (replies[^1] != "+PONG")
            replies.AddRange(oracle.Run([new Request("PING")]).Select(ReplyText.Of));
        int pongs = replies.IndexOf("+PONG");
        return $"{version}: {string.Join(' ', replies[..(pongs + 1)])}";
    }
}
