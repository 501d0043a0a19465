namespace Redis.Server.Configuration;

/// <summary>Any text, or what <paramref name="check"/> lets pass (it returns null or what is wrong).</summary>
internal sealed class TextOption(string name, string initial, OptionFlags flags, string summary, Func<string, string?>? check = null, string accepts = "text")
    : Option<string>(name, initial, flags, summary)
{
    public override string Accepts => accepts;

    protected override string? Parse(IReadOnlyList<string> words, out string value)
    {
        value = words.Count == 1 ? words[0] : "";
        return words.Count == 1 ? check?.Invoke(value) : "wrong number of arguments";
    }

    protected override string Format(string value) => value;
}
