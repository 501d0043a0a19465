using System.Text;
using Redis.Server.Configuration;

namespace Redis.Server.Tests.Documents;

/// <summary>Makes docs/configuration.md from the option table.</summary>
internal static class ConfigurationReference
{
    private const string Preface = """
        # Configuration reference

        Every option may stand in a configuration file (`name value`, one a line), on the command line (`--name value`,
        which overrides the file), and, unless the table says otherwise, be changed while the server runs with
        `CONFIG SET name value`. `CONFIG GET pattern` answers the present values and `CONFIG REWRITE` writes them back to
        the file. Sizes take the units of redis.conf: `1k` is 1,000 bytes, `1kb` 1,024, likewise `m`, `mb`, `g`, `gb`.

        In the column *when*: **any time** takes effect at once; **start** is read at start only; **before init/join** may
        be changed until the node is a member of a cluster; **protected** is refused by CONFIG SET unless
        `enable-protected-configs` allows it.

        A name with a dagger (†) is accepted and kept, and does nothing yet in this version.

        This page is generated from the option table (`Redis.Server/Configuration`); a test keeps it complete.
        """;

    // What no code reads yet; a name leaves this list with the change that makes it count.
    private static readonly string[] NotYet =
    [
        "raft.sharding", "raft.external-sharding", "raft.slot-config", "raft.shardgroup-update-interval", "raft.scan-size",
        "stream-node-max-bytes", "stream-node-max-entries",
    ];

    private static readonly (OptionSection Section, string Title, string Text)[] Chapters =
    [
        (OptionSection.Raft, "Consensus", "Named and meant as in RedisRaft."),
        (OptionSection.Network, "Network", ""),
        (OptionSection.General, "General", ""),
        (OptionSection.Clients, "Clients", ""),
        (OptionSection.Data, "Data", ""),
        (OptionSection.Security, "Security", "`user NAME RULE ...` and `rename-command NAME NEWNAME` are accepted besides these: see [security](security.md)."),
        (OptionSection.Tls, "TLS", "Paths are relative to the data directory."),
        (OptionSection.Diagnostics, "Diagnostics", ""),
        (OptionSection.Failures, "For tests of failure", "They slow down or break parts of a node on purpose. `CONFIG GET` shows them only by their full name."),
    ];

    public static string Make()
    {
        IReadOnlyList<Option> options = new ServerOptions().Table.All;
        StringBuilder page = new(Preface + "\n");
        foreach ((OptionSection section, string title, string text) in Chapters)
        {
            page.Append($"\n## {title}\n\n");
            if (text.Length > 0) page.Append(text).Append("\n\n");
            page.Append("| option | values | default | when | what |\n|---|---|---|---|---|\n");
            foreach (Option option in options.Where(o => o.Section == section)) page.Append(Row(option)).Append('\n');
        }
        page.Append("\n## Accepted without effect\n\nThese directives of Redis 7.0 have no meaning here. They are checked, kept and answered like in Redis, so that existing\nfiles and tools work:\n\n");
        page.Append(string.Join(", ", options.Where(o => o.Section == OptionSection.Accepted).Select(o => $"`{o.Name}`"))).Append(".\n");
        page.Append("\n`loadmodule PATH` is accepted and noted in the log: consensus is built in. `include PATH` reads another file, or all that match a pattern.\n");
        return page.ToString();
    }

    /// <summary>docs/deploy/redis-raft-full.conf: every option with its default, to copy lines from.</summary>
    public static string MakeFile()
    {
        IReadOnlyList<Option> options = new ServerOptions().Table.All;
        StringBuilder file = new("# Every option with its default. A line counts without the # in front of the option. Generated from the option table; docs/configuration.md\n# says when an option may change.\n");
        foreach ((OptionSection section, string title, _) in Chapters.Where(chapter => chapter.Section != OptionSection.Failures))
        {
            file.Append($"\n### {title}\n");
            foreach (Option option in options.Where(o => o.Section == section))
                file.Append($"\n# {option.Summary} ({option.Accepts})\n{string.Concat(LinesOf(option).Select(line => $"#{line}\n"))}");
        }

        return file.ToString();
    }

    private static IEnumerable<string> LinesOf(Option option) => option.Name == "dir" ? ["dir /var/lib/redis-raft"] : option.FileLines;

    private static string Row(Option option)
    {
        string name = $"`{option.Name}`" + (NotYet.Contains(option.Name) ? " †" : "") + (option.Alias is null ? "" : $"<br>also `{option.Alias}`");
        string initial = option.Name == "dir" ? "current directory" : option.DefaultText.Length > 0 ? $"`{option.DefaultText}`" : "empty";
        return $"| {name} | {Escape(option.Accepts)} | {Escape(initial)} | {When(option)} | {Escape(option.Summary)} |";
    }

    private static string When(Option option) =>
        option.Has(OptionFlags.Immutable) ? "start"
        : option.Has(OptionFlags.Protected) ? "protected"
        : option.Has(OptionFlags.FixedAfterInit) ? "before init/join"
        : "any time";

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
