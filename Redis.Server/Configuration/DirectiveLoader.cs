namespace Redis.Server.Configuration;

/// <summary>Applies the directives of a start, in order: options of the table, and the few that are not options.</summary>
internal static class DirectiveLoader
{
    /// <exception cref="ConfigurationException">Names the first directive that is unknown or wrong.</exception>
    public static void Load(ServerOptions options, IEnumerable<Directive> directives)
    {
        foreach (Directive directive in directives)
        {
            if (TakeSpecial(options, directive)) continue;
            Option option = options.Table.Find(directive.Name)
                ?? throw directive.Refused("Bad directive or wrong number of arguments");
            Directive shown = option.Has(OptionFlags.Sensitive) ? directive with { Text = $"{option.Name} (hidden)" } : directive;
            if (directive.Words.Count < 2) throw shown.Refused("wrong number of arguments");
            // One word may hold several, as in --bind "127.0.0.1 ::1".
            IReadOnlyList<string> words = directive.Arguments;
            if (option.Has(OptionFlags.MultiWord) && words.Count == 1) words = words[0].Split(' ');
            if (option.Set(words) is { } reason) throw shown.Refused(reason);
        }
        options.Table.ProtectedMayChange = options.Security.ProtectedConfigs != CommandAccess.No;
    }

    private static bool TakeSpecial(ServerOptions options, Directive directive)
    {
        IReadOnlyList<string> arguments = directive.Arguments;
        switch (directive.Name.ToLowerInvariant())
        {
            case "loadmodule":
                if (arguments.Count == 0) throw directive.Refused("wrong number of arguments");
                options.LoadedModules.Add(string.Join(' ', arguments));
                return true;
            case "user":
                if (arguments.Count == 0) throw directive.Refused("wrong number of arguments");
                options.Security.Users.Add(arguments);
                return true;
            case "rename-command":
                if (arguments.Count != 2) throw directive.Refused("wrong number of arguments");
                options.Security.RenamedCommands.Add((arguments[0], arguments[1]));
                return true;
            default:
                return false;
        }
    }
}
