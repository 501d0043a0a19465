using System.Globalization;
using System.Net.Sockets;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>raft.follower-proxy: a client of a follower finds there what it would find at the leader.</summary>
[TestFixture]
internal sealed class FollowerProxyTests() : SharedCluster(3, "--raft.follower-proxy", "yes")
{
    [Test]
    public async Task APipeline_IsAnsweredInItsOrder_ErrorsAndLocalCommandsIncluded()
    {
        TestNode follower = await FollowerAsync();
        using TestClient client = await follower.ConnectAsync();
        List<Request> requests = [];
        for (int i = 0; i < 200; i++)
        {
            requests.Add(new Request("SET", "order", $"{i}"));
            requests.Add(new Request("PING", $"local {i}"));
            requests.Add(new Request("GET", "order"));
            requests.Add(new Request("LPUSH", "order", "x"));
            requests.Add(new Request("NONSENSE"));
        }

        Reply[] replies = await client.PipelineAsync(requests);
        for (int i = 0; i < 200; i++)
        {
            string[] five = [.. replies.Skip(5 * i).Take(5).Select(ReplyText.Of)];
            Assert.That(five[..3], Is.EqualTo(new[] { "+OK", $"$local {i}", $"${i}" }));
            Assert.That(five[3], Does.StartWith("-WRONGTYPE "), "an error of the leader comes unchanged");
            Assert.That(five[4], Does.StartWith("-ERR unknown command 'NONSENSE'"));
        }

        RaftInfo info = await follower.InfoAsync();
        Assert.That(info.Number("raft_proxy_reqs"), Is.GreaterThanOrEqualTo(600));
        Assert.That(info.Number("raft_proxy_outstanding_reqs"), Is.Zero);
    }

