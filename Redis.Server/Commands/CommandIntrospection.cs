using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>COMMAND and its subcommands: what the table says of itself.</summary>
internal static class CommandIntrospection
{
    /// <summary>COMMAND: every row.</summary>
    public static void All(CommandTable table, CommandArgs args, RespWriter reply)
    {
        reply.ArrayHeader(table.Commands.Count);
        foreach (Command command in table.Commands)
            CommandInfo.Write(command, reply);
    }

    /// <summary>COMMAND COUNT</summary>
    public static void Count(CommandTable table, CommandArgs args, RespWriter reply) => reply.Integer(table.Commands.Count);

    /// <summary>COMMAND INFO [name …]</summary>
    public static void Info(CommandTable table, CommandArgs args, RespWriter reply)
    {
        if (args.Count == 2)
        {
            All(table, args, reply);
            return;
        }

        reply.ArrayHeader(args.Count - 2);
        for (int i = 2; i < args.Count; i++)
        {
            if (Find(table, args[i]) is { } command)
                CommandInfo.Write(command, reply);
            else
                reply.Null();
        }
    }

    /// <summary>COMMAND DOCS [name …]; what is not known is left out.</summary>
    public static void Docs(CommandTable table, CommandArgs args, RespWriter reply)
    {
        List<Command> commands = args.Count == 2 ? [.. table.Commands] : [];
        for (int i = 2; i < args.Count; i++)
        {
            if (Find(table, args[i]) is { } command)
                commands.Add(command);
        }

        reply.MapHeader(commands.Count);
        foreach (Command command in commands)
        {
            reply.BulkString(command.FullName);
            CommandDocs.Instance.Write(command, reply);
        }
    }

    /// <summary>COMMAND LIST [FILTERBY ACLCAT category | PATTERN pattern | MODULE name]</summary>
    public static void List(CommandTable table, CommandArgs args, RespWriter reply)
    {
        bool isFiltered = args.Count == 5 && args.Is(2, "filterby"u8);
        if ((args.Count > 2 && !isFiltered)
            || (isFiltered && !args.Is(3, "aclcat"u8) && !args.Is(3, "pattern"u8) && !args.Is(3, "module"u8)))
        {
            reply.Error(Errors.Syntax);
            return;
        }

        int place = reply.BeginDeferred();
        int count = 0;
        foreach (Command command in table.Commands.SelectMany(command => command.Subcommands.Prepend(command)))
        {
            if (isFiltered && !Passes(command, args))
                continue;
            reply.BulkString(command.FullName);
            count++;
        }

        reply.EndDeferred(place, '*', count);
    }

    /// <summary>COMMAND GETKEYS command …</summary>
    public static void GetKeys(CommandTable table, CommandArgs args, RespWriter reply) => GetKeys(table, args, reply, withFlags: false);

    /// <summary>COMMAND GETKEYSANDFLAGS command …</summary>
    public static void GetKeysAndFlags(CommandTable table, CommandArgs args, RespWriter reply) => GetKeys(table, args, reply, withFlags: true);

    /// <summary>COMMAND HELP</summary>
    public static void Help(CommandTable table, CommandArgs args, RespWriter reply) => HelpReply.Write(reply, "COMMAND");

    /// <summary>"get" or "config|get".</summary>
    private static Command? Find(CommandTable table, ReadOnlySpan<byte> name)
    {
        int bar = name.IndexOf((byte)'|');
        if (bar < 0)
            return table.Find(name);
        return table.Find(name[..bar]) is { Subcommands.Count: > 0 } container ? table.FindSubcommand(container, name[(bar + 1)..]) : null;
    }

    private static bool Passes(Command command, CommandArgs args)
    {
        if (args.Is(3, "pattern"u8))
            return Glob.Matches(args[4], Encoding.ASCII.GetBytes(command.FullName), ignoreCase: true);
        if (!args.Is(3, "aclcat"u8))
            return false;
        string wanted = Encoding.Latin1.GetString(args[4]);
        return CommandInfo.Categories.Any(one =>
            one.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase) && (command.Categories & one.Category) != 0);
    }

    private static void GetKeys(CommandTable table, CommandArgs args, RespWriter reply, bool withFlags)
    {
        CommandArgs called = args.From(2);
        Command? command = table.Find(called[0]);
        if (command is { Subcommands.Count: > 0 } && called.Count > 1)
            command = table.FindSubcommand(command, called[1]);
        List<KeyPosition> keys = [];
        if (command == null)
            reply.Error("ERR Invalid command specified"u8);
        else if (command.Keys.Count == 0)
            reply.Error("ERR The command has no key arguments"u8);
        else if (!command.Accepts(called.Count))
            reply.Error("ERR Invalid number of arguments specified for command"u8);
        else if ((!KeyFinder.TryFind(command, called, keys) || keys.Count == 0) && !command.Has(CommandFlags.NoMandatoryKeys))
            reply.Error("ERR Invalid arguments specified for command"u8);
        else
            WriteKeys(called, keys, withFlags, reply);
    }

    private static void WriteKeys(CommandArgs called, List<KeyPosition> keys, bool withFlags, RespWriter reply)
    {
        reply.ArrayHeader(keys.Count);
        foreach (KeyPosition key in keys)
        {
            if (withFlags)
                reply.ArrayHeader(2);
            reply.BulkString(called[key.Position]);
            if (withFlags)
                CommandInfo.WriteKeyFlags(key.Flags, reply);
        }
    }
}
