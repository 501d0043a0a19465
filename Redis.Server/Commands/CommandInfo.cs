using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>A row of the command table as COMMAND INFO tells it.</summary>
internal static class CommandInfo
{
    /// <summary>ACL categories in their own order, with the names of the ACL.</summary>
    public static IReadOnlyList<(AclCategories Category, string Name)> Categories { get; } =
        [.. Enum.GetValues<AclCategories>().Where(category => category != 0).Select(category => (category, category.ToString().ToLowerInvariant()))];

    private static readonly (CommandFlags Flag, byte[] Name)[] FlagNames =
    [
        .. Enum.GetValues<CommandFlags>()
            .Where(flag => flag is not (CommandFlags.None or CommandFlags.MayReplicate or CommandFlags.Local or CommandFlags.Logged))
            .Select(flag => (flag, Encoding.ASCII.GetBytes(SnakeCase(flag)))),
    ];

    private static readonly (KeyFlags Flag, byte[] Name)[] KeyFlagNames =
    [
        (KeyFlags.ReadOnly, "RO"u8.ToArray()),
        (KeyFlags.ReadWrite, "RW"u8.ToArray()),
        (KeyFlags.Overwrite, "OW"u8.ToArray()),
        (KeyFlags.Remove, "RM"u8.ToArray()),
        (KeyFlags.Access, "access"u8.ToArray()),
        (KeyFlags.Update, "update"u8.ToArray()),
        (KeyFlags.Insert, "insert"u8.ToArray()),
        (KeyFlags.Delete, "delete"u8.ToArray()),
        (KeyFlags.NotKey, "not_key"u8.ToArray()),
        (KeyFlags.Incomplete, "incomplete"u8.ToArray()),
        (KeyFlags.VariableFlags, "variable_flags"u8.ToArray()),
    ];

    /// <summary>Writes the ten elements.</summary>
    public static void Write(Command command, RespWriter reply)
    {
        reply.ArrayHeader(10);
        reply.BulkString(command.FullName);
        reply.Integer(command.Arity);
        WriteFlags(command.Flags, reply);
        (int first, int last, int step) = LegacyRange(command);
        reply.Integer(first);
        reply.Integer(last);
        reply.Integer(step);
        WriteCategories(command.Categories, reply);
        string[] tips = [.. CommandDocs.Instance.Tips(command)];
        reply.SetHeader(tips.Length);
        foreach (string tip in tips)
            reply.BulkString(tip);
        reply.SetHeader(command.Keys.Count);
        for (int i = 0; i < command.Keys.Count; i++)
            WriteKeySpec(command.Keys[i], CommandDocs.Instance.Note(command, i), reply);
        if (command.Subcommands.Count == 0)
        {
            reply.SetHeader(0); // as Redis: an empty set, but an array of subcommands
            return;
        }

        reply.ArrayHeader(command.Subcommands.Count);
        foreach (Command subcommand in command.Subcommands)
            Write(subcommand, reply);
    }

    /// <summary>Writes what a command does with a key.</summary>
    public static void WriteKeyFlags(KeyFlags flags, RespWriter reply)
    {
        reply.SetHeader(System.Numerics.BitOperations.PopCount((uint)flags));
        foreach ((KeyFlags flag, byte[] name) in KeyFlagNames)
        {
            if ((flags & flag) != 0)
                reply.SimpleString(name);
        }
    }

    private static void WriteFlags(CommandFlags flags, RespWriter reply)
    {
        flags &= ~(CommandFlags.MayReplicate | CommandFlags.Local | CommandFlags.Logged);
        reply.SetHeader(System.Numerics.BitOperations.PopCount((uint)flags));
        foreach ((CommandFlags flag, byte[] name) in FlagNames)
        {
            if ((flags & flag) != 0)
                reply.SimpleString(name);
        }
    }

