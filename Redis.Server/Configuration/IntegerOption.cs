using System.Globalization;

namespace Redis.Server.Configuration;

/// <summary>A whole number in a range. <paramref name="unit"/> is for people: "ms", "s", "µs", or empty.</summary>
internal sealed class IntegerOption(string name, long initial, long min, long max, string unit, OptionFlags flags, string summary)
    : Option<long>(name, initial, flags, summary)
{
    /// <summary>What Redis makes of a value that it accepts and does not use as it is (hz); null: nothing.</summary>
    public Func<long, long>? Adjust { get; init; }

    public override string Accepts => $"{Bound(min)}..{Bound(max)}{(unit.Length > 0 ? " " + unit : "")}";

    protected override string? Parse(IReadOnlyList<string> words, out long value)
    {
        value = 0;
        if (words.Count != 1) return "wrong number of arguments";
        if (!IsPlainInteger(words[0]) || !long.TryParse(words[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return "argument couldn't be parsed into an integer";
        if (value < min || value > max) return $"argument must be between {min} and {max} inclusive";
        value = Adjust?.Invoke(value) ?? value;
        return null;
    }

    protected override string Format(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static bool IsPlainInteger(string text) => text.Length > 0 && text[0] != '+' && text.All(c => c == '-' || char.IsAsciiDigit(c));

    private static string Bound(long bound) => bound switch
    {
        long.MaxValue => "2^63-1",
        int.MaxValue => "2^31-1",
        int.MinValue => "-2^31",
        _ => bound.ToString(CultureInfo.InvariantCulture),
    };
}
