namespace Redis.Server.Configuration;

/// <summary>Reads redis.conf syntax: one directive a line, # comments, quotes, include with glob patterns.</summary>
internal static class ConfigReader
{
    private const int MaxIncludeDepth = 16;

    /// <summary>The directives of a file and of what it includes, in order.</summary>
    public static IEnumerable<Directive> ReadFile(string path) => ReadFile(path, 0);

    /// <summary>The directives of a text, such as standard input; <paramref name="source"/> names it in errors.</summary>
    public static IEnumerable<Directive> ReadText(string source, string text) => ReadText(source, text, 0);

    private static IEnumerable<Directive> ReadFile(string path, int depth)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(path, 0, path, $"can't open the config file: {e.Message}");
        }
        return ReadText(path, text, depth);
    }

    private static IEnumerable<Directive> ReadText(string source, string text, int depth)
    {
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim(' ', '\t', '\r');
            if (line.Length == 0 || line[0] == '#') continue;
            Directive directive = new(source, number, line, Words.Split(line) ?? []);
            if (directive.Words.Count == 0) throw directive.Refused("Unbalanced quotes in configuration line");
            if (!directive.Name.Equals("include", StringComparison.OrdinalIgnoreCase))
            {
                yield return directive;
                continue;
            }
            foreach (Directive included in Include(directive, depth + 1)) yield return included;
        }
    }

    private static IEnumerable<Directive> Include(Directive directive, int depth)
    {
        if (directive.Words.Count != 2) throw directive.Refused("wrong number of arguments");
        if (depth > MaxIncludeDepth) throw directive.Refused("files include each other");
        string pattern = Path.GetFullPath(directive.Words[1]);
        if (!pattern.AsSpan().ContainsAny('*', '?')) return ReadFile(pattern, depth);
        string folder = Path.GetDirectoryName(pattern)!;
        return Directory.Exists(folder)
            ? Directory.GetFiles(folder, Path.GetFileName(pattern)).Order(StringComparer.Ordinal).SelectMany(f => ReadFile(f, depth))
            : [];
    }
}
