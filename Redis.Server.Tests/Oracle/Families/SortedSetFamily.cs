using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Sorted sets, small and large, and unions with sets.</summary>
internal static class SortedSetFamily
{
    private const string TableOrder = "the order of a large sorted set's table is that of a hash table";

    /// <summary>Never very negative: Redis would repeat members so often.</summary>
    private static readonly Gen<byte[][]> PickCount = Words.Often((6, Words.Number(-20, 20)), (1, Words.OneOf("", "x", "1.5", "700", "9223372036854775807", "-9223372036854775808")));

    private static readonly Gen<byte[][]> Score = Words.Often((6, Words.Number(-5, 5)), (3, Words.Double));

    private static readonly Gen<byte[][]> ScoreEnd = Words.Often(
        (6, Words.Number(-6, 6)), (3, Words.All(Words.OneOf("(-2", "(0", "(1.5", "(5", "(inf", "(-inf", "-inf", "+inf"))), (1, Words.Double),
        (1, Words.OneOf("(", "((1", "(nan", " 1", "( 1", "1e999", "-1e999", "(1e999", "1e-999", "[1", "x", "1x", "1\0", "\t1", " ", "infin")));

    private static readonly Gen<byte[][]> LexEnd = Words.Often(
        (3, Words.OneOf("-", "+")), (6, Words.OneOf("[a", "(a", "[b", "(c", "[e", "[", "(", "[f2", "(f1", "[member:5", "(1")), (1, Words.OneOf("a", "", "--", "+1", "[\xff", "1")));

    private static readonly Gen<byte[][]> Rank = Words.Often((6, Words.Number(-10, 10)), (1, Words.Number(-300, 300)), (1, Words.Integer));

    private static readonly Gen<byte[][]> Limit = Words.All(Words.OneOf("LIMIT", "limit"), Words.Often((5, Words.Number(-1, 4)), (1, Words.Integer)), Words.Often((5, Words.Number(-1, 5)), (1, Words.Integer)));

    private static readonly Gen<byte[][]> Entries = Words.Often(
        (20, Words.Some(1, 4, Score, Words.Member)), (1, Bulk.Of(30, 160, Bulk.Score, Bulk.Name)), (1, Bulk.Of(100, 400, Bulk.Score, Bulk.Number)));

    private static readonly Gen<byte[][]> AddOptions = Words.Some(0, 2, Words.OneOf("NX", "XX", "GT", "LT", "CH", "INCR", "xx", "gt"));

    private static readonly Gen<byte[][]> RangeOptions = Words.Some(0, 2, Words.AnyOf(
        Limit, Words.OneOf("WITHSCORES", "withscores", "REV", "BYSCORE", "BYLEX", "LIMIT", "junk")));

    private static readonly Gen<byte[][]> Range = Words.AnyOf(
        Words.All(Words.Key, Rank, Rank, Words.Maybe(Words.Text("REV"))),
        Words.All(Words.Key, ScoreEnd, ScoreEnd, Words.Text("BYSCORE"), Words.Maybe(Words.OneOf("REV", "rev")), Words.Maybe(Limit)));

    private static readonly Gen<byte[][]> Algebra = Words.All(
        Words.Counted(1, 3, Words.Key), Words.Maybe(Words.Text("WEIGHTS"), Words.Some(1, 3, Score)), Words.Maybe(Words.OneOf("AGGREGATE", "aggregate"), Words.OneOf("SUM", "min", "MAX", "avg")));

    /// <summary>All scores alike, as the commands by member want them, in keys of their own.</summary>
    private static readonly Gen<byte[][]> LexKey = Words.OneOf("lex1", "lex2");

    private static readonly Gen<Request> ByMember = Gen.OneOf(
        Words.Command("ZADD", LexKey, Words.Often((6, Words.Some(1, 4, Words.Text("0"), Words.Member)), (1, Bulk.Of(30, 160, _ => "0", Bulk.Name)))),
        Words.Command("ZADD", LexKey, Words.Some(1, 4, Words.Text("0"), Words.Member)),
        Words.Command("ZLEXCOUNT", LexKey, LexEnd, LexEnd),
        Words.Command("ZRANGEBYLEX", LexKey, LexEnd, LexEnd, Words.Maybe(Limit)),
        Words.Command("ZREVRANGEBYLEX", LexKey, LexEnd, LexEnd, Words.Maybe(Limit)),
        Words.Command("ZRANGE", LexKey, LexEnd, LexEnd, Words.Text("BYLEX"), Words.Maybe(Words.Text("REV")), Words.Maybe(Limit), Words.Maybe(Words.Text("WITHSCORES"))),
        Words.Command("ZRANGESTORE", Words.Key, LexKey, LexEnd, LexEnd, Words.Text("BYLEX"), Words.Maybe(Limit)),
        Words.Command("ZREMRANGEBYLEX", LexKey, LexEnd, LexEnd),
        Words.Command("ZREM", LexKey, Words.Some(1, 3, Words.Member)));