    private static void WriteCategories(AclCategories categories, RespWriter reply)
    {
        reply.SetHeader(System.Numerics.BitOperations.PopCount((uint)categories));
        foreach ((AclCategories category, string name) in Categories)
        {
            if ((categories & category) != 0)
                reply.SimpleString(Encoding.ASCII.GetBytes("@" + name));
        }
    }

    private static void WriteKeySpec(KeySpec spec, string? note, RespWriter reply)
    {
        reply.MapHeader(note == null ? 3 : 4);
        if (note != null)
        {
            reply.BulkString("notes"u8);
            reply.BulkString(note);
        }

        reply.BulkString("flags"u8);
        WriteKeyFlags(spec.Flags, reply);
        reply.BulkString("begin_search"u8);
        WriteBegin(spec, reply);
        reply.BulkString("find_keys"u8);
        WriteFind(spec, reply);
    }

    private static void WriteBegin(KeySpec spec, RespWriter reply)
    {
        switch (spec.Begin)
        {
            case BeginSearch.Index:
                WriteSpec(reply, "index", ("index", spec.Position));
                break;
            case BeginSearch.Keyword:
                reply.MapHeader(2);
                reply.BulkString("type"u8);
                reply.BulkString("keyword"u8);
                reply.BulkString("spec"u8);
                reply.MapHeader(2);
                reply.BulkString("keyword"u8);
                reply.BulkString(spec.Word);
                reply.BulkString("startfrom"u8);
                reply.Integer(spec.StartFrom);
                break;
            default:
                WriteSpec(reply, "unknown");
                break;
        }
    }

    private static void WriteFind(KeySpec spec, RespWriter reply)
    {
        switch (spec.Find)
        {
            case FindKeys.Range:
                WriteSpec(reply, "range", ("lastkey", spec.LastKey), ("keystep", spec.Step), ("limit", spec.Limit));
                break;
            case FindKeys.KeyNum:
                WriteSpec(reply, "keynum", ("keynumidx", spec.CountAt), ("firstkey", spec.FirstKey), ("keystep", spec.Step));
                break;
            default:
                WriteSpec(reply, "unknown");
                break;
        }
    }

    private static void WriteSpec(RespWriter reply, string type, params ReadOnlySpan<(string Name, int Value)> fields)
    {
        reply.MapHeader(2);
        reply.BulkString("type"u8);
        reply.BulkString(type);
        reply.BulkString("spec"u8);
        reply.MapHeader(fields.Length);
        foreach ((string name, int value) in fields)
        {
            reply.BulkString(name);
            reply.Integer(value);
        }
    }

    /// <summary>First key, last key and step as before Redis 7: the range that adjoining specifications make (populateCommandLegacyRangeSpec).</summary>
    private static (int First, int Last, int Step) LegacyRange(Command command)
    {
        if (command.Keys is [{ Begin: BeginSearch.Index, Find: FindKeys.Range } only])
            return (only.Position, only.LastKey >= 0 ? only.Position + only.LastKey : only.LastKey, only.Step);
        int first = int.MaxValue, last = 0;
        foreach (KeySpec spec in command.Keys)
        {
            bool adjoins = last == 0 || last == spec.Position - 1;
            if (spec.Begin != BeginSearch.Index || spec.Find != FindKeys.Range || spec.Step != 1 || !adjoins)
                continue;
            first = Math.Min(first, spec.Position);
            int end = spec.LastKey >= 0 ? spec.Position + spec.LastKey : spec.LastKey;
            last = (uint)end > (uint)last ? end : last;
        }

        return first == int.MaxValue ? (0, 0, 0) : (first, last, 1);
    }

    private static string SnakeCase(CommandFlags flag) => flag switch
    {
        CommandFlags.ReadOnly => "readonly",
        CommandFlags.DenyOom => "denyoom",
        CommandFlags.PubSub => "pubsub",
        CommandFlags.NoScript => "noscript",
        CommandFlags.MovableKeys => "movablekeys",
        _ => string.Concat(flag.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")),
    };
}
