using System.Globalization;
using NUnit.Framework;

namespace Redis.Server.Tests.Oracle;

/// <summary>MEMORY USAGE counts what a key takes here, which is about what it takes in Redis: the same order, whatever the type and size.</summary>
[TestFixture]
internal sealed class MemoryUsageTests
{
    [TestCase("small strings", "SET", 1, 10)]
    [TestCase("strings", "SET", 1, 64)]
    [TestCase("large strings", "SET", 1, 100_000)]
    [TestCase("appended strings", "APPEND", 1, 1000)]
    [TestCase("small hashes", "HSET", 5, 10)]
    [TestCase("hashes", "HSET", 1000, 20)]
    [TestCase("small lists", "RPUSH", 5, 10)]
    [TestCase("lists", "RPUSH", 5000, 20)]
    [TestCase("small sets", "SADD", 5, 10)]
    [TestCase("sets", "SADD", 1000, 20)]
    [TestCase("small sorted sets", "ZADD", 5, 10)]
    [TestCase("sorted sets", "ZADD", 1000, 20)]
    public void A_key_takes_about_as_much_as_in_Redis(string what, string command, int count, int length)
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        using LocalExecutor local = new();
        oracle.Run([new Request("FLUSHALL")]);
        for (int i = 0; i < count; i++)
        {
            string element = i.ToString(CultureInfo.InvariantCulture).PadLeft(length, 'x');
            Request request = command switch
            {
                "HSET" => new Request(command, "key", element, element),
                "ZADD" => new Request(command, "key", $"{i}.5", element),
                _ => new Request(command, "key", element),
            };
            oracle.Run([request]);
            local.Run(request);
        }

        double theirs = double.Parse(oracle.Run([new Request("MEMORY", "USAGE", "key", "SAMPLES", "0")])[0].AsString, CultureInfo.InvariantCulture);
        double ours = local.Keyspace.MemoryOf("key"u8);
        TestContext.Out.WriteLine($"{what}: {ours} bytes, in Redis {theirs}");
        Assert.That(ours / theirs, Is.InRange(0.5, 2.0), $"{ours} bytes, in Redis {theirs}");
    }

    [Test]
    public void What_goes_leaves_no_trace_in_the_account()
    {
        using LocalExecutor local = new();
        long empty = local.Keyspace.UsedMemory;
        string text = new('t', 100), longer = new('u', 400), large = new('v', 5000);
        foreach (string value in new[] { "1", text, "", longer, text, "-5", large, text, large, "12" })
        {
            local.Run("SET", "key", value);
            Assert.That(local.Run("GET", "key").AsString, Is.EqualTo(value));
        }

        local.Run("SET", "key", text);
        local.Run("RENAME", "key", "another name");
        local.Run("COPY", "another name", "copy");
        local.Run("APPEND", "copy", text);
        local.Run("SETRANGE", "another name", "3", "xyz");
        local.Run("SETBIT", "another name", "4000", "1");
        local.Run("RENAME", "another name", "z");
        local.Run("INCR", "counter");
        local.Run("SET", "counter", text);
        local.Run("SET", "counter", "7");
        local.Run("INCR", "counter");
        local.Run("GETSET", "counter", longer);
        local.Run("HSET", "hash", "a", text);
        local.Run("ZADD", "scores", "1", text);
        Assert.That(local.Run("GET", "copy").AsString, Is.EqualTo(text + text));
        Assert.That(local.Run("STRLEN", "z").AsString, Is.EqualTo("501"));
        Assert.That(local.Run("GETRANGE", "z", "0", "5").AsString, Is.EqualTo("tttxyz"));
        local.Run("DEL", "copy", "z", "counter", "hash", "scores");
        long left = local.Keyspace.UsedMemory - empty;
        Assert.That((local.Keyspace.Count, local.Keyspace.UsedMemory - local.Keyspace.TableBytes), Is.EqualTo((0, 0L)), $"{left} bytes more than at first");
    }
}
