using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Keys of any type: DEL, RENAME, COPY, the EXPIRE family, SCAN, OBJECT.</summary>
internal static class KeyFamily
{
    private static readonly Gen<byte[][]> Conditions = Words.Some(0, 2, Words.OneOf("NX", "XX", "GT", "LT", "gt", "nx", "EX"));

    private static readonly Gen<byte[][]> Seconds =
        Words.OneOf("100", "1000", "100000", "0", "-1", "-100", "9223372036854775", "-9223372036854776", "9223372036854775807", "x", "");

    private static readonly Gen<byte[][]> Milliseconds =
        Words.OneOf("100000", "1000000", "0", "-1", "-100", "9223372036854775807", "-9223372036854775808", "9000000000000000000", "1.5", "");

    private static readonly Gen<byte[][]> ScanOptions = Words.All(
        Words.Maybe(Words.Text("MATCH"), Words.Pattern),
        Words.Maybe(Words.Text("TYPE"), Words.OneOf("string", "LIST", "zset", "hash", "set", "foo")),
        Words.Maybe(Words.OneOf("0", "COUNT", "junk")));

    public static CommandFamily Instance { get; } = new("keys", Gen.OneOf(
        Words.Command("SET", Words.Key, Words.Value),
        Words.Command("MSET", Words.Some(2, 4, Words.Key, Words.Value)),
        Words.Command("RPUSH", Words.Key, Words.Some(1, 3, Words.Member)),
        Words.Command("DEL", Words.Some(1, 3, Words.Key)),
        Words.Command("UNLINK", Words.Some(1, 3, Words.Key)),
        Words.Command("EXISTS", Words.Some(1, 3, Words.Key)),
        Words.Command("TOUCH", Words.Some(1, 3, Words.Key)),
        Words.Command("TYPE", Words.Key),
        Words.Command("RENAME", Words.Key, Words.Key),
        Words.Command("RENAMENX", Words.Key, Words.Key),
        Words.Command("COPY", Words.Key, Words.Key, Words.Maybe(Words.Text("REPLACE")), Words.Maybe(Words.Text("DB"), Words.OneOf("0", "x", "99", ""))),
        Words.Command("EXPIRE", Words.Key, Seconds, Conditions),
        Words.Command("PEXPIRE", Words.Key, Milliseconds, Conditions),
        Words.Command("EXPIREAT", Words.Key, Words.AnyOf(Seconds, Words.OneOf("4000000000", "5000000000")), Conditions),
        Words.Command("PEXPIREAT", Words.Key, Words.AnyOf(Milliseconds, Words.OneOf("4000000000000", "5000000000000")), Conditions),
        Words.Command("PERSIST", Words.Key),
        Words.Command("TTL", Words.Key),
        Words.Command("PTTL", Words.Key),
        Words.Command("EXPIRETIME", Words.Key),
        Words.Command("PEXPIRETIME", Words.Key),
        Words.Command("KEYS", Words.Pattern),
        Words.Command("SCAN", Words.OneOf("0", "0", "0", "", "x", " 0", "99999999999999999999"), Words.Text("COUNT"), Words.Text("1000"), ScanOptions),
        Words.Command("DBSIZE"),
        Words.Command("RANDOMKEY"),
        Words.Command("FLUSHALL", Words.Maybe(Words.OneOf("ASYNC", "SYNC", "now"))),
        Words.Command("OBJECT", Words.OneOf("ENCODING", "REFCOUNT", "FREQ", "IDLETIME", "nothing", "encoding"), Words.Key),
        Words.Command("OBJECT", Words.Text("HELP")),
        Words.Command("NOSUCHCOMMAND", Words.Value, Words.Value)),
        new Dictionary<string, ReplyRule>
        {
            ["scan"] = ReplyRule.Scan("the order of keys is that of a hash table"),
            ["dbsize"] = ReplyRule.SameShape("Redis removes due keys when they are read, ours when an entry is applied"),
            ["randomkey"] = ReplyRule.SameShape("random"),
            ["object"] = ReplyRule.When("idle time counts seconds of two clocks; Redis does not share small integers that COPY made", (ours, theirs) => ours.Kind == ':' && theirs.Kind == ':'),
        });
}
