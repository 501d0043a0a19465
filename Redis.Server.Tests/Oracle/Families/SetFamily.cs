using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Sets of integers and of anything.</summary>
internal static class SetFamily
{
    private const string TableOrder = "the order of a set that is not of integers is that of a hash table";

    /// <summary>Never very negative: Redis would repeat members so often.</summary>
    private static readonly Gen<byte[][]> PickCount = Words.Often((6, Words.Number(-20, 20)), (1, Words.OneOf("", "x", "1.5", "700", "9223372036854775807", "-9223372036854775808")));

    /// <summary>None or all, as which ones a random pop leaves would differ; random pops have their own test.</summary>
    private static readonly Gen<byte[][]> PopCount = Words.OneOf("0", "100000", "-1", "x", "", "9223372036854775807", "9223372036854775808");

    private static readonly Gen<byte[][]> Members = Words.Often(
        (12, Words.Some(1, 5, Words.Member)), (12, Words.Some(1, 5, Words.Number(-30, 30))), (4, Words.Some(1, 3, Words.Integer)),
        (1, Bulk.Of(100, 600, Bulk.Number)), (1, Bulk.Of(20, 100, Bulk.Name)));

    private static readonly Gen<byte[][]> Member = Words.AnyOf(Words.Member, Words.Number(-30, 30));

    private static readonly Gen<byte[][]> Keys = Words.Some(1, 4, Words.Key);

    public static CommandFamily Instance { get; } = new("sets", Gen.OneOf(
        Words.Command("SADD", Words.Key, Members),
        Words.Command("SADD", Words.Key, Members),
        Words.Command("SADD", Words.Key, Members),
        Words.Command("SREM", Words.Key, Members),
        Words.Command("SISMEMBER", Words.Key, Member),
        Words.Command("SMISMEMBER", Words.Key, Words.Some(1, 4, Member)),
        Words.Command("SCARD", Words.Key),
        Words.Command("SMEMBERS", Words.Key),
        Words.All(Words.Text("SPOP"), Words.Key, PopCount).Select(words => new Request(words)),
        Words.Command("SRANDMEMBER", Words.Key, Words.Maybe(PickCount)),
        Words.Command("SMOVE", Words.Key, Words.Key, Member),
        Words.Command("SINTER", Keys),
        Words.Command("SINTERSTORE", Words.Key, Keys),
        Words.Command("SINTERCARD", Words.Counted(1, 3, Words.Key), Words.Maybe(Words.OneOf("LIMIT", "limit", "junk"), Words.Integer)),
        Words.Command("SUNION", Keys),
        Words.Command("SUNIONSTORE", Words.Key, Keys),
        Words.Command("SDIFF", Keys),
        Words.Command("SDIFFSTORE", Words.Key, Keys),
        Words.Command("SSCAN", Words.Key, Words.OneOf("0", "0", "0", "x", ""), Words.Text("COUNT"), Words.Text("100000"), Words.Maybe(Words.Text("MATCH"), Words.Pattern)),
        Words.Command("SSCAN", Words.Key, Words.Text("0"), Words.OneOf("COUNT", "TYPE"), Words.OneOf("0", "hash", "1000000", "-5")),
        Words.Command("SET", Words.OneOf("h"), Words.Member),
        Words.Command("DEL", Words.Key)),
        new Dictionary<string, ReplyRule>
        {
            ["smembers"] = ReplyRule.AnyOrder(TableOrder),
            ["spop"] = ReplyRule.AnyOrder(TableOrder),
            ["sinter"] = ReplyRule.AnyOrder(TableOrder),
            ["sunion"] = ReplyRule.AnyOrder(TableOrder),
            ["sdiff"] = ReplyRule.AnyOrder(TableOrder),
            ["sscan"] = ReplyRule.Scan(TableOrder),
            ["srandmember"] = ReplyRule.SameShape("random"),
        });
}
