using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Hashes, small and large.</summary>
internal static class HashFamily
{
    private const string TableOrder = "the order of a large hash is that of a hash table";

    /// <summary>Never very negative: Redis would repeat fields so often.</summary>
    private static readonly Gen<byte[][]> PickCount = Words.Often((6, Words.Number(-20, 20)), (1, Words.OneOf("", "x", "1.5", "700", "9223372036854775807", "-9223372036854775808")));

    private static readonly Gen<byte[][]> Pairs = Words.Often(
        (25, Words.Some(1, 4, Words.Member, Words.AnyOf(Words.Member, Words.Value))),
        (1, Bulk.Of(60, 200, Bulk.Name, Bulk.Number)), (1, Bulk.Of(400, 520, Bulk.Number, Bulk.Name)));

    private static readonly Gen<byte[][]> Number = Words.AnyOf(Words.Integer, Words.Double);

    public static CommandFamily Instance { get; } = new("hashes", Gen.OneOf(
        Words.Command("HSET", Words.Key, Pairs),
        Words.Command("HSET", Words.Key, Pairs),
        Words.Command("HSET", Words.Key, Words.Some(1, 3, Words.Member, Number)),
        Words.Command("HMSET", Words.Key, Pairs),
        Words.Command("HSETNX", Words.Key, Words.Member, Words.Value),
        Words.Command("HGET", Words.Key, Words.Member),
        Words.Command("HMGET", Words.Key, Words.Some(1, 4, Words.Member)),
        Words.Command("HGETALL", Words.Key),
        Words.Command("HKEYS", Words.Key),
        Words.Command("HVALS", Words.Key),
        Words.Command("HDEL", Words.Key, Words.Some(1, 4, Words.Member)),
        Words.Command("HLEN", Words.Key),
        Words.Command("HSTRLEN", Words.Key, Words.Member),
        Words.Command("HEXISTS", Words.Key, Words.Member),
        Words.Command("HINCRBY", Words.Key, Words.Member, Words.Integer),
        Words.Command("HINCRBYFLOAT", Words.Key, Words.Member, Words.Double),
        Words.Command("HRANDFIELD", Words.Key, Words.Maybe(PickCount, Words.Maybe(Words.OneOf("WITHVALUES", "withvalues", "WITHSCORES")))),
        Words.Command("HSCAN", Words.Key, Words.OneOf("0", "0", "0", "x", ""), Words.Text("COUNT"), Words.Text("100000"), Words.Maybe(Words.Text("MATCH"), Words.Pattern)),
        Words.Command("HSCAN", Words.Key, Words.Text("0"), Words.OneOf("COUNT", "TYPE"), Words.OneOf("0", "hash", "1000000", "-5")),
        Words.Command("SET", Words.OneOf("h"), Words.Member),
        Words.Command("DEL", Words.Key)),
        new Dictionary<string, ReplyRule>
        {
            ["hgetall"] = ReplyRule.AnyOrderOfPairs(TableOrder),
            ["hkeys"] = ReplyRule.AnyOrder(TableOrder),
            ["hvals"] = ReplyRule.AnyOrder(TableOrder),
            ["hscan"] = ReplyRule.Scan(TableOrder),
            ["hrandfield"] = ReplyRule.SameShape("random"),
        });
}
