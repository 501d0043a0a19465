using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Protocol.Rdb;
using Redis.Server.Tests.Oracle;
using static Redis.Server.Tests.Keyspace.Snapshots.ZipListBuilder;

namespace Redis.Server.Tests.Keyspace.Snapshots;

/// <summary>
/// Every form of a value that redis-server of 6.2 to 7.4, or older, writes, built by hand from the format's description. What the
/// redis-server at hand can restore it restores too, and both must then hold the same.
/// </summary>
internal sealed class EncodingsTests
{
    private const long Far = 4_102_444_800_000;

    private static readonly string[] Elements =
    [
        "a", "b b", "", "0", "12", "13", "-1", "127", "-128", "128", "32767", "-32768", "32768", "8388607", "-8388608", "8388608",
        "2147483647", "-2147483648", "2147483648", "9223372036854775807", "-9223372036854775808", "007", "-0",
        new('x', 63), new('y', 64), new('z', 250), new('w', 16383), new('v', 20000), "end",
    ];

    private static readonly string[] Distinct = [.. Elements.Where(element => element.Length > 0)];

    [Test]
    public void Lists_of_ziplists()
    {
        AssertAlike(RdbType.ListZipList, output => output.String(ZipList(Elements)), "LRANGE", "0", "-1");
        AssertAlike(RdbType.ListQuickList, output =>
        {
            output.Length(3);
            output.String(ZipList(Elements));
            output.String(ZipList("one"));
            output.String(ZipList(Elements.Reverse().ToArray()));
        }, "LRANGE", "0", "-1");
        AssertAlike(RdbType.List, output => Write(output, Elements), "LRANGE", "0", "-1");
    }

    [Test]
    public void Quicklists_with_plain_nodes() => AssertAlike(RdbType.ListQuickList2, output =>
    {
        output.Length(2);
        output.Length(RdbFormat.QuickListPlain);
        output.String(Encoding.Latin1.GetBytes(new string('p', 70000)));
        output.Length(RdbFormat.QuickListPacked);
        output.String(Pack(Elements));
    }, "LRANGE", "0", "-1");

    [Test]
    public void Hashes_of_zipmaps_ziplists_and_listpacks()
    {
        string[] pairs = [.. Distinct.SelectMany((field, i) => new[] { field, Elements[(i * 7) % Elements.Length] })];
        AssertAlike(RdbType.HashZipMap, output => output.String(ZipMap(pairs)), "HGETALL");
        AssertAlike(RdbType.HashZipList, output => output.String(ZipList(pairs)), "HGETALL");
        AssertAlike(RdbType.HashListPack, output => output.String(Pack(pairs)), "HGETALL");
        AssertAlike(RdbType.Hash, output =>
        {
            output.Length((ulong)Distinct.Length);
            foreach (string part in pairs)
                output.String(Encoding.Latin1.GetBytes(part));
        }, "HGETALL");
    }

    [Test]
    public void Sorted_sets_of_ziplists_listpacks_and_texts()
    {
        string[] scores = ["-inf", "-3", "-1.5", "0", "0.25", "7", "12", "1000000", "1e+100", "inf"];
        string[] entries = [.. scores.SelectMany((score, i) => new[] { Distinct[i], score })];
        AssertAlike(RdbType.SortedSetZipList, output => output.String(ZipList(entries)), "ZRANGE", "0", "-1", "WITHSCORES");
        AssertAlike(RdbType.SortedSetListPack, output => output.String(Pack(entries)), "ZRANGE", "0", "-1", "WITHSCORES");
        AssertAlike(RdbType.SortedSet, output =>
        {
            output.Length((ulong)scores.Length);
            for (int i = 0; i < scores.Length; i++)
            {
                output.String(Encoding.Latin1.GetBytes(Distinct[i]));
                WriteTextScore(output, scores[i]);
            }
        }, "ZRANGE", "0", "-1", "WITHSCORES");
    }

    [Test]
    public void Sets_of_listpacks_which_only_later_versions_write()
    {
        using LocalExecutor local = new();
        Restore(local, RdbType.SetListPack, output => output.String(Pack(Distinct)));
        Assert.That(Texts(local.Run("SMEMBERS", "key")), Is.EquivalentTo(Distinct));
    }

