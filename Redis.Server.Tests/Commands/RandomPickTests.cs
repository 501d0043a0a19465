using System.Globalization;
using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Commands;

/// <summary>SPOP, SRANDMEMBER, HRANDFIELD, ZRANDMEMBER and RANDOMKEY pick what is there, evenly, and the same on every replica.</summary>
internal sealed class RandomPickTests
{
    private const int Members = 20;

    // Both encodings: an intset, listpack; a table.
    [TestCase("")]
    [TestCase("a long name that does not fit into any compact encoding, for it has more than sixty-four bytes ")]
    public void EveryMember_IsPickedAboutAsOften(string prefix)
    {
        using LocalExecutor local = Prepare(prefix);
        string[] expected = [.. Enumerable.Range(0, Members).Select(i => $"{prefix}{i}").Order(StringComparer.Ordinal)];
        foreach (string[] pick in new[] { new[] { "SRANDMEMBER", "s" }, ["HRANDFIELD", "h"], ["ZRANDMEMBER", "z"] })
        {
            Dictionary<string, int> one = Count(Enumerable.Range(0, 4000).Select(_ => local.Run(pick)));
            Dictionary<string, int> many = Count(local.Run([.. pick, "-4000"]).Elements);
            foreach (Dictionary<string, int> counts in new[] { one, many })
            {
                Assert.That(counts.Keys.Order(StringComparer.Ordinal), Is.EqualTo(expected), pick[0]);
                // 200 each on average; 110 is more than six standard deviations away.
                Assert.That(counts.Values, Has.All.InRange(110, 310), pick[0]);
            }
        }
    }

    [TestCase("")]
    [TestCase("a long name that does not fit into any compact encoding, for it has more than sixty-four bytes ")]
    public void Distinct_AreDistinct_AndPairsBelongTogether(string prefix)
    {
        using LocalExecutor local = Prepare(prefix);
        for (int count = 1; count <= Members + 3; count++)
        {
            foreach (string[] pick in new[] { new[] { "SRANDMEMBER", "s" }, ["HRANDFIELD", "h"], ["ZRANDMEMBER", "z"] })
            {
                string[] picked = [.. local.Run([.. pick, $"{count}"]).Elements.Select(element => element.AsString)];
                Assert.That(picked, Is.Unique);
                Assert.That(picked, Has.Length.EqualTo(Math.Min(count, Members)));
            }

            foreach (string[] pick in new[] { new[] { "HRANDFIELD", "h", $"{count}", "WITHVALUES" }, ["ZRANDMEMBER", "z", $"-{count}", "WITHSCORES"] })
            {
                foreach (Reply[] pair in local.Run(pick).Elements.Chunk(2))
                    Assert.That(pair[0].AsString, Is.EqualTo(prefix + pair[1].AsString));
            }
        }
    }

    [Test]
    public void SPop_TakesThemAllOnce_TheSameOnEveryReplica([Values(1, 3, 19)] int count, [Values("", "x")] string prefix)
    {
        using LocalExecutor local = Prepare(prefix), replica = Prepare(prefix);
        HashSet<string> popped = [];
        while (local.Keyspace.Peek("s"u8).Object is { } set)
        {
            int before = set.Count;
            Reply reply = local.Run("SPOP", "s", $"{count}");
            Assert.That(replica.Run("SPOP", "s", $"{count}").Raw, Is.EqualTo(reply.Raw));
            Assert.That(reply.Elements, Has.Length.EqualTo(Math.Min(count, before)));
            Assert.That(reply.Elements.All(element => popped.Add(element.AsString)), "each once");
            Assert.That(Digest.Of(local.Keyspace), Is.EqualTo(Digest.Of(replica.Keyspace)));
        }

        Assert.That(popped, Has.Count.EqualTo(Members));
    }

    [Test]
    public void SPopOfMostMembers_LeavesIntegersAsAnIntset_AsRedisDoes()
    {
        using LocalExecutor local = new();
        local.Run(["SADD", "s", "x", .. Enumerable.Range(0, 99).Select(i => i.ToString(CultureInfo.InvariantCulture))]);
        local.Run("SREM", "s", "x");
        Assert.That(local.Run("OBJECT", "ENCODING", "s").AsString, Is.EqualTo("hashtable"));
        local.Run("SPOP", "s", "90");
        Assert.That(local.Run("SCARD", "s").AsString, Is.EqualTo("9"));
        Assert.That(local.Run("OBJECT", "ENCODING", "s").AsString, Is.EqualTo("intset"));
    }

    [Test]
    public void RandomKey_FindsEveryKey()
    {
        using LocalExecutor local = Prepare("");
        Assert.That(Enumerable.Range(0, 200).Select(_ => local.Run("RANDOMKEY").AsString).Distinct(), Is.EquivalentTo(new[] { "s", "h", "z" }));
    }

    private static Dictionary<string, int> Count(IEnumerable<Reply> replies) =>
        replies.GroupBy(reply => reply.AsString).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>A set, a hash and a sorted set; a value or score is the number in the member's name.</summary>
    private static LocalExecutor Prepare(string prefix)
    {
        LocalExecutor local = new();
        for (int i = 0; i < Members; i++)
        {
            local.Run("SADD", "s", $"{prefix}{i}");
            local.Run("HSET", "h", $"{prefix}{i}", $"{i}");
            local.Run("ZADD", "z", $"{i}", $"{prefix}{i}");
        }

        return local;
    }
}
