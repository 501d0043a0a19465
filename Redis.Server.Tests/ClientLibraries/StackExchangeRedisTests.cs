using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using StackExchange.Redis;

namespace Redis.Server.Tests.ClientLibraries;

/// <summary>The .NET client that most people use, against a live cluster, plainly and over TLS as a user of the ACL, through a failover.</summary>
[TestFixture(false, TestName = "StackExchangeRedisTests")]
[TestFixture(true, TestName = "StackExchangeRedisTests over TLS")]
internal sealed class StackExchangeRedisTests(bool isSecure) : ClientCluster(isSecure)
{
    private ConfigurationOptions Options
    {
        get
        {
            ConfigurationOptions options = new() { AbortOnConnectFail = false, ConnectTimeout = 10_000, SyncTimeout = 3_000, AsyncTimeout = 3_000, AllowAdmin = true };
            foreach (TestNode node in Cluster.Nodes)
                options.EndPoints.Add(node.Address);
            if (Entrance.Authority is not { } authority)
                return options;
            (options.Ssl, options.SslHost, options.User, options.Password) = (true, "localhost", ClientEntrance.User, ClientEntrance.Password);
            options.TrustIssuer(authority.CaFile);
            return options;
        }
    }

    [Test]
    public async Task Hears_what_is_stale()
    {
        ConfigurationOptions options = Options;
        options.Protocol = RedisProtocol.Resp2; // two connections: one that reads, one that is told
        await using ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(options);
        TestNode leader = await Cluster.LeaderAsync();
        System.Collections.Concurrent.ConcurrentQueue<string> stale = new();
        await connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal("__redis__:invalidate"), (_, key) => stale.Enqueue($"{key}"), CommandFlags.DemandMaster);
        ClientInfo receiver = (await connection.GetServer(leader.Address).ClientListAsync()).First(client => client.SubscriptionCount > 0);

        IDatabase database = connection.GetDatabase();
        await database.StringSetAsync("se:tracked", "before");
        await database.ExecuteAsync("CLIENT", ["TRACKING", "ON", "REDIRECT", receiver.Id], CommandFlags.DemandMaster);
        Assert.That((string?)await database.StringGetAsync("se:tracked", CommandFlags.DemandMaster), Is.EqualTo("before"));
        Assert.That(await leader.AskAsync("SET", "se:tracked", "after"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("the invalidation", () => Task.FromResult(stale.Contains("se:tracked")));
    }

    [Test]
    public async Task Works_and_goes_on_after_a_failover()
    {
        await using ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(Options);
        IDatabase database = connection.GetDatabase();
        await UseAsync(database);
        ISubscriber subscriber = connection.GetSubscriber();
        System.Collections.Concurrent.ConcurrentQueue<string> heard = new();
        await subscriber.SubscribeAsync(RedisChannel.Literal("se:news"), (_, message) => heard.Enqueue($"{message}"), CommandFlags.DemandMaster);
        await subscriber.PublishAsync(RedisChannel.Literal("se:news"), "before", CommandFlags.DemandMaster);
        await Eventually.TrueAsync("the message", () => Task.FromResult(heard.Contains("before")));

        TestNode leader = await Cluster.LeaderAsync();
        leader.Process.Kill();
        await Eventually.TrueAsync("the client to reach the new leader", async () =>
        {
            try
            {
                return await database.StringSetAsync("se:after", "failover");
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                await connection.ConfigureAsync();
                return false;
            }
        });
        Assert.That((string?)await database.StringGetAsync("se:s"), Is.EqualTo("v"));
        Assert.That((string?)await database.StringGetAsync("se:after"), Is.EqualTo("failover"));

        // It subscribes anew by itself, some time after it has found the new leader.
        await Eventually.TrueAsync("a message of the new leader", async () =>
        {
            try
            {
                await subscriber.PublishAsync(RedisChannel.Literal("se:news"), "after", CommandFlags.DemandMaster);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                await connection.ConfigureAsync();
            }

            return heard.Contains("after");
        });
    }

    private static async Task UseAsync(IDatabase database)
    {
        Assert.That(await database.StringSetAsync("se:s", "v"), Is.True);
        Assert.That((string?)await database.StringGetAsync("se:s"), Is.EqualTo("v"));
        Assert.That(await database.StringIncrementAsync("se:n", 5), Is.EqualTo(5));
        await database.ListRightPushAsync("se:l", [1, 2, 3]);
        Assert.That((await database.ListRangeAsync("se:l")).Select(value => (int)value), Is.EqualTo(new[] { 1, 2, 3 }));
        await database.HashSetAsync("se:h", [new("a", 1), new("b", 2)]);
        Assert.That((await database.HashGetAllAsync("se:h")).ToDictionary()["b"], Is.EqualTo((RedisValue)2));
        await database.SortedSetAddAsync("se:z", [new("one", 1), new("two", 2)]);
        Assert.That((await database.SortedSetRangeByRankWithScoresAsync("se:z")).Select(entry => entry.Score), Is.EqualTo(new[] { 1.0, 2.0 }));
        ITransaction transaction = database.CreateTransaction();
        transaction.AddCondition(Condition.StringEqual("se:n", 5));
        Task<long> incremented = transaction.StringIncrementAsync("se:n");
        Assert.That(await transaction.ExecuteAsync(), Is.True);
        Assert.That(await incremented, Is.EqualTo(6));
        Assert.That((long)await database.ScriptEvaluateAsync("return redis.call('incrby', KEYS[1], ARGV[1])", ["se:n"], [4]), Is.EqualTo(10));
        Task<bool>[] pipeline = [.. Enumerable.Range(0, 200).Select(i => database.StringSetAsync($"se:p{i}", i))];
        Assert.That(await Task.WhenAll(pipeline), Has.All.True);
        Assert.That((int)await database.StringGetAsync("se:p199"), Is.EqualTo(199));
    }
}
