using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Lists, from one element to many nodes.</summary>
internal static class ListFamily
{
    private static readonly Gen<byte[][]> Side = Words.OneOf("LEFT", "RIGHT", "left", "Right", "LEFT", "RIGHT", "MIDDLE");

    private static readonly Gen<byte[][]> Element = Words.AnyOf(Words.Member, Words.Member, Words.Value);

    private static readonly Gen<byte[][]> Index = Words.Often((4, Words.Integer), (1, Words.Number(-300, 300)));

    private static readonly Gen<byte[][]> Elements = Words.Often(
        (20, Words.Some(1, 4, Element)), (1, Bulk.Of(20, 120, Bulk.Text)), (1, Bulk.Of(50, 300, Bulk.Number)));

    private static readonly Gen<byte[][]> SearchOptions = Words.Some(0, 3, Words.AnyOf(
        Words.All(Words.Text("RANK"), Words.Integer), Words.All(Words.Text("COUNT"), Words.Integer),
        Words.All(Words.Text("maxlen"), Words.Integer), Words.OneOf("RANK", "junk", "")));

    public static CommandFamily Instance { get; } = new("lists", Gen.OneOf(
        Words.Command("RPUSH", Words.Key, Elements),
        Words.Command("LPUSH", Words.Key, Elements),
        Words.Command("RPUSH", Words.Key, Elements),
        Words.Command("LPUSH", Words.Key, Elements),
        Words.Command("RPUSHX", Words.Key, Elements),
        Words.Command("LPUSHX", Words.Key, Elements),
        Words.Command("LPOP", Words.Key, Words.Maybe(Words.Integer)),
        Words.Command("RPOP", Words.Key, Words.Maybe(Words.Integer)),
        Words.Command("LLEN", Words.Key),
        Words.Command("LRANGE", Words.Key, Index, Index),
        Words.Command("LINDEX", Words.Key, Index),
        Words.Command("LSET", Words.Key, Index, Element),
        Words.Command("LINSERT", Words.Key, Words.OneOf("BEFORE", "AFTER", "after", "ON"), Element, Element),
        Words.Command("LREM", Words.Key, Words.Integer, Element),
        Words.Command("LTRIM", Words.Key, Words.AnyOf(Words.OneOf("0", "-3000", "2"), Index), Words.AnyOf(Words.OneOf("-1", "3000", "-2"), Index)),
        Words.Command("LPOS", Words.Key, Element, SearchOptions),
        Words.Command("LMOVE", Words.Key, Words.Key, Side, Side),
        Words.Command("RPOPLPUSH", Words.Key, Words.Key),
        Words.Command("LMPOP", Words.Counted(1, 3, Words.Key), Side, Words.Maybe(Words.OneOf("COUNT", "count", "junk"), Words.Count)),
        Words.Command("SET", Words.OneOf("h"), Words.Member),
        Words.Command("DEL", Words.Key)),
        new Dictionary<string, ReplyRule>());
}