    [Test]
    public void Hashes_with_fields_that_expire_which_only_later_versions_write()
    {
        using LocalExecutor local = new();
        Restore(local, RdbType.HashMetadata, output =>
        {
            output.Int64LittleEndian(Far);
            output.Length(3);
            foreach ((string field, ulong time) in new[] { ("soon", 1UL), ("never", 0UL), ("late", 5001UL) })
            {
                output.Length(time);
                output.String(Encoding.Latin1.GetBytes(field));
                output.String("v"u8);
            }
        });
        Assert.That(Texts(local.Run("HPEXPIRETIME", "key", "FIELDS", "3", "soon", "never", "late")), Is.EqualTo(new[] { $"{Far}", "-1", $"{Far + 5000}" }));

        Restore(local, RdbType.HashListPackExpiry, output =>
        {
            output.Int64LittleEndian(Far);
            output.String(Pack("soon", "1", $"{Far}", "late", "2", $"{Far + 7}", "never", "3", "0"));
        });
        Assert.That(Texts(local.Run("HPEXPIRETIME", "key", "FIELDS", "3", "soon", "never", "late")), Is.EqualTo(new[] { $"{Far}", "-1", $"{Far + 7}" }));
        Assert.That(Texts(local.Run("HMGET", "key", "soon", "late", "never")), Is.EqualTo(new[] { "1", "2", "3" }));
    }

    /// <summary>Restores the value here and in redis-server, and compares what a read answers.</summary>
    private static void AssertAlike(RdbType type, Action<RdbOutput> write, string command, params string[] rest)
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        oracle.Run([new Request("FLUSHALL")]);
        using LocalExecutor local = new();
        Request read = new([command, "key", .. rest]);
        Assert.That(oracle.Run([RestoreOf(type, write)])[0].AsString, Is.EqualTo("OK"), $"{type}: the payload is one that redis-server takes");
        Restore(local, type, write);
        bool isOrdered = command != "HGETALL";
        string[] expected = Texts(oracle.Run([read])[0]);
        Assert.That(expected, Is.Not.Empty);
        Assert.That(Pairs(Texts(local.Run(read)), isOrdered), Is.EqualTo(Pairs(expected, isOrdered)), $"{type}");
        Assert.That(local.Run("OBJECT", "ENCODING", "key").AsString, Is.EqualTo(oracle.Run([new Request("OBJECT", "ENCODING", "key")])[0].AsString), $"{type}");
    }

    private static void Restore(LocalExecutor local, RdbType type, Action<RdbOutput> write) =>
        Assert.That(local.Run(RestoreOf(type, write)).AsString, Is.EqualTo("OK"), $"{type}");

    private static Request RestoreOf(RdbType type, Action<RdbOutput> write)
    {
        using RdbOutput output = new(compress: false);
        output.Byte((byte)type);
        write(output);
        output.Raw([RdbFormat.Version, 0]);
        output.Int64LittleEndian((long)Crc64.Update(0, output.Written));
        return new Request(["RESTORE"u8.ToArray(), "key"u8.ToArray(), "0"u8.ToArray(), output.Written.ToArray(), "REPLACE"u8.ToArray()]);
    }

    private static void Write(RdbOutput output, string[] elements)
    {
        output.Length((ulong)elements.Length);
        foreach (string element in elements)
            output.String(Encoding.Latin1.GetBytes(element));
    }

    private static void WriteTextScore(RdbOutput output, string score)
    {
        switch (score)
        {
            case "inf":
                output.Byte(254);
                break;
            case "-inf":
                output.Byte(255);
                break;
            default:
                output.Byte((byte)score.Length);
                output.Raw(Encoding.ASCII.GetBytes(score));
                break;
        }
    }

    private static byte[] Pack(params IEnumerable<string> elements)
    {
        ListPack pack = ListPack.Create();
        foreach (string element in elements)
            pack.Append(PackedElement.Of(Encoding.Latin1.GetBytes(element)));
        return pack.Bytes.ToArray();
    }

    private static string[] Texts(Reply reply) => [.. reply.Elements.Select(element => element.AsString)];

    private static string[] Pairs(string[] texts, bool isOrdered) => isOrdered
        ? texts
        : [.. texts.Chunk(2).Select(pair => string.Join('=', pair)).Order(StringComparer.Ordinal)];
}
