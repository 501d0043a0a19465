namespace Redis.Server.Configuration;

/// <summary>Words separated by spaces, or by <paramref name="separator"/> within one word ("get,set").</summary>
internal sealed class WordsOption(
    string name,
    IReadOnlyList<string> initial,
    char separator,
    string accepts,
    OptionFlags flags,
    string summary,
    Func<IReadOnlyList<string>, string?>? check = null)
    : Option<IReadOnlyList<string>>(name, initial, separator == ' ' ? flags | OptionFlags.MultiWord : flags, summary)
{
    public override string Accepts => accepts;

    protected override string? Parse(IReadOnlyList<string> words, out IReadOnlyList<string> value)
    {
        value = separator == ' '
            ? [.. words.Where(w => w.Length > 0)]
            : [.. string.Join(' ', words).Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        return check?.Invoke(value);
    }

    protected override string Format(IReadOnlyList<string> value) => string.Join(separator, value);
}
