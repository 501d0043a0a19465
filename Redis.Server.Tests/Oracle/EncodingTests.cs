using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Keyspace;
using Redis.Server.Tests.Oracle.Families;

namespace Redis.Server.Tests.Oracle;

/// <summary>
/// The compact encodings are byte for byte those inside redis-server's DUMP payloads after the same commands: every listpack of a
/// list, and the listpack or intset of a small hash, sorted set or set.
/// </summary>
[TestFixture]
internal sealed class EncodingTests
{
    private const byte IntSetType = 11, HashType = 16, SortedSetType = 17, ListType = 18;

    private static IEnumerable<CommandFamily> Families =>
        [ListFamily.Instance, HashFamily.Instance, SetFamily.Instance, SortedSetFamily.Instance];

    [TestCaseSource(nameof(Families))]
    public void Bytes_are_those_of_a_DUMP_payload(CommandFamily family)
    {
        using OracleConnection oracle = OracleServer.Connect(2);
        oracle.Run([new Request("CONFIG", "SET", "rdbcompression", "no")]);
        int compared = 0;
        Gen<Request[]> sequences = Gen.Choose(1, 80).SelectMany(length => Gen.ArrayOf(family.Requests, length));
        Prop.ForAll(Arb.From(sequences), sequence =>
        {
            using LocalExecutor local = new();
            foreach (Request request in sequence)
                local.RunRaw(request);
            oracle.Run([new Request("FLUSHALL"), .. sequence]);
            for (int index = 0; index < local.Keyspace.Count; index++)
                compared += Compare(oracle, local.Keyspace.KeyAt(index), local.Keyspace.ValueAt(index).Object);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100).WithStartSize(100).WithEndSize(100).WithReplay(20_260_102, 1));
        Assert.That(compared, Is.GreaterThan(50));
    }

    private static int Compare(OracleConnection oracle, ReadOnlySpan<byte> key, RedisObject? value)
    {
        List<byte[]> ours = Blobs(value, out byte type);
        if (ours.Count == 0)
            return 0;
        byte[] payload = oracle.Run([new Request(["DUMP"u8.ToArray(), key.ToArray()])])[0].Text;
        Assert.That(payload[0], Is.EqualTo(type));
        Assert.That(Read(payload), Is.EqualTo(ours));
        return ours.Count;
    }

    private static List<byte[]> Blobs(RedisObject? value, out byte type)
    {
        type = value switch { QuickList => ListType, HashValue => HashType, SetValue => IntSetType, _ => SortedSetType };
        List<byte[]> blobs = [];
        for (QuickListNode? node = (value as QuickList)?.Head; node != null; node = node.Next)
            blobs.Add(node.Pack.Bytes.ToArray());
        if ((value as HashValue)?.Packed is { } hash)
            blobs.Add(hash.Bytes.ToArray());
        if ((value as SetValue)?.Integers is { } set)
            blobs.Add(set.Bytes.ToArray());
        if ((value as SortedSetValue)?.Packed is { } sorted)
            blobs.Add(sorted.Bytes.ToArray());
        return blobs;
    }

    /// <summary>The strings of a payload; of a list each stands behind a container mark, 2 for a listpack.</summary>
    private static List<byte[]> Read(byte[] payload)
    {
        List<byte[]> blobs = [];
        int at = 1;
        bool isList = payload[0] == ListType;
        for (long left = isList ? ReadLength(payload, ref at) : 1; left > 0; left--)
        {
            if (isList)
                Assert.That(ReadLength(payload, ref at), Is.EqualTo(2));
            int length = (int)ReadLength(payload, ref at);
            blobs.Add(payload[at..(at + length)]);
            at += length;
        }
        return blobs;
    }

    private static long ReadLength(byte[] payload, ref int at)
    {
        byte first = payload[at++];
        switch (first >> 6)
        {
            case 0:
                return first;
            case 1:
                return (first & 0x3F) << 8 | payload[at++];
            default:
                Assert.That(first, Is.EqualTo(0x80), "not compressed, not an integer");
                at += 4;
                return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(at - 4));
        }
    }
}
