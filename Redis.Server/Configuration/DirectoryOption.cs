namespace Redis.Server.Configuration;

/// <summary>An existing directory, kept as its full path.</summary>
internal sealed class DirectoryOption(string name, string initial, OptionFlags flags, string summary) : Option<string>(name, initial, flags, summary)
{
    public override string Accepts => "path";

    protected override string? Parse(IReadOnlyList<string> words, out string value)
    {
        value = "";
        if (words.Count != 1) return "wrong number of arguments";
        if (!Directory.Exists(words[0])) return "No such file or directory";
        value = Path.GetFullPath(words[0]);
        return null;
    }

    protected override string Format(string value) => value;
}