    private static readonly Gen<Request> Changes = Gen.OneOf(
        Words.Command("ZADD", Words.Key, Entries),
        Words.Command("ZADD", Words.Key, Entries),
        Words.Command("ZADD", Words.Key, Entries),
        Words.Command("ZADD", Words.Key, AddOptions, Words.Some(1, 2, Score, Words.Member)),
        Words.Command("ZINCRBY", Words.Key, Score, Words.Member),
        Words.Command("ZREM", Words.Key, Words.Some(1, 4, Words.Member)),
        Words.Command("ZREMRANGEBYRANK", Words.Key, Rank, Rank),
        Words.Command("ZREMRANGEBYSCORE", Words.Key, ScoreEnd, ScoreEnd),
        Words.Command("ZRANGESTORE", Words.Key, Range),
        Words.Command("ZPOPMIN", Words.Key, Words.Maybe(Words.Integer)),
        Words.Command("ZPOPMAX", Words.Key, Words.Maybe(Words.Integer)),
        Words.Command("ZMPOP", Words.Counted(1, 3, Words.Key), Words.OneOf("MIN", "MAX", "max", "MID"), Words.Maybe(Words.OneOf("COUNT", "junk"), Words.Count)),
        Words.Command("ZUNIONSTORE", Words.Key, Algebra),
        Words.Command("ZINTERSTORE", Words.Key, Algebra),
        Words.Command("ZDIFFSTORE", Words.Key, Words.Counted(1, 3, Words.Key)),
        Words.Command("SADD", Words.OneOf("g"), Words.Some(1, 5, Words.Member)),
        Words.Command("SET", Words.OneOf("h"), Words.Member),
        Words.Command("DEL", Words.Key));

    private static readonly Gen<Request> Reads = Gen.OneOf(
        Words.Command("ZCARD", Words.Key),
        Words.Command("ZSCORE", Words.Key, Words.Member),
        Words.Command("ZMSCORE", Words.Key, Words.Some(1, 4, Words.Member)),
        Words.Command("ZRANK", Words.Key, Words.Member),
        Words.Command("ZREVRANK", Words.Key, Words.Member),
        Words.Command("ZCOUNT", Words.Key, ScoreEnd, ScoreEnd),
        Words.Command("ZRANGE", Range, Words.Maybe(Words.Text("WITHSCORES"))),
        Words.Command("ZRANGE", Words.Key, Rank, Rank, RangeOptions),
        Words.Command("ZREVRANGE", Words.Key, Rank, Rank, Words.Maybe(Words.OneOf("WITHSCORES", "REV", "LIMIT"))),
        Words.Command("ZRANGEBYSCORE", Words.Key, ScoreEnd, ScoreEnd, RangeOptions),
        Words.Command("ZREVRANGEBYSCORE", Words.Key, ScoreEnd, ScoreEnd, RangeOptions),
        Words.Command("ZUNION", Algebra, Words.Maybe(Words.OneOf("WITHSCORES", "LIMIT"))),
        Words.Command("ZINTER", Algebra, Words.Maybe(Words.Text("WITHSCORES"))),
        Words.Command("ZDIFF", Words.Counted(1, 3, Words.Key), Words.Maybe(Words.OneOf("WITHSCORES", "WEIGHTS"))),
        Words.Command("ZINTERCARD", Words.Counted(1, 3, Words.Key), Words.Maybe(Words.OneOf("LIMIT", "WEIGHTS"), Words.Integer)),
        Words.Command("ZRANDMEMBER", Words.Key, Words.Maybe(PickCount, Words.Maybe(Words.OneOf("WITHSCORES", "withvalues")))),
        Words.Command("ZSCAN", Words.Key, Words.OneOf("0", "0", "0", "x", ""), Words.Text("COUNT"), Words.Text("100000"), Words.Maybe(Words.Text("MATCH"), Words.Pattern)),
        Words.Command("ZSCAN", Words.Key, Words.Text("0"), Words.OneOf("COUNT", "TYPE"), Words.OneOf("0", "hash", "1000000", "-5")));

    public static CommandFamily Instance { get; } = new("sorted sets", Gen.Frequency((4, Changes), (4, Reads), (2, ByMember)),
        new Dictionary<string, ReplyRule>
        {
            ["zscan"] = ReplyRule.Scan(TableOrder),
            ["zrandmember"] = ReplyRule.SameShape("random"),
        });
}
