namespace Redis.Server.Configuration;

/// <summary>
/// Arguments of a node: [file|-] --name value value --name value. What stands on the command line comes after the file and
/// overrides it; "-", first or last, reads standard input.
/// </summary>
internal static class CommandLine
{
    private const string Source = "the command line";

    /// <exception cref="ConfigurationException">Something in it is unknown or wrong.</exception>
    public static ServerOptions Parse(IReadOnlyList<string> arguments, TextReader standardInput)
    {
        ServerOptions options = new();
        List<Directive> directives = [];
        int first = 0;
        int last = arguments.Count;
        bool fromStandardInput = false;
        if (last > 0 && arguments[0] == "-")
        {
            fromStandardInput = true;
            first++;
        }
        else if (last > 0 && !arguments[0].StartsWith("--", StringComparison.Ordinal))
        {
            options.ConfigFile = Path.GetFullPath(arguments[0]);
            directives.AddRange(ConfigReader.ReadFile(options.ConfigFile));
            first++;
        }
        if (last > first && arguments[last - 1] == "-")
        {
            fromStandardInput = true;
            last--;
        }
        if (fromStandardInput) directives.AddRange(ConfigReader.ReadText("standard input", standardInput.ReadToEnd()));
        directives.AddRange(Named([.. arguments.Take(last).Skip(first)]));
        DirectiveLoader.Load(options, directives);
        return options;
    }

    private static IEnumerable<Directive> Named(IReadOnlyList<string> arguments)
    {
        int at = 0;
        while (at < arguments.Count)
        {
            string name = arguments[at];
            if (!name.StartsWith("--", StringComparison.Ordinal) || name.Length == 2)
                throw new ConfigurationException(Source, 0, name, "an option starts with '--'");
            List<string> words = [name[2..]];
            for (at++; at < arguments.Count && !arguments[at].StartsWith("--", StringComparison.Ordinal); at++) words.Add(arguments[at]);
            yield return new Directive(Source, 0, string.Join(' ', words.Select(Words.Quote)), words);
        }
    }
}
