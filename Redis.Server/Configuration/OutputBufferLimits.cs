namespace Redis.Server.Configuration;

/// <summary>
/// When a client that reads too slowly is disconnected: at <paramref name="Hard"/> bytes waiting for it, or at
/// <paramref name="Soft"/> bytes for <paramref name="SoftSeconds"/> seconds on end. 0 is no limit.
/// </summary>
internal readonly record struct OutputBufferLimit(long Hard, long Soft, int SoftSeconds);

/// <summary>The limits a client class.</summary>
internal sealed record OutputBufferLimits(OutputBufferLimit Normal, OutputBufferLimit Replica, OutputBufferLimit PubSub)
{
    public static OutputBufferLimits RedisDefaults { get; } =
        new(default, new(256L << 20, 64L << 20, 60), new(32L << 20, 8L << 20, 60));
}

/// <summary>client-output-buffer-limit: groups of class, hard, soft and seconds; classes not named keep what they have.</summary>
internal sealed class OutputBufferLimitsOption(string name, OptionFlags flags, string summary)
    : Option<OutputBufferLimits>(name, OutputBufferLimits.RedisDefaults, flags | OptionFlags.MultiWord, summary)
{
    public override string Accepts => "groups of: normal | replica | pubsub, hard bytes, soft bytes, soft s";

    public override IEnumerable<string> FileLines =>
        [FileLine("normal", Value.Normal), FileLine("replica", Value.Replica), FileLine("pubsub", Value.PubSub)];

    protected override string? Parse(IReadOnlyList<string> words, out OutputBufferLimits value)
    {
        value = Value;
        if (words is [""]) return null; // no group at all
        if (words.Count == 0 || words.Count % 4 != 0) return "Wrong number of arguments in buffer limit configuration.";
        for (int i = 0; i < words.Count; i += 4)
        {
            string kind = words[i].ToLowerInvariant();
            if (kind is not ("normal" or "replica" or "slave" or "pubsub"))
                return "Invalid client class specified in buffer limit configuration.";
            if (!MemorySize.TryParse(words[i + 1], out long hard) || !MemorySize.TryParse(words[i + 2], out long soft)
                || !int.TryParse(words[i + 3], out int seconds) || seconds < 0)
                return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
            OutputBufferLimit limit = new(hard, soft, seconds);
            value = kind switch
            {
                "normal" => value with { Normal = limit },
                "pubsub" => value with { PubSub = limit },
                _ => value with { Replica = limit },
            };
        }
        return null;
    }

    protected override string Format(OutputBufferLimits value) =>
        $"{Triple("normal", value.Normal)} {Triple("slave", value.Replica)} {Triple("pubsub", value.PubSub)}";

    private static string Triple(string kind, OutputBufferLimit limit) => $"{kind} {limit.Hard} {limit.Soft} {limit.SoftSeconds}";

    private string FileLine(string kind, OutputBufferLimit limit) =>
        $"{Name} {kind} {MemorySize.Format(limit.Hard)} {MemorySize.Format(limit.Soft)} {limit.SoftSeconds}";
}
