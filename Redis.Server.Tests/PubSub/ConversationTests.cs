using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.PubSub;

/// <summary>Whole conversations of several clients, word for word as with a real redis-server 7.0.</summary>
[TestFixture]
internal sealed class ConversationTests : SingleNode
{
    [TestCase("""
        a: SUBSCRIBE c1 c2 c1
        a: GET x
        a: CLIENT ID
        a: NOSUCH
        a: GET
        a: MULTI
        a: HELLO 3
        a: PING
        a: PING hi
        a: PING a b
        b: PUBLISH c1 m
        b: PUBLISH none m
        a: PSUBSCRIBE c*
        b: PUBLISH c1 m
        b: PUBLISH c3 ''
        a: SSUBSCRIBE c1 s2
        b: SPUBLISH c1 m
        b: PUBLISH s2 m
        a: UNSUBSCRIBE c2 c1 c1
        a: UNSUBSCRIBE
        a: UNSUBSCRIBE x
        a: PUNSUBSCRIBE
        a: GET x
        a: SUNSUBSCRIBE c1
        a: SUNSUBSCRIBE
        a: SUNSUBSCRIBE
        a: GET x
        b: UNSUBSCRIBE
        b: PUNSUBSCRIBE a b
        b: SUBSCRIBE
        """, TestName = "Subscribing in RESP2")]
    [TestCase("""
        a3: SUBSCRIBE c1
        a3: GET x
        a3: PING
        a3: PUBLISH c1 self
        a3: PSUBSCRIBE c* *1
        a3: UNSUBSCRIBE
        a3: UNSUBSCRIBE
        a3: PUNSUBSCRIBE c*
        b: SUBSCRIBE c1
        a3: PUBLISH c1 m | PUBLISH c1 n | GET x
        a3: SSUBSCRIBE c1
        a3: SPUBLISH c1 m
        """, TestName = "Subscribing in RESP3")]
    [TestCase("""
        a: SUBSCRIBE c1
        b3: SUBSCRIBE c1
        c: PSUBSCRIBE c? d?
        d: SSUBSCRIBE c1
        e: PUBSUB CHANNELS
        e: PUBSUB CHANNELS c[1]
        e: PUBSUB CHANNELS zz
        e: PUBSUB CHANNELS a b
        e: PUBSUB NUMSUB c1 zz
        e: PUBSUB NUMSUB
        e: PUBSUB NUMPAT
        e: PUBSUB NUMPAT x
        e: PUBSUB SHARDCHANNELS
        e: PUBSUB SHARDCHANNELS x*
        e: PUBSUB SHARDNUMSUB c1 zz
        e: PUBSUB HELP
        e: PUBSUB
        e: PUBSUB X
        e: MULTI | PUBLISH c1 m | PUBSUB NUMSUB c1 | SPUBLISH c1 m | EXEC
        a: RESET | GET x
        b3: QUIT
        e: PUBSUB CHANNELS
        c: QUIT
        e: PUBSUB NUMPAT
        e: PUBLISH c1
        """, TestName = "Asking about subscriptions, publishing in MULTI, RESET and QUIT")]
    [TestCase("""
        a: PSUBSCRIBE __key*__:*
        b: CONFIG SET notify-keyspace-events KEAmn
        b: SET k v
        b: GET nothing
        b: EXISTS nothing k nothing2
        b: SET k v EX 100
        b: MULTI | INCR n | DEL k | EXEC
        b: RENAME n m
        c3: PSUBSCRIBE __key*__:*
        c3: SET l a
        b: CONFIG SET notify-keyspace-events Ex
        b: SET k v PX 1
        b: CONFIG SET notify-keyspace-events Kg$
        b: SET k v
        b: LPUSH l a
        b: DEL l
        b: CONFIG SET notify-keyspace-events gm
        b: GET nothing
        b: DEL k
        b: CONFIG SET notify-keyspace-events ''
        b: SET k v
        """, TestName = "Keyspace notifications")]
    public async Task AConversation_IsThatOfRedis(string script)
    {
        Assert.That(await HeardFromAsync(Node.Port, script), Is.EqualTo(await HeardFromAsync(OracleServer.Port, script)));
    }

    private static async Task<string> HeardFromAsync(int port, string script)
    {
        using TestClient clean = await TestClient.ConnectAsync(port);
        await clean.AskAsync("FLUSHALL");
        using Conversation conversation = new(port);
        await conversation.HoldAsync(script);
        return string.Join('\n', conversation.Heard);
    }
}
