using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Strings: SET's options, counters, ranges.</summary>
internal static class StringFamily
{
    private static readonly Gen<byte[][]> Seconds = Words.Often(
        (6, Words.OneOf("100", "1000", "100000", "9223372036854775")), (1, Words.OneOf("0", "-1", "9223372036854775807", "9223372036854776")), (1, Words.Integer.Where(IsNotSoon)));

    private static readonly Gen<byte[][]> Milliseconds = Words.Often(
        (6, Words.OneOf("100000", "1000000")), (1, Words.OneOf("0", "-1", "9223372036854775807")), (1, Words.Integer.Where(IsNotSoon)));

    private static readonly Gen<byte[][]> Expiry = Words.AnyOf(
        Words.All(Words.OneOf("EX", "ex"), Seconds),
        Words.All(Words.Text("PX"), Milliseconds),
        Words.All(Words.Text("EXAT"), Words.OneOf("1", "4000000000", "9000000000", "0", "-5", "x")),
        Words.All(Words.Text("PXAT"), Words.OneOf("1", "4000000000000", "9000000000000", "0", "-5", "")));

    private static readonly Gen<byte[][]> Options = Words.Some(0, 2, Words.AnyOf(
        Expiry, Words.OneOf("NX", "XX", "GET", "KEEPTTL", "nx", "PERSIST", "EX", "junk")));

    public static CommandFamily Instance { get; } = new("strings", Gen.OneOf(
        Words.Command("SET", Words.Key, Words.Value),
        Words.Command("SET", Words.Key, Words.Value, Options),
        Words.Command("GET", Words.Key),
        Words.Command("GETEX", Words.Key, Words.Maybe(Words.AnyOf(Expiry, Words.OneOf("PERSIST", "KEEPTTL", "NX")))),
        Words.Command("GETDEL", Words.Key),
        Words.Command("GETSET", Words.Key, Words.Value),
        Words.Command("SETNX", Words.Key, Words.Value),
        Words.Command("SETEX", Words.Key, Seconds, Words.Value),
        Words.Command("PSETEX", Words.Key, Milliseconds, Words.Value),
        Words.Command("MGET", Words.Some(1, 4, Words.Key)),
        Words.Command("MSET", Words.Some(1, 3, Words.Key, Words.Value)),
        Words.Command("MSETNX", Words.Some(1, 2, Words.Key, Words.Value)),
        Words.Command("APPEND", Words.Key, Words.Value),
        Words.Command("STRLEN", Words.Key),
        Words.Command("INCR", Words.Key),
        Words.Command("DECR", Words.Key),
        Words.Command("INCRBY", Words.Key, Words.Integer),
        Words.Command("DECRBY", Words.Key, Words.Integer),
        Words.Command("INCRBYFLOAT", Words.Key, Words.Double),
        Words.Command("GETRANGE", Words.Key, Words.Integer, Words.Integer),
        Words.Command("SUBSTR", Words.Key, Words.Integer, Words.Integer),
        Words.Command("LCS", Words.Key, Words.Key, Words.Some(0, 2, Words.AnyOf(Words.OneOf("IDX", "LEN", "WITHMATCHLEN", "junk"), Words.All(Words.Text("MINMATCHLEN"), Words.Integer)))),
        Words.Command("SETRANGE", Words.Key, Words.Often((5, Words.Count), (1, Words.OneOf("600000000", "-1", "x"))), Words.Value)),
        new Dictionary<string, ReplyRule>());

    /// <summary>A relative time so short that it may pass while the batch runs would make the two clocks disagree.</summary>
    private static bool IsNotSoon(byte[][] word) =>
        !long.TryParse(System.Text.Encoding.Latin1.GetString(word[0]), out long number) || number is <= 0 or > 60_000;
}
