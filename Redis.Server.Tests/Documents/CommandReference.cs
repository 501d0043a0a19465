using System.Text;
using System.Text.Json;
using Redis.Server.Clients;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;

namespace Redis.Server.Tests.Documents;

/// <summary>Makes the chapter "Commands" of docs/using.md from the command table; only the remarks are written by hand.</summary>
internal static class CommandReference
{
    public const string Begin = "<!-- The table of commands is generated: run the tests with REWRITE_DOCS=1. -->\n";
    public const string End = "<!-- The end of the table of commands. -->\n";

    private const string Preface = """
        Names, arguments, replies and errors are those of Redis 7.0, compared with a real `redis-server` by generated tests; commands
        that are younger say since when Redis has them. The column *way* tells what a command costs:
        **entry**: it goes through the log and is answered when a majority has it on disk; **read**: the leader answers it once it
        has made sure that it still leads; **node**: the node that is asked answers by itself, leader or not. One database, number 0.

        """;

    private static readonly (string Group, string Title)[] Chapters =
    [
        ("string", "Strings"), ("bitmap", "Bitmaps"), ("hash", "Hashes"), ("list", "Lists"), ("set", "Sets"), ("sorted-set", "Sorted sets"),
        ("hyperloglog", "HyperLogLog"), ("geo", "Geo"), ("stream", "Streams"), ("generic", "Keys"), ("transactions", "Transactions"),
        ("scripting", "Scripts and functions"), ("pubsub", "Pub/Sub"), ("connection", "Connection"), ("server", "Server"), ("cluster", "Cluster"),
        ("raft", "Raft"),
    ];

    /// <summary>Groups of what Redis 7.0 does not know.</summary>
    private static readonly Dictionary<string, string> YoungerGroups = new()
    {
        ["hexpire"] = "hash",
        ["hpexpire"] = "hash",
        ["hexpireat"] = "hash",
        ["hpexpireat"] = "hash",
        ["httl"] = "hash",
        ["hpttl"] = "hash",
        ["hexpiretime"] = "hash",
        ["hpexpiretime"] = "hash",
        ["hpersist"] = "hash",
        ["waitaof"] = "generic",
    };

    private const string Waits = "Waits inside the state machine, in order of arrival; a change of leader ends the wait with `UNBLOCKED`.";
    private const string Picks = "By lot, but the same lot on every node.";
    private const string OneDatabase = "Refused: there is one database.";

    private static readonly Dictionary<string, string> Remarks = new()
    {
        ["blpop"] = Waits,
        ["brpop"] = Waits,
        ["blmove"] = Waits,
        ["brpoplpush"] = Waits,
        ["blmpop"] = Waits,
        ["bzpopmin"] = Waits,
        ["bzpopmax"] = Waits,
        ["bzmpop"] = Waits,
        ["spop"] = Picks,
        ["move"] = OneDatabase,
        ["swapdb"] = OneDatabase,
        ["select"] = "Database 0 only.",
        ["copy"] = "`DB` takes 0 only.",
        ["flushall"] = "`ASYNC` and `SYNC` are alike: memory is given back in the background.",
        ["flushdb"] = "As FLUSHALL.",
        ["unlink"] = "As DEL: memory is given back in the background.",
        ["expire"] = "Expiry is judged by cluster time, which the leader stamps on entries: the same on every node.",
        ["object"] = "`IDLETIME` counts uses on this node; `FREQ` needs an LFU policy, which there is none of.",
        ["scan"] = "The order is that of our own table; cursors are good on any node.",
        ["sort"] = "An entry even without `STORE`; `SORT_RO` is a read.",
        ["wait"] = "Counts the other nodes that have on disk what was applied when it was called. A majority has it before any write is answered.",
        ["waitaof"] = "As WAIT, and whether this node has it on disk. Since 7.2.",
        ["watch"] = "The leader decides when it proposes EXEC; an entry in flight that names the key counts as a change, and so does a change of leader.",
        ["exec"] = "One entry; with reads alone none.",
        ["dump"] = "Payloads can be exchanged with redis-server 7.0, both ways.",
        ["restore"] = "Payloads of RDB versions up to 10. Each is checked throughout, as with `sanitize-dump-payload yes`; a damaged one is refused also where Redis reads past its end.",
        ["pfcount"] = "Stores the estimate it finds, if there is none, by an entry; on a follower it stores nothing.",
    };

    /// <summary>The generated chapter, markers included.</summary>
    public static string Make()
    {
        using Stream stream = typeof(CommandDocs).Assembly.GetManifestResourceStream("command-docs.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        JsonElement docs = document.RootElement.GetProperty("docs");
        ILookup<string, Command> groups = Node.Commands.OrderBy(command => command.Name, StringComparer.Ordinal).ToLookup(command => GroupOf(command, docs));
        HashSet<string> ours = [.. Node.Commands.Select(command => command.Name)];
        StringBuilder page = new(Begin + Preface);
        foreach ((string group, string title) in Chapters)
        {
            string[] absent = [.. docs.EnumerateObject().Where(one => one.Value.GetProperty("group").GetString() == group && !ours.Contains(one.Name)).Select(one => $"`{one.Name.ToUpperInvariant()}`").Order(StringComparer.Ordinal)];
            if (!groups[group].Any() && absent.Length == 0)
                continue;
            page.Append($"\n### {title}\n");
            if (groups[group].Any())
                page.Append("\n| command | way | remarks |\n|---|---|---|\n");
            foreach (Command command in groups[group])
                page.Append(Row(command));
            if (absent.Length > 0)
                page.Append($"\nNot in this version: {string.Join(", ", absent)}.\n");
        }

        return page.Append(End).ToString();
    }

    private static string GroupOf(Command command, JsonElement docs) =>
        docs.TryGetProperty(command.Name, out JsonElement one) ? one.GetProperty("group").GetString()!
        : YoungerGroups.TryGetValue(command.Name, out string? group) ? group
        : command.Name.StartsWith("raft", StringComparison.Ordinal) ? "raft" : "server";

    private static string Row(Command command)
    {
        bool isRefused = RefusedCommands.Rows.Any(row => row.Name == command.Name);
        string remark = isRefused ? "Refused: it makes no sense where the data is what a majority has agreed on."
            : Remarks.GetValueOrDefault(command.Name) ?? (YoungerGroups.ContainsKey(command.Name) ? "Since 7.4." : "");
        string name = $"`{command.Name.ToUpperInvariant()}`";
        if (command.Subcommands.Count > 0)
            name += " " + string.Join(' ', command.Subcommands.Select(one => $"`{one.Name.ToUpperInvariant()}`").Order(StringComparer.Ordinal));
        return $"| {name} | {(isRefused ? "" : WayOf(command))} | {remark} |\n";
    }

    private static string WayOf(Command command) =>
        command.Subcommands.Count > 0 ? string.Join(", ", command.Subcommands.Select(WayOf).Distinct().Order(StringComparer.Ordinal))
        : command is LocalCommand || command.Has(CommandFlags.Local) || command.Name is "multi" or "discard" ? "node"
        : command.Name == "exec" ? "entry"
        : command.EntersLog ? "entry"
        : "read";
}
