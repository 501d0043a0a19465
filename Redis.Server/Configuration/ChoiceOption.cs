namespace Redis.Server.Configuration;

/// <summary>One of some names, kept as its name; several of them when the option takes several words.</summary>
internal sealed class ChoiceOption(
    string name, string initial, IReadOnlyList<string> choices, OptionFlags flags, string summary, Func<IReadOnlyList<string>, string?>? check = null)
    : Option<string>(name, initial, flags, summary)
{
    public override string Accepts => string.Join(" | ", choices);

    protected override string? Parse(IReadOnlyList<string> words, out string value)
    {
        value = string.Join(' ', words).ToLowerInvariant();
        if (words.Count == 0 || (words.Count > 1 && !Has(OptionFlags.MultiWord))) return "wrong number of arguments";
        return words.All(w => choices.Contains(w, StringComparer.OrdinalIgnoreCase))
            ? check?.Invoke(words)
            : $"argument(s) must be one of the following: {string.Join(", ", choices)}";
    }

    protected override string Format(string value) => value;
}
