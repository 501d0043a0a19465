using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Many arguments at once, to cross the thresholds of the compact encodings.</summary>
internal static class Bulk
{
    /// <summary>Between <paramref name="min"/> and <paramref name="max"/> times one argument, or several, made from a running number.</summary>
    public static Gen<byte[][]> Of(int min, int max, params Func<int, string>[] make) =>
        from count in Gen.Choose(min, max)
        from start in Gen.Choose(-50, 1000)
        select Enumerable.Range(start, count).SelectMany(n => make.Select(one => Encoding.Latin1.GetBytes(one(n)))).ToArray();

    /// <summary>The number itself.</summary>
    public static string Number(int n) => n.ToString(CultureInfo.InvariantCulture);

    /// <summary>A short name.</summary>
    public static string Name(int n) => $"member:{n}";

    /// <summary>A text of some hundred bytes, the length depending on the number.</summary>
    public static string Text(int n) => new((char)('a' + (n & 15)), 100 + (n * 37 & 1023));

    /// <summary>One of a few scores, so that many are equal.</summary>
    public static string Score(int n) => ((n * 7919 & 31) / 4.0).ToString(CultureInfo.InvariantCulture);
}
