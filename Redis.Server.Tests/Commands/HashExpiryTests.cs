using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Commands;

/// <summary>HEXPIRE and its kin are younger than the redis-server compared with: examples from their documentation, and cluster time.</summary>
internal sealed class HashExpiryTests
{
    private const long Start = 1_700_000_000_000;

    [TestCase("HEXPIRE nokey 10 FIELDS 1 a", "[:-2]")]
    [TestCase("HEXPIRE h 10 FIELDS 3 a b nope", "[:1, :1, :-2]")]
    [TestCase("HEXPIRE h 10 NX FIELDS 2 a t", "[:1, :0]")]
    [TestCase("HEXPIRE h 10 XX FIELDS 2 a t", "[:0, :1]")]
    [TestCase("HEXPIRE h 10 GT FIELDS 2 a t", "[:0, :0]")]
    [TestCase("HEXPIRE h 1000 GT FIELDS 1 t", "[:1]")]
    [TestCase("HEXPIRE h 10 LT FIELDS 2 a t", "[:1, :1]")]
    [TestCase("HEXPIRE h 0 FIELDS 2 a nope", "[:2, :-2]")]
    [TestCase("HPEXPIRE h 10 fields 1 a", "[:1]")]
    [TestCase("HEXPIREAT h 1 FIELDS 1 a", "[:2]")]
    [TestCase("HPEXPIREAT h 1700000000001 FIELDS 1 a", "[:1]")]
    [TestCase("HTTL h FIELDS 3 a t nope", "[:-1, :100, :-2]")]
    [TestCase("HPTTL h FIELDS 1 t", "[:100000]")]
    [TestCase("HEXPIRETIME h FIELDS 1 t", "[:1700000100]")]
    [TestCase("HPEXPIRETIME h FIELDS 1 t", "[:1700000100000]")]
    [TestCase("HTTL nokey FIELDS 2 a b", "[:-2, :-2]")]
    [TestCase("HPERSIST h FIELDS 3 a t nope", "[:-1, :1, :-2]")]
    [TestCase("HPERSIST nokey FIELDS 1 a", "[:-2]")]
    [TestCase("HEXPIRE h 10 FIELDS 2 a", "-ERR The `numfields` parameter must match the number of arguments")]
    [TestCase("HEXPIRE h 10 FIELDS 0 a", "-ERR Parameter `numFields` should be greater than 0")]
    [TestCase("HEXPIRE h 10 FOO 1 a", "-ERR Mandatory argument FIELDS is missing or not at the right position")]
    [TestCase("HEXPIRE h -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0")]
    [TestCase("HEXPIRE h x FIELDS 1 a", "-ERR value is not an integer or out of range")]
    [TestCase("HEXPIRE h 9223372036854775807 FIELDS 1 a", "-ERR invalid expire time in 'hexpire' command")]
    [TestCase("HEXPIRE s 10 FIELDS 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value")]
    [TestCase("HTTL s FIELDS 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value")]
    [TestCase("HEXPIRE h 10 FIELDS", "-ERR wrong number of arguments for 'hexpire' command")]
    public void Replies(string line, string reply)
    {
        using LocalExecutor local = Prepare();
        Assert.That(ReplyText.Of(local.Run(line.Split(' '))), Is.EqualTo(reply));
    }

    [TestCase("HGET h t", "(nil)")]
    [TestCase("HMGET h a t", "[$1, (nil)]")]
    [TestCase("HEXISTS h t", ":0")]
    [TestCase("HLEN h", ":2")]
    [TestCase("HGETALL h", "[$a, $1, $b, $2]")]
    [TestCase("HKEYS h", "[$a, $b]")]
    [TestCase("HSTRLEN h t", ":0")]
    [TestCase("HDEL h t", ":0")]
    [TestCase("HSETNX h t 9", ":1")]
    [TestCase("HINCRBY h t 9", ":9")]
    [TestCase("HSET h t 9", ":1")]
    [TestCase("HTTL h FIELDS 1 t", "[:-2]")]
    [TestCase("HSCAN h 0", "[$0, [$a, $1, $b, $2]]")]
    [TestCase("HRANDFIELD h 9", "[$a, $b]")]
    public void AFieldThatIsDue_IsGone(string line, string reply)
    {
        using LocalExecutor local = Prepare();
        local.Now = Start + 100_001;
        Assert.That(ReplyText.Of(local.Run(line.Split(' '))), Is.EqualTo(reply));
    }

    [Test]
    public void AHashWhoseLastFieldIsDue_IsGone_AndAnEntryRemovesIt()
    {
        using LocalExecutor local = Prepare();
        local.Run("HDEL", "h", "a", "b");
        Assert.That(local.Keyspace.EarliestExpiry, Is.EqualTo(Start + 100_000), "the leader sees to an entry then");
        local.Now = Start + 100_001;
        Assert.That(ReplyText.Of(local.Run("EXISTS", "h")), Is.EqualTo(":0"));
        Assert.That(local.Keyspace.Count, Is.EqualTo(2), "a read changes nothing");
        local.Tick(Start + 100_001);
        Assert.That(local.Keyspace.Count, Is.EqualTo(1));
    }

    [TestCase("HSET h t 5", "[:-1]", TestName = "HSET takes a field's expiry away")]
    [TestCase("HINCRBY h t 5", "[:100]", TestName = "HINCRBY leaves it")]
    [TestCase("RENAME h h", "[:100]", TestName = "so does RENAME")]
    [TestCase("HSETNX h t 5", "[:100]", TestName = "and HSETNX")]
    public void WhatBecomesOfAnExpiry(string line, string ttl)
    {
        using LocalExecutor local = Prepare();
        local.Run(line.Split(' '));
        Assert.That(ReplyText.Of(local.Run("HTTL", "h", "FIELDS", "1", "t")), Is.EqualTo(ttl));
    }

    [Test]
    public void CopyKeepsThem_AndTheDigestKnowsThem()
    {
        using LocalExecutor local = Prepare(), other = Prepare();
        local.Run("COPY", "h", "c");
        Assert.That(ReplyText.Of(local.Run("HTTL", "c", "FIELDS", "1", "t")), Is.EqualTo("[:100]"));
        local.Run("DEL", "c");
        Assert.That(Digest.Of(local.Keyspace), Is.EqualTo(Digest.Of(other.Keyspace)));
        other.Run("HPERSIST", "h", "FIELDS", "1", "t");
        Assert.That(Digest.Of(local.Keyspace), Is.Not.EqualTo(Digest.Of(other.Keyspace)));
    }

    private static LocalExecutor Prepare()
    {
        LocalExecutor local = new() { Now = Start };
        local.Run("SET", "s", "x");
        local.Run("HSET", "h", "a", "1", "b", "2", "t", "3");
        local.Run("HEXPIRE", "h", "100", "FIELDS", "1", "t");
        return local;
    }
}
