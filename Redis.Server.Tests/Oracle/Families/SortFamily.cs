using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>SORT over lists, sets and sorted sets, by and with other keys.</summary>
internal static class SortFamily
{
    private static readonly Gen<byte[][]> Source = Words.OneOf("list", "list2", "set", "zset", "a", "none");

    private static readonly Gen<byte[][]> Element = Words.Often(
        (10, Words.Number(0, 12)), (2, Words.OneOf("1.5", "-2", "1e2", "0x10", "inf")), (1, Words.OneOf("x", "", "7 ", "nan")));

    private static readonly Gen<byte[][]> Pattern = Words.OneOf(
        "w_*", "w_*", "h_*->f", "h_*->", "#", "nosort", "*", "w_*->f", "h_*->none", "->*", "**", "w_*x");

    private static readonly Gen<byte[][]> By = Words.Often((6, Words.Text("w_*")), (3, Words.Text("h_*->f")), (3, Words.Text("nosort")), (2, Pattern));

    private static readonly Gen<byte[][]> Get = Words.Maybe(Words.Some(1, 2, Words.Text("GET"), Pattern));

    private static readonly Gen<byte[][]> Direction = Words.Maybe(Words.OneOf("ASC", "DESC", "desc"));

    private static readonly Gen<byte[][]> Limit = Words.Maybe(Words.Text("LIMIT"), Words.Count, Words.Count);

    private static readonly Gen<byte[][]> Alpha = Words.Often((3, Words.Text("ALPHA")), (1, Words.Some(0, 0)));

    private static readonly Gen<byte[][]> Store = Words.Maybe(Words.Text("STORE"), Words.OneOf("list2", "b"));

    // What is equal to BY as text comes in the order of a hash table, unless it is a list and all is wanted.
    private static readonly Gen<byte[][]> ByText = Words.All(Words.Text("BY"), By, Get, Direction, Alpha);

    private static readonly Gen<byte[][]> ByNumber = Words.All(Words.OneOf("BY", "by"), Words.OneOf("w_*", "h_*->f"), Limit, Get, Direction);

    private static readonly Gen<byte[][]> ByElement = Words.All(Limit, Get, Direction, Alpha);

    private static readonly Gen<byte[][]> ByNothing = Words.All(Words.Text("BY"), Words.Text("nosort"), Limit, Get, Direction);

    public static CommandFamily Instance { get; } = new("sort", Gen.Frequency(
        (4, Words.Command("RPUSH", Words.OneOf("list", "list2"), Words.Some(1, 5, Element))),
        (4, Words.Command("SADD", Words.Text("set"), Words.Some(1, 5, Element))),
        (4, Words.Command("ZADD", Words.Text("zset"), Words.Some(1, 5, Words.Number(0, 9), Element))),
        (4, Words.Command("SET", Words.OneOf("w_0", "w_1", "w_2", "w_3", "w_4", "w_5", "w_7", "w_10"), Words.AnyOf(Element, Element, Words.OneOf("1\0z", " 3", "1")))),
        (3, Words.Command("HSET", Words.OneOf("h_0", "h_1", "h_2", "h_3", "h_4", "w_9"), Words.OneOf("f", "g"), Element)),
        (1, Words.Command("SET", Words.Text("a"), Element)),
        (1, Words.Command("DEL", Source)),
        (4, Words.Command("SORT", Words.OneOf("list", "list2"), ByText, Store)),
        (4, Words.Command("SORT", Source, ByNumber, Store)),
        (4, Words.Command("SORT", Source, ByElement, Store)),
        (4, Words.Command("SORT", Words.OneOf("list", "zset"), ByNothing, Store)),
        (3, Words.Command("SORT", Words.OneOf("list", "zset", "set"), Words.Maybe(Words.Text("DESC")))),
        // Of a sorted set Redis's SORT_RO makes a skiplist; ours is a read and changes nothing.
        (2, Words.Command("SORT_RO", Words.OneOf("list", "list2", "set", "none"), ByText, Words.Maybe(Words.Text("STORE"), Words.Text("b")))),
        (1, Words.Command("LRANGE", Words.OneOf("list2", "b"), Words.Text("0"), Words.Text("-1")))),
        new Dictionary<string, ReplyRule>
        {
            ["sort_ro"] = ReplyRule.AnyOrder("an unsorted set, and what is equal to BY, come in the order of a hash table"),
        });
}