    [Test]
    public async Task ATransaction_IsOneEntryAndOneReply()
    {
        using TestClient client = await (await FollowerAsync()).ConnectAsync();
        long before = await IndexAsync();
        Assert.That(await client.AskAsync("MULTI"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("SET", "tx", "1"), Is.EqualTo("+QUEUED"));
        Assert.That(await client.AskAsync("INCR", "tx"), Is.EqualTo("+QUEUED"));
        Assert.That(await client.AskAsync("GET", "tx"), Is.EqualTo("+QUEUED"));
        Assert.That(await client.AskAsync("EXEC"), Is.EqualTo("[+OK, :2, $2]"));
        Assert.That(await IndexAsync(), Is.EqualTo(before + 1));
        Assert.That(await client.AskAsync("MULTI"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("NONSENSE"), Does.StartWith("-ERR unknown command"));
        Assert.That(await client.AskAsync("EXEC"), Does.StartWith("-EXECABORT"));
    }

    [Test]
    public async Task ATransaction_MayHoldWhatConcernsTheClientsOwnNode()
    {
        TestNode follower = await FollowerAsync();
        using TestClient client = await follower.ConnectAsync();
        long before = await IndexAsync();
        Reply[] replies = await client.PipelineAsync(
        [
            new("SET", "before", "1"), new("MULTI"), new("CLIENT", "SETNAME", "mine"), new("DEL", "mixed"), new("RPUSH", "mixed", "a", "b"), new("CLIENT", "GETNAME"),
            new("LRANGE", "mixed", "0", "-1"), new("PING", "here"), new("CONFIG", "GET", "port"), new("GET", "mixed"), new("EXEC"), new("GET", "before"),
        ]);
        Assert.That(ReplyText.Of(replies[^2]), Does.Match($"^\\[\\+OK, :[01], :2, \\$mine, \\[\\$a, \\$b\\], \\$here, \\[\\$port, \\${follower.Port}\\], -WRONGTYPE [^,]*\\]$"));
        Assert.That(ReplyText.Of(replies[^1]), Is.EqualTo("$1"));
        Assert.That(await IndexAsync(), Is.EqualTo(before + 2));

        Assert.That(await client.AskAsync("HELLO", "3"), Does.StartWith("%["));
        replies = await client.PipelineAsync([new("MULTI"), new("PING"), new("CONFIG", "GET", "port"), new("HGETALL", "nothing"), new("GET", "nothing"), new("ECHO", "end"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[^1]), Is.EqualTo($"[+PONG, %[$port, ${follower.Port}], %[], (nil), $end]"));
        replies = await client.PipelineAsync([new("MULTI"), new("PING"), new("ECHO", "alone"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[^1]), Is.EqualTo("[+PONG, $alone]"));

        using TestClient other = await follower.ConnectAsync();
        Assert.That(await client.AskAsync("WATCH", "mixed"), Is.EqualTo("+OK"));
        Assert.That(await other.AskAsync("DEL", "mixed"), Is.EqualTo(":1"));
        replies = await client.PipelineAsync([new("MULTI"), new("CLIENT", "SETNAME", "other"), new("SET", "mixed", "1"), new("EXEC"), new("CLIENT", "GETNAME")]);
        Assert.That(ReplyText.Of(replies[^2]), Is.EqualTo("(nil)"));
        Assert.That(ReplyText.Of(replies[^1]), Is.EqualTo("$mine"), "what does not take place does not take place here either");
    }

    [Test]
    public async Task Scripts_RunAtTheLeader()
    {
        TestNode follower = await FollowerAsync();
        using TestClient client = await follower.ConnectAsync();
        string sha = (await client.AskAsync("SCRIPT", "LOAD", "return redis.call('INCRBY', KEYS[1], ARGV[1])"))[1..];
        Assert.That(await client.AskAsync("DEL", "script"), Does.StartWith(":"));
        string library = "#!lua name=proxied\nredis.register_function('proxied_get', function(keys) return redis.call('GET', keys[1]) end)";
        Assert.That(await client.AskAsync("FUNCTION", "LOAD", "REPLACE", library), Is.EqualTo("$proxied"));
        Reply[] replies = await client.PipelineAsync(
        [
            new("EVALSHA", sha, "1", "script", "5"), new("EVAL", "return redis.call('INCR', KEYS[1])", "1", "script"), new("EVAL_RO", "return redis.call('GET', KEYS[1])", "1", "script"),
            new("FCALL", "proxied_get", "1", "script"), new("EVAL", "return redis.error_reply('ERR mine')", "0"), new("EVALSHA", new string('0', 40), "0"), new("GET", "script"),
        ]);
        Assert.That(replies.Select(ReplyText.Of).Take(4), Is.EqualTo(new[] { ":5", ":6", "$6", "$6" }));
        Assert.That(ReplyText.Of(replies[4]), Does.StartWith("-ERR mine"));
        Assert.That(ReplyText.Of(replies[5]), Does.StartWith("-NOSCRIPT"));
        Assert.That(ReplyText.Of(replies[6]), Is.EqualTo("$6"));
    }

    [Test]
    public async Task BehindABlockedCommand_EverythingKeepsItsOrder()
    {
        TestNode follower = await FollowerAsync();
        using TestClient client = await follower.ConnectAsync();
        using TestClient other = await follower.ConnectAsync();
        await client.SendAsync(TestClient.Encode(new("BLPOP", "order-queue", "0"), new("PING", "local"), new("SET", "order-key", "after"), new("BRPOP", "order-queue", "0.05"), new("GET", "order-key")));
        await BlockedAsync(1);
        Assert.That(await other.AskAsync("EXISTS", "order-key"), Is.EqualTo(":0"), "nothing behind it has begun");
        Assert.That(await other.AskAsync("RPUSH", "order-queue", "one"), Is.EqualTo(":1"));
        Assert.That((await client.ReadAsync(5)).Select(ReplyText.Of), Is.EqualTo(new[] { "[$order-queue, $one]", "$local", "+OK", "(nil)", "$after" }));
        Assert.That(await other.AskAsync("DEL", "order-key"), Is.EqualTo(":1"));
    }

    [Test]
    public async Task WhereTheLeaderCannotBeAsked_NothingHappens_AndTheClientIsTold()
    {
        TestNode leader = await LeaderAsync();
        TestNode follower = Cluster.Running.First(node => node != leader);
        follower.Process.Kill();
        follower.Start(); // without a connection to the leader for what it passes on
        await follower.ReadyAsync();
        await Cluster.SettledAsync();
        using TestClient client = await follower.ConnectAsync();
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.cluster-user", "nobody"), Is.EqualTo("+OK"));
        long failed = (await follower.InfoAsync()).Number("raft_proxy_failed_reqs");
        Assert.That(await client.AskAsync("SET", "unasked", "1"), Is.EqualTo("-NOTLEADER Failed to proxy command"));
        Assert.That((await follower.InfoAsync()).Number("raft_proxy_failed_reqs"), Is.GreaterThan(failed));
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.cluster-user", "default"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("requests to be passed on", async () => await client.AskAsync("EXISTS", "unasked") == ":0");
    }

    [Test]
    public async Task Watch_IsDecidedByTheLeader()
    {
        TestNode follower = await FollowerAsync();
        using TestClient client = await follower.ConnectAsync();
        TestNode leader = await LeaderAsync();
        using TestClient other = await leader.ConnectAsync();
        Assert.That(await TransactAsync(client, "watched", () => Task.FromResult("")), Is.EqualTo("[+OK]"));
        Assert.That(await TransactAsync(client, "watched", () => other.AskAsync("SET", "watched", "other")), Is.EqualTo("(nil)"));
        Assert.That(await TransactAsync(client, "watched", () => client.AskAsync("SET", "watched", "itself")), Is.EqualTo("(nil)"));
        Assert.That(await TransactAsync(client, "watched", async () =>
        {
            await client.AskAsync("UNWATCH");
            return await other.AskAsync("SET", "watched", "other");
        }), Is.EqualTo("[+OK]"));
        Assert.That(await TransactAsync(client, "watched", () => other.AskAsync("SET", "another", "key")), Is.EqualTo("[+OK]"), "an earlier watch does not linger");
        Assert.That(await TransactAsync(client, "watched", async () =>
        {
            await Eventually.TrueAsync("another leader", async () =>
            {
                await other.AskAsync("RAFT.TRANSFER_LEADER"); // which may come to nothing on a busy machine
                await Cluster.SettledAsync();
                return await LeaderAsync() != leader;
            });
            return "";
        }), Is.EqualTo("(nil)"), "another leader knows nothing of it, or this node leads now");
    }

    [Test]
    public async Task EachClient_HasItsOwnProtocol()
    {
        TestNode follower = await FollowerAsync();
        using TestClient old = await follower.ConnectAsync();
        using TestClient young = await follower.ConnectAsync();
        Assert.That(await young.AskAsync("HELLO", "3"), Does.StartWith("%["));
        Assert.That(await old.AskAsync("DEL", "protocol"), Does.StartWith(":"));
        Assert.That(await old.AskAsync("HSET", "protocol", "a", "1"), Is.EqualTo(":1"));
        Assert.That((await young.CallAsync("HGETALL", "protocol")).Kind, Is.EqualTo('%'));
        Assert.That((await old.CallAsync("HGETALL", "protocol")).Kind, Is.EqualTo('*'));
        Assert.That(await young.AskAsync("HELLO", "2"), Does.StartWith("["));
        Assert.That((await young.CallAsync("HGETALL", "protocol")).Kind, Is.EqualTo('*'));
    }

    [Test]
    public async Task ABlockedClient_IsServed_Unblocked_AndLetGo()
    {
        TestNode follower = await FollowerAsync();
        using TestClient waiting = await follower.ConnectAsync();
        using TestClient other = await follower.ConnectAsync();
        string id = (await waiting.AskAsync("CLIENT", "ID"))[1..];

        await waiting.SendAsync(TestClient.Encode(new Request("BLPOP", "queue", "0")));
        await BlockedAsync(1);
        Assert.That(await other.AskAsync("RPUSH", "queue", "one"), Is.EqualTo(":1"));
        Assert.That(ReplyText.Of(await waiting.ReadAsync()), Is.EqualTo("[$queue, $one]"));

        await waiting.SendAsync(TestClient.Encode(new Request("BLPOP", "queue", "0")));
        await BlockedAsync(1);
        Assert.That(await other.AskAsync("CLIENT", "UNBLOCK", id, "ERROR"), Is.EqualTo(":1"));
        Assert.That(ReplyText.Of(await waiting.ReadAsync()), Is.EqualTo("-UNBLOCKED client unblocked via CLIENT UNBLOCK"));

        await waiting.SendAsync(TestClient.Encode(new Request("BLPOP", "queue", "0"), new Request("RPUSH", "queue", "behind")));
        await BlockedAsync(1);
        string address = waiting.Address;
        waiting.Dispose();
        await BlockedAsync(0);
        await Eventually.TrueAsync("the follower to have forgotten it", async () => !(await other.AskAsync("CLIENT", "LIST")).Contains($"addr={address} ", StringComparison.Ordinal));
        Assert.That(await other.AskAsync("RPUSH", "queue", "two"), Is.EqualTo(":1"), "what stood behind is not run");
        Assert.That(await other.AskAsync("LLEN", "queue"), Is.EqualTo(":1"), "nobody took it who is gone");
        Assert.That(await other.AskAsync("DEL", "queue"), Is.EqualTo(":1"));
    }

    [Test]
    public async Task ALeaderThatFallsSilent_IsNotWaitedForLongerThanConfigured()
    {
        TestNode leader = await LeaderAsync();
        TestNode follower = await FollowerAsync();
        using TestClient client = await follower.ConnectAsync();
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.proxy-response-timeout", "300"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("SET", "silent", "1"), Is.EqualTo("+OK"));
        long failed = (await follower.InfoAsync()).Number("raft_proxy_failed_responses");
        leader.Process.Stop();
        try
        {
            Assert.That(await client.AskAsync("SET", "silent", "2"), Is.EqualTo("-TIMEOUT no reply from leader"));
        }
        finally
        {
            leader.Process.Continue();
        }

        Assert.That((await follower.InfoAsync()).Number("raft_proxy_failed_responses"), Is.GreaterThan(failed));
        Assert.That(await client.AskAsync("CONFIG", "SET", "raft.proxy-response-timeout", "10000"), Is.EqualTo("+OK"));
        await Eventually.TrueAsync("requests to be passed on again", async () => await client.AskAsync("GET", "silent") is ['$', ..]);
    }

    [Test]
    public async Task NoReply_ReachesAnotherRequest_WhenLeadersAreKilled()
    {
        using CancellationTokenSource stop = new();
        TestNode[] nodes = [.. Cluster.Nodes];
        Task<int>[] clients = [.. Enumerable.Range(0, 12).Select(number => Task.Run(() => AskOwnKeysAsync(nodes[number % nodes.Length], number, stop.Token)))];
        try
        {
            for (int kill = 0; kill < 3; kill++)
            {
                TestNode leader = await LeaderAsync();
                leader.Process.Kill();
                await LeaderAsync();
                leader.Start();
                await leader.ReadyAsync();
                await Cluster.SettledAsync();
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        int[] answered = await Task.WhenAll(clients);
        TestContext.Out.WriteLine($"{answered.Sum()} requests were answered with a value.");
        Assert.That(answered, Is.All.GreaterThan(0));
    }

    /// <summary>Writes and reads keys of its own in pipelines: every reply names its request, or is an error that is known.</summary>
    private static async Task<int> AskOwnKeysAsync(TestNode node, int number, CancellationToken stop)
    {
        int answered = 0;
        for (int round = 0; !stop.IsCancellationRequested; round++)
        {
            try
            {
                using TestClient client = await node.ConnectAsync();
                for (; !stop.IsCancellationRequested; round++)
                {
                    string[] words = [.. Enumerable.Range(0, 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"client {number} round {round} request {i}"))];
                    Reply[] replies = await client.PipelineAsync([.. words.Select((word, i) => i % 2 == 0 ? new Request("SET", word, word, "GET", "PX", "20000") : new Request("MGET", words[i - 1]))]);
                    answered += Check(words, [.. replies.Select(ReplyText.Of)]);
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException)
            {
                await Task.Delay(20, CancellationToken.None); // killed at the moment
            }
        }

        return answered;
    }

    private static int Check(string[] words, string[] replies)
    {
        int answered = 0;
        for (int i = 0; i < words.Length; i++)
        {
            if (replies[i].StartsWith('-'))
            {
                Assert.That(replies[i], Does.Match("^-(TIMEOUT (not committed yet|no quorum for read|no reply from leader)|MOVED 0 .*|CLUSTERDOWN No raft leader|NOTLEADER Failed to proxy command|TRYAGAIN .*|LOADING .*)$"));
                continue;
            }

            answered++;
            if (i % 2 == 0)
                Assert.That(replies[i], Is.EqualTo("(nil)"), "every key is new");
            else
                Assert.That(replies[i], Is.EqualTo($"[${words[i - 1]}]").Or.EqualTo("[(nil)]"), $"instead of the value of '{words[i - 1]}'");
        }

        return answered;
    }

    private static async Task<string> TransactAsync(TestClient client, string key, Func<Task<string>> meanwhile)
    {
        Assert.That(await client.AskAsync("WATCH", key), Is.EqualTo("+OK"));
        await meanwhile();
        Assert.That(await client.AskAsync("MULTI"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("SET", key, "mine"), Is.EqualTo("+QUEUED"));
        return await client.AskAsync("EXEC");
    }

    /// <summary>The node that leads: here every node answers a read.</summary>
    private Task<TestNode> LeaderAsync() => Eventually.GetAsync("a leader", async () =>
    {
        foreach (TestNode node in Cluster.Running)
        {
            if (await node.TryInfoAsync() is { IsLeader: true } && await node.AskAsync("EXISTS", "any") is [':', ..])
                return node;
        }

        return null;
    });

    /// <summary>A follower that passes requests on.</summary>
    private async Task<TestNode> FollowerAsync()
    {
        TestNode leader = await LeaderAsync();
        TestNode follower = Cluster.Running.First(node => node != leader);
        await Eventually.TrueAsync("the follower to reach the leader", async () => await follower.AskAsync("EXISTS", "any") is [':', ..]);
        return follower;
    }

    private async Task<long> IndexAsync()
    {
        await Cluster.SettledAsync();
        return (await (await LeaderAsync()).InfoAsync()).Number("raft_current_index");
    }

    private async Task BlockedAsync(int clients)
    {
        TestNode leader = await LeaderAsync();
        using TestClient client = await leader.ConnectAsync();
        await Eventually.TrueAsync($"{clients} clients to be blocked", async () =>
            (await client.CallAsync("INFO", "clients")).AsString.Contains($"blocked_clients:{clients}\r\n", StringComparison.Ordinal));
    }
}
