namespace Redis.Server.Configuration;

/// <summary>One line of configuration, split into words, and where it stands (line 0: on the command line).</summary>
internal readonly record struct Directive(string Source, int Line, string Text, IReadOnlyList<string> Words)
{
    public string Name => Words[0];

    public IReadOnlyList<string> Arguments => [.. Words.Skip(1)];

    public ConfigurationException Refused(string reason) => new(Source, Line, Text, reason);
}
