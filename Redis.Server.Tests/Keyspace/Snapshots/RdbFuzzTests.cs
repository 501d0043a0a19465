using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol.Rdb;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Keyspace.Snapshots;

/// <summary>Whatever the bytes, a reader ends, says what is wrong and takes no more memory than they justify.</summary>
internal sealed class RdbFuzzTests
{
    private const long MaxAllocation = 256L << 20;

    [Test]
    public void Damaged_files_are_refused_or_load()
    {
        byte[] whole = Sample();
        Random random = new(7);
        int refused = 0;
        for (int round = 0; round < 4000; round++)
        {
            byte[] damaged = Damage(whole, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                new RdbReader(new MemoryStream(damaged), new DataOptions()).Load(new Redis.Server.Keyspace.Keyspace());
            }
            catch (RdbFormatException)
            {
                refused++;
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(MaxAllocation));
        }

        // The checksum finds nearly all.
        Assert.That(refused, Is.GreaterThan(3900));
    }

    [Test]
    public void Damaged_payloads_are_refused_or_restored()
    {
        Random random = new(11);
        DataOptions options = new();
        foreach (byte[] whole in Payloads())
        {
            for (int round = 0; round < 1500; round++)
            {
                // With the checksum left out of it, as an attacker would make it right.
                byte[] damaged = [.. Damage(whole[..^RdbFormat.DumpFooterLength], random), .. new byte[RdbFormat.DumpFooterLength]];
                if (DumpPayload.TryRead(damaged, options, out RedisValue value) && value.Object is { } found)
                {
                    // What was let in can be read and copied.
                    Digest digest = default;
                    found.AddTo(ref digest);
                    Assert.That(found.Clone().Count, Is.EqualTo(found.Count));
                }
            }
        }
    }

    [TestCase("REDIS0099", "version 99")]
    [TestCase("REDIX0010", "Not an RDB file")]
    [TestCase("", "Unexpected end")]
    [TestCase("REDIS0010\u00fe\u0003\0\u0001k\u0001v", "database 3")]
    [TestCase("REDIS0010\u000f\u0001s\0", "stream")]
    [TestCase("REDIS0010\u0007\u0001m\0", "module")]
    [TestCase("REDIS0010\0\u0001k", "Unexpected end")]
    [TestCase("REDIS0010\u0001\u0001k\u0081\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "Impossible number of elements")]
    [TestCase("REDIS0010\0\u0001k\u0001v\0\u0001k\u0001v\u00ff\0\0\0\0\0\0\0\0", "Key 'k' is there twice")]
    [TestCase("REDIS0010\0\u0001k\u0001v\u00ff12345678", "Wrong checksum")]
    public void Errors_say_what_is_wrong(string file, string expected)
    {
        RdbReader reader = new(new MemoryStream(System.Text.Encoding.Latin1.GetBytes(file)), new DataOptions());
        Assert.That(
            () => reader.Load(new Redis.Server.Keyspace.Keyspace()),
            Throws.TypeOf<RdbFormatException>().With.Message.Contains(expected));
    }

    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        if (random.Next(4) == 0)
            bytes = bytes[..random.Next(bytes.Length)];
        for (int left = random.Next(1, 4); left > 0 && bytes.Length > 0; left--)
            bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)0xFF;
        return bytes;
    }

    private static byte[] Sample()
    {
        using LocalExecutor executor = Dataset();
        SnapshotSink sink = new(long.MaxValue);
        using SnapshotView view = SnapshotView.Begin(executor.Keyspace, [], sink, compress: true);
        while (!view.Step(1 << 20))
        {
        }

        MemoryStream file = new();
        sink.WriteTo(file);
        return file.ToArray();
    }

    private static List<byte[]> Payloads()
    {
        using LocalExecutor executor = Dataset();
        using DumpPayload payload = new();
        List<byte[]> payloads = [];
        for (int i = 0; i < executor.Keyspace.Count; i++)
            payloads.Add(payload.Write(executor.Keyspace.ValueAt(i)).ToArray());
        return payloads;
    }

    private static LocalExecutor Dataset()
    {
        LocalExecutor executor = new();
        foreach (int size in (int[])[3, 150])
        {
            for (int i = 0; i < size; i++)
            {
                executor.RunRaw(new Request("RPUSH", $"list{size}", $"{i}", $"element {i}"));
                executor.RunRaw(new Request("SADD", $"integers{size}", $"{i * 1000}"));
                executor.RunRaw(new Request("SADD", $"set{size}", $"member {i}"));
                executor.RunRaw(new Request("HSET", $"hash{size}", $"field {i}", size > 100 ? new string('v', 70) : "v"));
                executor.RunRaw(new Request("ZADD", $"sorted{size}", $"{i}.5", $"member {i}"));
            }
        }

        executor.RunRaw(new Request("SET", "text", new string('t', 300), "EX", "1000"));
        executor.RunRaw(new Request("SET", "number", "-123"));
        return executor;
    }
}
