using System.Globalization;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Introspection;

/// <summary>INFO has redis-server 7.0's sections and fields, and its numbers are true.</summary>
[TestFixture]
internal sealed class InfoTests : SingleNode
{
    [Test]
    public async Task Sections_and_fields_are_those_of_redis()
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using TestClient client = await ConnectAsync();
        Dictionary<string, List<string>> theirs = Sections(oracle.Run([new Request("INFO", "everything")])[0].AsString);
        Dictionary<string, List<string>> ours = Sections((await client.CallAsync("INFO", "everything")).AsString);
        Assert.That(ours.Keys, Is.EqualTo(theirs.Keys.Append("Raft")));
        foreach ((string section, List<string> fields) in theirs)
        {
            if (section is not ("Commandstats" or "Errorstats" or "Latencystats" or "Keyspace"))
                Assert.That(fields, Is.SubsetOf(ours[section]), section);
        }
    }

    [TestCase("default", "Server Clients Memory Persistence Stats Replication CPU Modules Errorstats Cluster Keyspace Raft")]
    [TestCase("", "Server Clients Memory Persistence Stats Replication CPU Modules Errorstats Cluster Keyspace Raft")]
    [TestCase("all", "Server Clients Memory Persistence Stats Replication CPU Modules Commandstats Errorstats Latencystats Cluster Keyspace Raft")]
    [TestCase("cpu server", "Server CPU")]
    [TestCase("RAFT", "Raft")]
    [TestCase("commandstats default", "Server Clients Memory Persistence Stats Replication CPU Modules Commandstats Errorstats Cluster Keyspace Raft")]
    [TestCase("nothing", "")]
    public async Task Sections_can_be_chosen(string names, string expected)
    {
        using TestClient client = await ConnectAsync();
        string info = (await client.CallAsync(["INFO", .. names.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).AsString;
        Assert.That(string.Join(' ', Sections(info).Keys), Is.EqualTo(expected));
    }

    [Test]
    public async Task Scripts_functions_and_their_memory_are_counted()
    {
        using TestClient client = await ConnectAsync();
        await client.PipelineAsync([new("SCRIPT", "FLUSH"), new("FUNCTION", "FLUSH")]);
        long[] before = await ScriptFiguresAsync(client);
        await client.PipelineAsync(
        [
            new("EVAL", "return 1", "0"), new("EVAL", "return 1", "0"), new("SCRIPT", "LOAD", "return 2 -- " + new string('x', 1000)), new("EVAL", "return nonsense", "0"),
            new("FUNCTION", "LOAD", "#!lua name=counted\nredis.register_function('counted1', function() end)\nredis.register_function('counted2', function() end)"),
        ]);
        long[] after = await ScriptFiguresAsync(client);
        Reply[] stats = (await client.CallAsync("MEMORY", "STATS")).Elements;
        await client.PipelineAsync([new("SCRIPT", "FLUSH"), new("FUNCTION", "FLUSH")]);
        Assert.Multiple(() =>
        {
            Assert.That(before[..5], Is.All.Zero);
            Assert.That(after[..3], Is.EqualTo([3, 1, 2]), "scripts, libraries, functions");
            Assert.That(after[3], Is.InRange(1_000, 10_000), "the scripts' texts");
            Assert.That(after[4], Is.InRange(100, 10_000), "the libraries' texts");
            Assert.That(after[5], Is.EqualTo(after[3] + after[4]));
            Assert.That(after[6], Is.InRange(100_000, 20_000_000), "Lua with what it has compiled");
            Assert.That(stats[Array.FindIndex(stats, one => one.AsString == "lua.caches") + 1].AsString, Is.EqualTo($"{after[3]}"));
            Assert.That(stats[Array.FindIndex(stats, one => one.AsString == "functions.caches") + 1].AsString, Is.EqualTo($"{after[4]}"));
        });
        Assert.That((await ScriptFiguresAsync(client))[..5], Is.All.Zero);
    }

    private static async Task<long[]> ScriptFiguresAsync(TestClient client)
    {
        string info = (await client.CallAsync("INFO", "memory")).AsString;
        string[] fields = ["number_of_cached_scripts", "number_of_libraries", "number_of_functions", "used_memory_scripts_eval", "used_memory_functions", "used_memory_scripts", "used_memory_lua"];
        return [.. fields.Select(field => long.Parse(Field(info, field), CultureInfo.InvariantCulture))];
    }

    [Test]
    public async Task Calls_failures_rejections_and_errors_are_counted()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("CONFIG", "RESETSTAT");
        await client.CallAsync("SET", "string", "1");
        await client.CallAsync("LPUSH", "string", "x");
        await client.CallAsync("LPUSH", "string");
        await client.CallAsync("NONSENSE");
        await client.PipelineAsync([new("MULTI"), new("INCR", "string"), new("INCR", "string"), new("EXEC")]);
        string info = (await client.CallAsync("INFO", "all")).AsString;
        Assert.Multiple(() =>
        {
            Assert.That(Field(info, "cmdstat_set"), Does.StartWith("calls=1,").And.EndWith("rejected_calls=0,failed_calls=0"));
            Assert.That(Field(info, "cmdstat_lpush"), Does.StartWith("calls=1,").And.EndWith("rejected_calls=1,failed_calls=1"));
            Assert.That(Field(info, "cmdstat_incr"), Does.StartWith("calls=2,"));
            Assert.That(Field(info, "cmdstat_exec"), Does.StartWith("calls=1,"));
            Assert.That(Field(info, "cmdstat_multi"), Does.StartWith("calls=1,"));
            Assert.That(Field(info, "cmdstat_config|resetstat"), Does.StartWith("calls=1,"));
            Assert.That(Field(info, "errorstat_WRONGTYPE"), Is.EqualTo("count=1"));
            Assert.That(Field(info, "errorstat_ERR"), Is.EqualTo("count=2"));
            Assert.That(Field(info, "total_error_replies"), Is.EqualTo("3"));
            Assert.That(Field(info, "latency_percentiles_usec_incr"), Does.Match(@"^p50=[\d.]+,p99=[\d.]+,p99.9=[\d.]+$"));
            Assert.That(Field(info, "total_commands_processed"), Is.EqualTo("7")); // resetstat set lpush multi incr incr exec
        });
    }

    [Test]
    public async Task What_scripts_and_transactions_call_is_counted_and_each_error_once()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "string", "1");
        await client.CallAsync("CONFIG", "RESETSTAT");
        await client.CallAsync("EVAL", "redis.pcall('lpush', KEYS[1], 'x'); return redis.pcall('lpush', KEYS[1], 'y')", "1", "string");
        await client.CallAsync("EVAL", "return redis.call('lpush', KEYS[1], 'z')", "1", "string");
        await client.CallAsync("EVAL", "return redis.pcall('set', KEYS[1])", "1", "string");
        await client.CallAsync("EVAL", "return redis.error_reply('MY own')", "0");
        await client.PipelineAsync([new("MULTI"), new("AUTH", "no", "body"), new("CLIENT", "ID"), new("EXEC")]);
        await client.PipelineAsync([new("EXEC"), new("DISCARD"), new("MULTI"), new("MULTI"), new("GET"), new("EXEC")]);
        string info = (await client.CallAsync("INFO", "all")).AsString;
        Assert.Multiple(() =>
        {
            Assert.That(Field(info, "cmdstat_lpush"), Does.StartWith("calls=3,").And.EndWith("rejected_calls=0,failed_calls=3"));
            Assert.That(Field(info, "cmdstat_set"), Does.StartWith("calls=0,").And.EndWith("rejected_calls=1,failed_calls=0"));
            Assert.That(Field(info, "cmdstat_eval"), Does.StartWith("calls=4,").And.EndWith("failed_calls=4"));
            Assert.That(Field(info, "cmdstat_auth"), Does.StartWith("calls=1,").And.EndWith("failed_calls=1"));
            Assert.That(Field(info, "cmdstat_client|id"), Does.StartWith("calls=1,"));
            Assert.That(Field(info, "cmdstat_multi"), Does.StartWith("calls=3,").And.EndWith("rejected_calls=0,failed_calls=1"));
            Assert.That(Field(info, "cmdstat_exec"), Does.StartWith("calls=3,").And.EndWith("rejected_calls=0,failed_calls=2"));
            Assert.That(Field(info, "cmdstat_discard"), Does.StartWith("calls=1,").And.EndWith("rejected_calls=0,failed_calls=1"));
            Assert.That(Field(info, "errorstat_WRONGTYPE"), Is.EqualTo("count=3"));
            Assert.That(Field(info, "errorstat_MY"), Is.EqualTo("count=1"));
            Assert.That(Field(info, "errorstat_WRONGPASS"), Is.EqualTo("count=1"));
            Assert.That(Field(info, "errorstat_EXECABORT"), Is.EqualTo("count=1"));
        });
    }

    [Test]
    public async Task Hits_misses_expiries_and_bytes_are_counted()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "there", new string('x', 1000));
        await client.CallAsync("CONFIG", "RESETSTAT");
        await client.CallAsync("GET", "there");
        await client.CallAsync("MGET", "there", "not", "neither");
        await client.CallAsync("PSETEX", "short", "1", "v");
        await Eventually.TrueAsync("the key to expire", async () => Field((await client.CallAsync("INFO", "stats")).AsString, "expired_keys") == "1");
        string info = (await client.CallAsync("INFO", "stats")).AsString;
        Assert.Multiple(() =>
        {
            Assert.That(Field(info, "keyspace_hits"), Is.EqualTo("2"));
            Assert.That(Field(info, "keyspace_misses"), Is.EqualTo("2"));
            Assert.That(long.Parse(Field(info, "total_net_output_bytes"), CultureInfo.InvariantCulture), Is.GreaterThan(2000));
            Assert.That(long.Parse(Field(info, "total_net_input_bytes"), CultureInfo.InvariantCulture), Is.InRange(100, 100_000));
        });
        await Eventually.TrueAsync("rates", async () =>
            Field((await client.CallAsync("INFO", "stats")).AsString, "instantaneous_ops_per_sec") != "0");
        await client.CallAsync("CONFIG", "RESETSTAT");
        info = (await client.CallAsync("INFO", "stats")).AsString;
        Assert.That((Field(info, "keyspace_hits"), Field(info, "expired_keys"), Field(info, "total_error_replies")), Is.EqualTo(("0", "0", "0")));
    }

    [Test]
    public async Task A_snapshot_in_progress_shows_until_it_is_done()
    {
        using TestClient client = await ConnectAsync();
        await client.CallAsync("SET", "k", "v");
        Assert.That(await client.AskAsync("CONFIG", "SET", "rdb-key-save-delay", "10000000"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("BGSAVE"), Is.EqualTo("+Background saving started"));
        Assert.That(await client.AskAsync("BGSAVE"), Is.EqualTo("-ERR Background save already in progress"));
        Assert.That(Field((await client.CallAsync("INFO", "persistence")).AsString, "rdb_bgsave_in_progress"), Is.EqualTo("1"));
        Assert.That(await client.AskAsync("CONFIG", "SET", "rdb-key-save-delay", "0"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the snapshot", async () => Field((await client.CallAsync("INFO", "persistence")).AsString, "rdb_bgsave_in_progress") == "0");
    }

    [Test]
    public async Task A_redirection_counts_as_rejected()
    {
        using TestCluster stranger = new();
        TestNode node = await stranger.AddAsync();
        using TestClient client = await node.ConnectAsync();
        Assert.That(await client.AskAsync("GET", "k"), Does.StartWith("-NOCLUSTER"));
        string info = (await client.CallAsync("INFO", "all")).AsString;
        Assert.That((Field(info, "errorstat_NOCLUSTER"), Field(info, "role")), Is.EqualTo(("count=1", "master")));
        Assert.That(Field(info, "cmdstat_get"), Does.StartWith("calls=0,").And.Contain("rejected_calls=1"));
    }

    private static string Field(string info, string name) =>
        info.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";

    /// <summary>Names of fields by section; RedisRaft's sections, raft_version and so on, are one here.</summary>
    private static Dictionary<string, List<string>> Sections(string info)
    {
        Dictionary<string, List<string>> sections = [];
        List<string> fields = [];
        foreach (string line in info.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
                fields = CollectionsMarshal.GetValueRefOrAddDefault(sections, line.StartsWith("# raft_", StringComparison.Ordinal) ? "Raft" : line[2..], out _) ??= [];
            else
                fields.Add(line[..line.IndexOf(':', StringComparison.Ordinal)]);
        }

        return sections;
    }
}
