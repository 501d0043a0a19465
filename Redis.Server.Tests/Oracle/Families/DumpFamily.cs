using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>DUMP of values of every type, byte for byte where Redis's bytes are defined, and RESTORE of whole and damaged payloads.</summary>
internal static class DumpFamily
{
    private static readonly Gen<byte[][]> Ttl = Words.OneOf("0", "0", "0", "100000", "-1", "x", "", "9223372036854775807");

    private static readonly Gen<byte[][]> Options = Words.Some(0, 2, Words.Often(
        (6, Words.OneOf("REPLACE", "replace")),
        (2, Words.OneOf("ABSTTL", "junk")),
        (2, Words.All(Words.OneOf("IDLETIME", "FREQ"), Words.OneOf("0", "10", "256", "-1", "x")))));

    public static CommandFamily Instance { get; } = new("dump", Gen.Frequency(
        (6, Words.Command("SET", Words.Key, Words.Value)),
        (2, Words.Command("APPEND", Words.Key, Words.Value)),
        (4, Words.Command("RPUSH", Words.Key, Words.Some(1, 8, Words.Value))),
        (2, Words.Command("LPUSH", Words.Key, Words.Some(1, 8, Words.Member))),
        (1, Words.Command("LREM", Words.Key, Words.Number(-1, 1), Words.Value)),
        (4, Words.Command("SADD", Words.Key, Words.Some(1, 8, Words.Number(-100, 100_000)))),
        (2, Words.Command("SADD", Words.Key, Words.Member)),
        (1, Words.Command("SREM", Words.Key, Words.Number(-100, 100))),
        (4, Words.Command("HSET", Words.Key, Words.Some(1, 8, Words.Member, Words.Value))),
        (2, Words.Command("HDEL", Words.Key, Words.Member)),
        (4, Words.Command("ZADD", Words.Key, Words.Some(1, 8, Words.Double, Words.Member))),
        (1, Words.Command("ZREM", Words.Key, Words.Member)),
        (3, Words.Command("DEL", Words.Key)),
        (16, Words.Command("DUMP", Words.Key)),
        (10, Words.Command("RESTORE", Words.Key, Ttl, Payload(), Options)),
        (10, Words.Command("RESTORE", Words.Key, Words.Text("0"), Payload(), Words.Text("REPLACE")))),
        new Dictionary<string, ReplyRule>
        {
            ["dump"] = ReplyRule.When("the elements of a table come in the order of a hash table", AreAlike),
        });

    /// <summary>The types whose bytes depend on a hash: there only the length can be compared.</summary>
    private static bool AreAlike(Reply ours, Reply theirs)
        => ours.Text.Length == theirs.Text.Length && ours.Text.Length > 0 && ours.Text[0] == theirs.Text[0] && ours.Text[0] is 2 or 4;

    private static Gen<byte[][]> Payload()
    {
        byte[][] whole = [.. Values().Select(Dump)];
        byte[][] cut = [.. whole.Select(bytes => bytes[..^1]), .. whole.Select(bytes => bytes[1..]), [], "x"u8.ToArray()];
        byte[][] changed = [.. whole.Select(bytes => (byte[])[.. bytes[..2], (byte)(bytes[2] ^ 1), .. bytes[3..]])];
        return Gen.Frequency((8, Gen.Elements(whole)), (1, Gen.Elements(cut)), (1, Gen.Elements(changed))).Select(bytes => new[] { bytes });
    }

    private static byte[] Dump(RedisValue value)
    {
        using DumpPayload payload = new();
        return payload.Write(value).ToArray();
    }

    private static IEnumerable<RedisValue> Values()
    {
        DataOptions options = new();
        yield return RedisValue.FromInteger(-40000);
        yield return RedisValue.FromString("hello"u8);
        yield return RedisValue.FromString(Encoding.ASCII.GetBytes(new string('z', 500)));
        QuickList list = new(options.ListMaxListpackSize);
        SetValue integers = SetValue.CreateIntegers();
        SetValue table = SetValue.CreateTable();
        HashValue hash = new();
        HashValue large = new();
        SortedSetValue ranked = SortedSetValue.Create(options, 0, 0);
        SortedSetValue tree = SortedSetValue.Create(options, 200, 0);
        for (int i = 0; i < 200; i++)
        {
            byte[] word = Encoding.ASCII.GetBytes($"element {i} {new string('x', i)}");
            byte[] number = Encoding.ASCII.GetBytes($"{i * i * 7}");
            list.PushTail(i % 3 == 0 ? number : word, options);
            integers.Add(number, options);
            table.Add(word, options);
            if (i < 50)
                hash.Set(number, "value"u8, options);
            large.Set(word, number, options);
            if (i < 100)
                ranked.Set(number, i / 3.0, options);
            tree.Set(word, -i / 3.0, options);
        }

        foreach (RedisObject value in (RedisObject[])[list, integers, table, hash, large, ranked, tree])
            yield return new RedisValue(value);
    }
}
