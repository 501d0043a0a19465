using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle;

/// <summary>
/// The vocabulary of the generators. A part of a request is a generator of words (none, one or several); a request is a name
/// and parts in sequence: <c>Words.Command("SET", Words.Key, Words.Value, Words.Maybe(Words.Text("EX"), Words.Integer))</c>.
/// </summary>
internal static class Words
{
    private static readonly string[] KeyNames = ["a", "b", "c", "d", "e", "f", "g", "h"];

    private static readonly string[] EdgeIntegers =
    [
        "0", "1", "-1", "2", "3", "-2", "5", "10", "-10", "100", "-100", "127", "128", "255", "256", "-128", "-129", "32767", "32768", "65536",
        "2147483647", "-2147483648", "2147483648", "4294967295", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "-9223372036854775809", "18446744073709551615", "99999999999999999999",
    ];

    private static readonly string[] NoIntegers =
        ["", " 1", "1 ", "+1", "01", "-0", "1.0", "1e3", "abc", "0x10", "-", "--1", "1\0", "\0", "inf"];

    private static readonly string[] EdgeDoubles =
    [
        "0", "-0", "1", "-1", "1.5", "-2.25", "3.1", "0.1", "1e3", "1e-3", "1.", ".5", "+1", "1e300", "-1e300", "1.7976931348623157e308",
        "5e-324", "inf", "-inf", "+inf", "INFINITY", "0x10", "0x1p-3", "9007199254740993", "123456789012345678", "1e17", "1e16", "17179869184.25", "1e-5", "0.0001",
    ];

    private static readonly string[] NoDoubles =
        ["", " 1", "1 ", "nan", "NaN", "-nan", "abc", "1e", "1e400", "1e-400", "1,5", "1\0", ".", "e5", "0x", "1e+", "infinit"];

    /// <summary>Eight keys, so that commands meet.</summary>
    public static Gen<byte[][]> Key { get; } = OneOf(KeyNames);

    /// <summary>Small and large integers, and some words that are none.</summary>
    public static Gen<byte[][]> Integer { get; } = Often(
        (6, Number(-20, 20)), (2, OneOf(EdgeIntegers)), (1, OneOf(NoIntegers)));

    /// <summary>Integers from 0 to 20, seldom others.</summary>
    public static Gen<byte[][]> Count { get; } = Often((20, Number(0, 20)), (1, Integer));

    /// <summary>Doubles, and some words that are none.</summary>
    public static Gen<byte[][]> Double { get; } = Often(
        (4, Number(-20, 20)), (3, Gen.Choose(-4000, 4000).Select(n => Word(Plain(n / 16.0)))), (3, OneOf(EdgeDoubles)), (1, OneOf(NoDoubles)));

    /// <summary>Strings: short, numbers, binary, empty, long.</summary>
    public static Gen<byte[][]> Value { get; } = Often(
        (6, OneOf("x", "y", "foo", "bar", "hello world", "", "0", "1", "-5", "10", "12345", "3.5", "a\0b\r\n", "\u00ff\u0080\u0001")),
        (2, OneOf(EdgeIntegers)),
        (2, OneOf(EdgeDoubles)),
        (2, Bytes(0, 12)),
        (1, Bytes(40, 70)),
        (1, Gen.Choose(0, 3000).Select(n => new[] { Enumerable.Repeat((byte)('a' + n % 26), n).ToArray() })));

    /// <summary>Names of fields, members, elements: a few that meet, some numbers, some long or binary.</summary>
    public static Gen<byte[][]> Member { get; } = Often(
        (8, OneOf("a", "b", "c", "d", "e", "f1", "f2", "f3", "")),
        (4, Number(-5, 40)),
        (1, OneOf(EdgeIntegers)),
        (1, Bytes(0, 5)),
        (1, Bytes(60, 70)));

    /// <summary>Glob patterns.</summary>
    public static Gen<byte[][]> Pattern { get; } = OneOf(
        "*", "a", "?", "[a-d]", "[^a]", "[d-a]*", "a*", "*a*", "\\a", "[", "[a", "[a-", "[]", "**", "f?", "h[^", "*[0-9]", "\\", "");

    /// <summary>This word.</summary>
    public static Gen<byte[][]> Text(string word) => Gen.Constant(Word(word));

    /// <summary>One of these words.</summary>
    public static Gen<byte[][]> OneOf(params string[] words) => Gen.Elements(words.Select(Word).ToArray());

    /// <summary>One of these parts.</summary>
    public static Gen<byte[][]> AnyOf(params Gen<byte[][]>[] parts) => Gen.OneOf(parts);

    /// <summary>One of these parts, by weight.</summary>
    public static Gen<byte[][]> Often(params (int Weight, Gen<byte[][]> Part)[] parts) => Gen.Frequency(parts);

    /// <summary>An integer within bounds.</summary>
    public static Gen<byte[][]> Number(int min, int max) =>
        Gen.Choose(min, max).Select(n => Word(n.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The parts one after the other.</summary>
    public static Gen<byte[][]> All(params Gen<byte[][]>[] parts) =>
        Gen.CollectToArray(parts).Select(words => words.SelectMany(one => one).ToArray());

    /// <summary>The parts, or nothing (two times out of three).</summary>
    public static Gen<byte[][]> Maybe(params Gen<byte[][]>[] parts) => Gen.Frequency((2, Gen.Constant(Array.Empty<byte[]>())), (1, All(parts)));

    /// <summary>Between <paramref name="min"/> and <paramref name="max"/> repetitions.</summary>
    public static Gen<byte[][]> Some(int min, int max, params Gen<byte[][]>[] parts) =>
        Gen.Choose(min, max).SelectMany(n => All(Enumerable.Repeat(All(parts), n).ToArray()));

    /// <summary>A count (right nine times out of ten) and so many repetitions: numkeys key [key …].</summary>
    public static Gen<byte[][]> Counted(int min, int max, Gen<byte[][]> part) =>
        Gen.Choose(min, max).SelectMany(n => All(
            Often((12, Text(n.ToString(CultureInfo.InvariantCulture))), (1, Integer)),
            All(Enumerable.Repeat(part, n).ToArray())));

    /// <summary>A request; now and then with a word too few or too many, or the name in another case.</summary>
    public static Gen<Request> Command(string name, params Gen<byte[][]>[] parts)
    {
        Gen<Request> plain = All(parts).Select(words => new Request([Encoding.ASCII.GetBytes(name), .. words]));
        Gen<Request> tooFew = plain.Select(request => request with { Args = request.Args.Length > 1 ? request.Args[..^1] : request.Args });
        Gen<Request> tooMany = plain.SelectMany(request => Value, (request, more) => request with { Args = [.. request.Args, .. more] });
        Gen<Request> lower = plain.Select(request => request with { Args = [Encoding.ASCII.GetBytes(request.Name), .. request.Args[1..]] });
        return Gen.Frequency((40, plain), (1, tooFew), (1, tooMany), (1, lower));
    }

    private static Gen<byte[][]> Bytes(int min, int max) =>
        Gen.Choose(min, max).SelectMany(n => Gen.ArrayOf(Gen.Choose(0, 255).Select(b => (byte)b), n)).Select(bytes => new[] { bytes });

    private static byte[][] Word(string word) => [Encoding.Latin1.GetBytes(word)];

    private static string Plain(double value) => value.ToString(CultureInfo.InvariantCulture);
}
