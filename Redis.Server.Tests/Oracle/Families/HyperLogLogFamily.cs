using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>PFADD and kin, on keys of their own.</summary>
internal static class HyperLogLogFamily
{
    private const int CacheStart = 8;
    private const int CacheEnd = 16;

    private static readonly Gen<byte[][]> Key = Words.OneOf("h1", "h2", "h3", "h4");

    private static readonly Gen<byte[][]> Many = Gen.Choose(1, 900).SelectMany(
        _ => Gen.Choose(0, 100_000),
        (count, first) => Enumerable.Range(first, count).Select(i => Encoding.ASCII.GetBytes($"element:{i}")).ToArray());

    // Long enough to be no embstr, which Redis's PFCOUNT would turn into raw.
    private static readonly string Header = "HYLL\u0001\0\0\0\0\0\0\0\0\0\0";
    private static readonly string Ones = string.Concat(Enumerable.Repeat("\u0080", 64));

    private static readonly Gen<byte[][]> Damaged = Words.OneOf(
        "HYLL", "17", "", "not one of them", $"{Header}\u0080{Ones}", $"{Header}\u0080{Ones}\u007f\u00be\u0000",
        $"{Header}\u0080{Ones}\u007f\u00bf", $"{Header}\0{Ones}\u007f\u00bf", $"{Header}\u0080{Ones}\u007f\u00bf\u0080",
        $"HYLL\0{Header[5..]}\u0080{Ones}", $"HYLL\u0002{Header[5..]}\u0080{Ones}\u007f\u00bf");

    public static CommandFamily Instance { get; } = new("hyperloglog", Gen.Frequency(
        (6, Words.Command("PFADD", Key, Words.Some(0, 5, Words.Member))),
        (4, Words.Command("PFADD", Key, Many)),
        (4, Words.Command("PFCOUNT", Key)),
        (2, Words.Command("PFCOUNT", Words.Some(1, 4, Key))),
        (2, Words.Command("PFMERGE", Words.Some(1, 4, Key))),
        (1, Words.Command("PFDEBUG", Words.OneOf("DECODE", "ENCODING", "encoding", "TODENSE", "GETREG", "nothing"), Key)),
        (3, Words.Command("PFDEBUG", Words.OneOf("DECODE", "ENCODING"), Key)),
        (1, Words.Command("SET", Key, Damaged)),
        (1, Words.Command("DEL", Key)),
        (1, Words.Command("STRLEN", Key)),
        (2, Words.Command("GET", Key)),
        // Its right form keeps redis-server busy for a second.
        (1, Words.Command("PFSELFTEST", Words.Text("x")))),
        new Dictionary<string, ReplyRule>());

    /// <summary>GET, where requests are sent without waiting for replies.</summary>
    public static ReplyRule GetInAPipeline { get; } =
        ReplyRule.When("writes behind a PFCOUNT may come before the entry that stores its estimate", AreAlikeButForTheCache);

    private static bool AreAlikeButForTheCache(Reply ours, Reply theirs)
        => ours.Text.Length == theirs.Text.Length && ours.Text.Length >= CacheEnd && ours.Text.AsSpan().StartsWith("HYLL"u8)
            && ours.Text.AsSpan(0, CacheStart).SequenceEqual(theirs.Text.AsSpan(0, CacheStart))
            && ours.Text.AsSpan(CacheEnd).SequenceEqual(theirs.Text.AsSpan(CacheEnd));
}
