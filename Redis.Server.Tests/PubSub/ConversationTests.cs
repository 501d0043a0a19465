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
        b: SET k v PX 100000
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
    [TestCase("""
        a3: CLIENT TRACKINGINFO
        a3: CLIENT GETREDIR
        a3: CLIENT CACHING YES
        a3: CLIENT TRACKING ON
        a3: CLIENT TRACKINGINFO
        a3: CLIENT CACHING YES
        a3: CLIENT CACHING NO
        a3: CLIENT CACHING x
        b: SET k 1
        a3: GET k
        b: SET k 2
        b: SET k 3
        a3: MGET k nokey
        a3: SET k 4
        b: SET nokey 1
        a3: MULTI | GET m1 | SET m2 x | EXEC
        b: MSET m1 1 m2 2
        a3: MULTI | GET m1 | SET m1 x | EXEC
        a3: GET k
        b: FLUSHALL
        a3: GET k
        a3: FLUSHALL
        a3: SMEMBERS s
        b: SADD s 1
        a3: SMEMBERS s
        b: SADD s 1
        b: DEL s
        a3: GET k
        a3: CLIENT TRACKING OFF
        b: SET k 5
        """, TestName = "Tracking what was read")]
    [TestCase("""
        a3: CLIENT TRACKING ON PREFIX a
        a3: CLIENT TRACKING ON BCAST OPTIN
        a3: CLIENT TRACKING ON OPTIN OPTOUT
        a3: CLIENT TRACKING ON REDIRECT 99999
        a3: CLIENT TRACKING ON REDIRECT x
        a3: CLIENT TRACKING ON REDIRECT {b} REDIRECT {b}
        a3: CLIENT TRACKING X
        a3: CLIENT TRACKING ON foo
        a3: CLIENT TRACKING ON PREFIX
        a3: CLIENT TRACKING ON BCAST PREFIX a PREFIX ab
        a3: CLIENT TRACKING ON BCAST PREFIX a PREFIX a
        a3: CLIENT TRACKING ON BCAST PREFIX '' PREFIX a
        a3: CLIENT TRACKING ON BCAST PREFIX a
        a3: CLIENT TRACKING ON BCAST PREFIX b
        a3: CLIENT TRACKING ON BCAST PREFIX bc
        a3: CLIENT TRACKINGINFO
        a3: CLIENT TRACKING ON
        a3: CLIENT TRACKING OFF
        a3: CLIENT TRACKING ON OPTIN
        a3: CLIENT TRACKING ON OPTOUT
        a3: GET x
        b: SET x 1
        a3: CLIENT CACHING YES
        a3: CLIENT TRACKINGINFO
        a3: GET x
        b: SET x 2
        a3: CLIENT CACHING YES
        a3: MULTI | GET o1 | GET o2 | EXEC
        b: MSET o1 1 o2 2
        a3: RESET
        a3: CLIENT TRACKINGINFO
        a3: CLIENT TRACKING ON OPTOUT
        a3: CLIENT CACHING NO
        """, TestName = "Tracking: options")]
    [TestCase("""
        a3: CLIENT TRACKING ON BCAST PREFIX p: PREFIX q
        b: SET p:1 1
        b: MSET p:2 1 p:1 2 q 3 zz 4
        a3: SET p:x 1
        a3: MULTI | SET p:x 1 | SET p:a 1 | EXEC
        b: FLUSHALL
        a3: CLIENT TRACKING OFF
        a3: CLIENT TRACKING ON BCAST NOLOOP
        a3: CLIENT TRACKINGINFO
        a3: SET p:x 1
        b: SET p:x 2
        r: SUBSCRIBE __redis__:invalidate
        c: CLIENT TRACKING ON NOLOOP
        c: GET x
        c: SET x 1
        c: GET x
        b: SET x 2
        """, TestName = "Tracking: broadcasts, NOLOOP, RESP2")]
    [TestCase("""
        a: CLIENT REPLY ON
        a: CLIENT REPLY x
        a: CLIENT REPLY SKIP | SET a 1 | GET a
        a: CLIENT REPLY OFF | SET a 2 | CLIENT REPLY SKIP | NOSUCH | CLIENT REPLY ON | GET a
        a: CLIENT NO-EVICT on | CLIENT NO-EVICT off | CLIENT NO-EVICT x
        a: CLIENT PAUSE
        a: CLIENT PAUSE x
        a: CLIENT PAUSE -1
        a: CLIENT PAUSE 1 x
        a: CLIENT PAUSE 0 WRITE
        a: CLIENT UNPAUSE
        a: CLIENT LIST TYPE pubsub
        a: CLIENT KILL ID x
        a: CLIENT KILL TYPE x y
        a: CLIENT KILL 1.1.1.1:1
        s: SUBSCRIBE c
        a: CLIENT KILL TYPE pubsub
        """, TestName = "CLIENT REPLY, PAUSE, KILL")]
    [TestCase("""
        b: CLIENT PAUSE 100000 WRITE
        a: GET x
        a: MULTI | GET x | EXEC
        b: CLIENT UNPAUSE
        a: SET x 1
        """, TestName = "What a pause of writes lets pass")]
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
