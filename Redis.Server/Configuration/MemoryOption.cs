using System.Globalization;

namespace Redis.Server.Configuration;

/// <summary>A number of bytes with redis.conf's units. A negative value is a percentage where one is allowed (maxmemory-clients 5%).</summary>
internal sealed class MemoryOption(string name, long initial, long min, OptionFlags flags, string summary)
    : Option<long>(name, initial, flags, summary)
{
    public bool AllowsPercent { get; init; }

    public override string Accepts => min > 0 ? $"bytes, at least {MemorySize.Format(min)}" : "bytes";

    public override IEnumerable<string> FileLines => [$"{Name} {(Value < 0 ? Text : MemorySize.Format(Value))}"];

    protected override string? Parse(IReadOnlyList<string> words, out long value)
    {
        value = 0;
        if (words.Count != 1) return "wrong number of arguments";
        if (words[0].Length == 0) words = ["0"]; // as C reads it
        if (AllowsPercent && words[0].EndsWith('%') && long.TryParse(words[0][..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long percent))
        {
            value = -percent;
            return percent > 100 ? "percentage argument must be less or equal to 100" : null;
        }
        if (!MemorySize.TryParse(words[0], out value))
            return AllowsPercent ? "argument must be a memory or percent value" : "argument must be a memory value";
        return value < min || value == long.MaxValue ? $"argument must be between {min} and {long.MaxValue} inclusive" : null;
    }

    protected override string Format(long value) => value < 0 ? $"{-value}%" : value.ToString(CultureInfo.InvariantCulture);
}
