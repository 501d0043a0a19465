using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Strings as bits and as integers of any width.</summary>
internal static class BitmapFamily
{
    // No word that would be a bit in the hundreds of megabytes.
    private static readonly Gen<byte[][]> Bit = Words.Often(
        (12, Words.Number(0, 200)),
        (3, Words.Number(0, 20000)),
        (1, Words.OneOf("4294967296", "-1", "#1", "", "x", " 1", "01", "9223372036854775807", "9223372036854775808")));

    private static readonly Gen<byte[][]> Unit = Words.OneOf("BIT", "BYTE", "bit", "byte", "bits");

    private static readonly Gen<byte[][]> FieldType = Words.Often(
        (10, Gen.Choose(1, 64).SelectMany(_ => Gen.Elements('i', 'u'), (width, sign) => new[] { (byte[])[(byte)sign, .. System.Text.Encoding.ASCII.GetBytes($"{width}")] })),
        (5, Words.OneOf("u8", "i8", "i16", "u5", "i5", "u1", "i1", "i64", "u63")),
        (1, Words.OneOf("u64", "i65", "u0", "x8", "", "i", "i-1", "I8", "u 8")));

    private static readonly Gen<byte[][]> FieldOffset = Words.Often(
        (6, Words.Number(0, 100)), (4, Words.OneOf("#0", "#1", "#2", "#7", "#100")), (1, Words.OneOf("#", "#-1", "-1", "x", "#9223372036854775807", "4294967296")));

    private static readonly Gen<byte[][]> FieldReads = Words.Some(1, 4, Words.Often(
        (8, Words.All(Words.OneOf("GET", "get"), FieldType, FieldOffset)), (1, Words.All(Words.Text("OVERFLOW"), Words.OneOf("WRAP", "SAT", "FAIL")))));

    private static readonly Gen<byte[][]> FieldSteps = Words.Some(0, 6, Words.Often(
        (2, Words.All(Words.Text("GET"), FieldType, FieldOffset)),
        (3, Words.All(Words.Text("SET"), FieldType, FieldOffset, Words.Integer)),
        (5, Words.All(Words.Text("INCRBY"), FieldType, FieldOffset, Words.Integer)),
        (3, Words.All(Words.OneOf("OVERFLOW", "overflow"), Words.OneOf("WRAP", "SAT", "FAIL", "sat", "FAIL", "none")))));

    public static CommandFamily Instance { get; } = new("bitmaps", Gen.OneOf(
        Words.Command("SET", Words.Key, Words.Value),
        Words.Command("SETRANGE", Words.Key, Words.Number(0, 100), Words.Value),
        Words.Command("DEL", Words.Key),
        Words.Command("SETBIT", Words.Key, Bit, Words.Often((10, Words.Number(0, 1)), (1, Words.Integer))),
        Words.Command("SETBIT", Words.Key, Bit, Words.Number(0, 1)),
        Words.Command("GETBIT", Words.Key, Bit),
        Words.Command("BITCOUNT", Words.Key, Words.Maybe(Words.Integer, Words.Integer, Words.Maybe(Unit))),
        Words.Command("BITCOUNT", Words.Key, Words.Number(-60, 60), Words.Number(-60, 60), Words.Maybe(Unit)),
        Words.Command("BITPOS", Words.Key, Words.Number(0, 1), Words.Maybe(Words.Integer, Words.Maybe(Words.Integer, Words.Maybe(Unit)))),
        Words.Command("BITPOS", Words.Key, Words.Number(0, 1), Words.Number(-60, 60), Words.Number(-60, 60), Words.Maybe(Unit)),
        Words.Command("BITPOS", Words.Key, Words.Integer),
        Words.Command("BITOP", Words.OneOf("AND", "OR", "XOR", "NOT", "and", "xor", "nor"), Words.Key, Words.Some(1, 4, Words.Key)),
        Words.Command("BITOP", Words.Text("NOT"), Words.Key, Words.Key),
        Words.Command("BITFIELD", Words.Key, FieldSteps),
        Words.Command("BITFIELD", Words.Key, FieldReads),
        Words.Command("BITFIELD_RO", Words.Key, Words.AnyOf(FieldReads, FieldReads, FieldSteps)),
        Words.Command("RPUSH", Words.OneOf("list"), Words.Member),
        Words.Command("SETBIT", Words.OneOf("list"), Bit, Words.Number(0, 1)),
        Words.Command("BITCOUNT", Words.OneOf("list"), Words.Maybe(Words.Integer, Words.Integer))),
        new Dictionary<string, ReplyRule>());
}
