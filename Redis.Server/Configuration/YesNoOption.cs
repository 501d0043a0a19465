namespace Redis.Server.Configuration;

internal sealed class YesNoOption(string name, bool initial, OptionFlags flags, string summary)
    : Option<bool>(name, initial, flags, summary)
{
    public override string Accepts => "yes/no";

    protected override string? Parse(IReadOnlyList<string> words, out bool value)
    {
        value = words.Count == 1 && words[0].Equals("yes", StringComparison.OrdinalIgnoreCase);
        if (words.Count != 1) return "wrong number of arguments";
        return value || words[0].Equals("no", StringComparison.OrdinalIgnoreCase) ? null : "argument must be 'yes' or 'no'";
    }

    protected override string Format(bool value) => value ? "yes" : "no";
}
