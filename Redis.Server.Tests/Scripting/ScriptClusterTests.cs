using System.Globalization;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Scripting;

/// <summary>Scripts on three nodes: data, script cache and functions are the same everywhere, also after failovers, restarts and snapshots.</summary>
[TestFixture]
internal sealed class ScriptClusterTests
{
    // A busy machine must not lose a leader to it.
    private static readonly string[] Steady = ["--raft.election-timeout", "5000", "--raft.request-timeout", "200"];

    // REDIS_ORACLE_SEED=<number> explores.
    private static readonly ulong Seed = ulong.Parse(Environment.GetEnvironmentVariable("REDIS_ORACLE_SEED") ?? "20260103", CultureInfo.InvariantCulture);

    private const string Impure = """
        local t = redis.call('time')
        local names = {}
        for i = 1, 30 do names['n' .. math.random(1000)] = math.random() end
        for name, value in pairs(names) do redis.call('rpush', KEYS[1], name, tostring(value), t[1], t[2]) end
        redis.call('sadd', KEYS[2], unpack(redis.call('lrange', KEYS[1], 0, 20)))
        redis.call('set', KEYS[3], tostring({}) .. tostring(print == nil) .. redis.call('srandmember', KEYS[2]))
        redis.call('spop', KEYS[2])
        return redis.call('llen', KEYS[1])
        """;

    [Test]
    public async Task Replicas_agree_and_caches_survive()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3);
        TestNode leader = await cluster.LeaderAsync();
        string sha = (await leader.AskAsync("SCRIPT", "LOAD", Impure.Replace("print", "rawget(_G, 'print')", StringComparison.Ordinal))).TrimStart('$');
        Assert.That(await leader.AskAsync("FUNCTION", "LOAD", "#!lua name=lib\nlocal calls = 0\nredis.register_function('count', function(keys) calls = calls + 1 return redis.call('incrby', keys[1], calls) end)"), Does.Contain("lib"));
        await WorkAsync(leader, sha);
        await AssertAlikeAsync(cluster);

        leader.Process.Kill();
        TestNode next = await cluster.LeaderAsync();
        await WorkAsync(next, sha);
        leader.Start();
        await leader.ReadyAsync();
        await AssertAlikeAsync(cluster);

        Assert.That(await next.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        await next.TerminateAsync();
        next.Start();
        await next.ReadyAsync();
        await cluster.SettledAsync();
        await WorkAsync(await cluster.LeaderAsync(), sha);
        await AssertAlikeAsync(cluster);
    }

    [Test]
    public async Task Replicas_agree_after_generated_scripts_whatever_happens_to_them()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3, [.. Steady, "--script-max-instructions", $"{ScriptWorkload.Instructions}"]);
        try
        {
            TestNode leader = await cluster.LeaderAsync(), victim = await cluster.FollowerAsync();
            await GeneratedAsync(leader, 0);
            await AssertAlikeAsync(cluster);

            victim.Process.Kill();
            await GeneratedAsync(leader, 1);
            victim.Start(); // what it lacks it replays while more comes
            await GeneratedAsync(leader, 2);
            await AssertAlikeAsync(cluster);

            victim.Process.Kill();
            await GeneratedAsync(leader, 3);
            Assert.That(await leader.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
            victim.Start(); // from the leader's snapshot
            await GeneratedAsync(leader, 4);
            string digest = await AssertAlikeAsync(cluster);

            foreach (TestNode node in cluster.Nodes)
                node.Process.Kill();
            foreach (TestNode node in cluster.Nodes)
                node.Start();
            Assert.That(await AssertAlikeAsync(cluster), Is.EqualTo(digest), "from the logs and snapshots alone");
            await GeneratedAsync(await cluster.LeaderAsync(), 5);
            await AssertAlikeAsync(cluster);
        }
        catch
        {
            cluster.Report();
            throw;
        }
    }

    /// <summary>The leader has run more than the others (reads), so it holds another amount when the limit is near.</summary>
    [Test]
    public async Task Scripts_that_run_out_of_memory_end_alike()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3, [.. Steady, "--script-max-memory", "4mb"]);
        TestNode leader = await cluster.LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        for (int i = 0; i < 20; i++)
            await client.AskAsync("EVALSHA_RO", await LoadedAsync(client), "1", $"k{i}");
        string[] scripts =
        [
            "local t = {} for i = 1, 1e9 do t[i] = {i} redis.call('set', 'a', i) end",
            "local s = 'x' while true do s = s .. s redis.call('set', 'b', #s) end",
            "local t = {} while true do pcall(function() t[#t + 1] = string.rep('x', 100000) .. #t end) redis.call('incr', 'c') end",
        ];
        foreach (string script in scripts)
            Assert.That(await client.AskAsync("EVAL", script, "0"), Does.StartWith("-ERR Script stopped: not enough memory, it may hold 4194304 bytes."));
        await AssertAlikeAsync(cluster);
        Assert.That(await client.AskAsync("GET", "c"), Does.StartWith("$"));
    }

    private static async Task GeneratedAsync(TestNode leader, ulong round)
    {
        using TestClient client = await leader.ConnectAsync();
        // What has a time to live is kept in the end, so that digests of different moments can be compared.
        Request keep = new("EVAL", "for _, k in ipairs(redis.call('keys', '*')) do redis.call('persist', k) end", "0");
        Reply[] replies = await client.PipelineAsync([.. ScriptWorkload.Sample(120, Seed + round), keep]);
        Assert.That(replies.Select(reply => reply.AsString), Has.None.StartsWith("TIMEOUT").And.None.StartsWith("MOVED").And.None.StartsWith("CLUSTERDOWN"));
    }

    private static async Task WorkAsync(TestNode node, string sha)
    {
        using TestClient client = await node.ConnectAsync();
        for (int i = 0; i < 20; i++)
        {
            Assert.That(await client.AskAsync("EVALSHA", sha, "3", $"l{i}", "s", "t"), Does.StartWith(":"));
            Assert.That(await client.AskAsync("FCALL", "count", "1", "n"), Does.StartWith(":"));
        }

        long index = (await node.InfoAsync()).Number("raft_current_index");
        Assert.That(await client.AskAsync("EVALSHA_RO", await LoadedAsync(client), "1", "n"), Does.Match("^[$]?[0-9]+"));
        Assert.That((await node.InfoAsync()).Number("raft_current_index"), Is.LessThanOrEqualTo(index + 1), "the script's entry at most, none for its run");
    }

    private static async Task<string> LoadedAsync(TestClient client) => (await client.AskAsync("SCRIPT", "LOAD", "return redis.call('get', KEYS[1])")).TrimStart('$');

    private static async Task<string> AssertAlikeAsync(TestCluster cluster)
    {
        await cluster.SettledAsync();
        string[] digests = await Task.WhenAll(cluster.Nodes.Select(node => node.AskAsync("RAFT.DEBUG", "EXEC", "DEBUG", "DIGEST")));
        Assert.That(digests, Is.All.EqualTo(digests[0]));
        return digests[0];
    }
}
