using Redis.Server.Configuration;

namespace Redis.Server.Operations;

/// <summary>The texts of --help, made from the option table.</summary>
internal static class OptionHelp
{
    private const string Usage = """
        Usage: redis-raft-server [/path/to/redis.conf] [options] [-]
               redis-raft-server local-cluster [--nodes 3] [--port 5001] [--dir ./local-cluster] [options for every node]
               redis-raft-server status host:port [--watch] [--json] [--password PASSWORD]
               redis-raft-server recover --dir DIRECTORY [--yes] [options of the node]
               redis-raft-server log show FILE... | log verify DIRECTORY
               redis-raft-server --check-config [/path/to/redis.conf] [options]
               redis-raft-server --version | --help

        Options are redis.conf directives and raft.* options: one a line in the file, or --name value here, which
        overrides the file. "-", first or last, reads more of the file from standard input. Sizes take k, kb, m, mb, g, gb;
        other units stand with each option.
        """;

    public static void Write(TextWriter output)
    {
        OptionTable table = new ServerOptions().Table;
        output.WriteLine(Usage);
        foreach (IGrouping<OptionSection, Option> section in table.All.GroupBy(o => o.Section))
        {
            if (section.Key is OptionSection.Failures or OptionSection.Accepted) continue;
            output.WriteLine();
            output.WriteLine($"{section.Key} options");
            foreach (Option option in section) WriteOption(output, option);
        }
        output.WriteLine();
        output.WriteLine("Known to Redis, accepted, and without effect here");
        output.WriteLine(Fold(string.Join(' ', table.All.Where(o => o.Section == OptionSection.Accepted).Select(o => o.Name)), "  "));
    }

    private static void WriteOption(TextWriter output, Option option)
    {
        string initial = option.Name == "dir" ? "the current one" : option.DefaultText.Length > 0 ? option.DefaultText : "empty";
        output.WriteLine($"  --{option.Name} <{option.Accepts}>  (default: {initial})");
        output.WriteLine(Fold(option.Summary, "      "));
    }

    private static string Fold(string text, string indent)
    {
        const int Width = 110;
        List<string> lines = [indent];
        foreach (string word in text.Split(' '))
        {
            if (lines[^1].Length + word.Length > Width) lines.Add(indent);
            lines[^1] += lines[^1].Length == indent.Length ? word : " " + word;
        }
        return string.Join(Environment.NewLine, lines);
    }
}
