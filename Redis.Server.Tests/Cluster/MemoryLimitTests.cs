using System.Globalization;
using NUnit.Framework;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>maxmemory: refuses writes before they are entries, or by what all nodes share. What a node was started with decides no data.</summary>
[TestFixture]
internal sealed class MemoryLimitTests
{
    private const int Limit = 1_000_000;

    [Test]
    public async Task Nodes_WithDifferentLimits_HoldTheSameData_NearThem()
    {
        using TestCluster cluster = new("--enable-debug-command", "yes");
        foreach (int limit in new[] { Limit, 0, Limit / 2 })
            await cluster.AddAsync("--maxmemory", limit.ToString(CultureInfo.InvariantCulture));
        try
        {
            await cluster.FormAsync();
            Random random = new(5);
            int refused = await WriteAsync(await cluster.LeaderAsync(), random);
            await AgreeAsync(cluster);
            foreach (TestNode node in cluster.Nodes.Reverse())
            {
                await (await cluster.LeaderAsync()).AskAsync("RAFT.TRANSFER_LEADER", $"{(await node.InfoAsync()).NodeId}");
                await cluster.SettledAsync();
                refused += await WriteAsync(await cluster.LeaderAsync(), random);
                await AgreeAsync(cluster);
            }

            Assert.That(refused, Is.GreaterThan(0), "the limit was never met");
            using TestClient client = await (await cluster.LeaderAsync()).ConnectAsync();
            Assert.That(await client.AskAsync("CONFIG", "SET", "maxmemory", "1000"), Is.EqualTo("+OK"));
            Assert.That(await client.AskAsync("SET", "one", "more"), Is.EqualTo("-OOM command not allowed when used memory > 'maxmemory'."));
            Assert.That(await client.AskAsync("DEL", "0"), Does.StartWith(":"), "what frees memory is always taken");
            Assert.That(await client.AskAsync("EVAL", "return redis.call('set', KEYS[1], 'x')", "1", "one"), Does.StartWith("-OOM "));
            await AgreeAsync(cluster);
        }
        catch
        {
            cluster.Report();
            throw;
        }
    }

    /// <summary>Writes that come near any of the limits, alone, in transactions and in scripts; answers how many were refused.</summary>
    private static async Task<int> WriteAsync(TestNode leader, Random random)
    {
        using TestClient client = await leader.ConnectAsync();
        List<Request> requests = [];
        for (int i = 0; i < 600; i++)
        {
            string key = random.Next(120).ToString(CultureInfo.InvariantCulture);
            string value = new('x', random.Next(1, 12_000));
            requests.Add(random.Next(8) switch
            {
                0 => new Request("DEL", key),
                1 => new Request("APPEND", key, value),
                2 => new Request("EVAL", "redis.call('del', KEYS[1]) return redis.call('rpush', KEYS[1], ARGV[1], ARGV[1])", "1", $"list{key}", value),
                3 => new Request("EVAL", "return redis.pcall('append', KEYS[1], ARGV[1])", "1", key, value),
                4 => new Request("MULTI"),
                5 => new Request("EXEC"),
                _ => new Request("SET", key, value),
            });
        }

        requests.Add(new Request("DISCARD"));
        Reply[] replies = await client.PipelineAsync(requests);
        return replies.Count(reply => ReplyText.Of(reply).Contains("OOM", StringComparison.Ordinal));
    }

    private static async Task AgreeAsync(TestCluster cluster)
    {
        await cluster.SettledAsync();
        string[] digests = await Task.WhenAll(cluster.Nodes.Select(node => node.AskAsync("DEBUG", "DIGEST")));
        Assert.That(digests.Distinct().Count(), Is.EqualTo(1), string.Join(' ', digests));
    }
}
