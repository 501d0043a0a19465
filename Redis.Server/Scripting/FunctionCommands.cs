using System.Text;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>FCALL and FUNCTION.</summary>
internal static class FunctionCommands
{
    private const CommandFlags Changes = CommandFlags.NoScript | CommandFlags.Write;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new ScriptCommand("fcall", CommandFlags.Logged | CommandFlags.MayReplicate, static (context, args) => Call(context, args, isReadOnly: false),
            static (scripts, args) => scripts.Libraries.Find(args[1]) is { } found && (found.Function.Flags & ScriptFlags.NoWrites) != 0,
            KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update),
        new ScriptCommand("fcall_ro", CommandFlags.ReadOnly, static (context, args) => Call(context, args, isReadOnly: true), static (_, _) => true,
            KeyFlags.ReadOnly | KeyFlags.Access),
        new("function", -2, CommandFlags.None, AclCategories.None,
        [
            new("delete", 3, Changes, AclCategories.Scripting, Delete),
            new("dump", 2, CommandFlags.NoScript, AclCategories.Scripting, Dump),
            new("flush", -2, Changes, AclCategories.Scripting, Flush),
            new("help", 2, CommandFlags.Loading | CommandFlags.Stale, AclCategories.Scripting, static (context, _) => HelpReply.Write(context.Reply, "FUNCTION")),
            new("kill", 2, CommandFlags.NoScript | CommandFlags.AllowBusy, AclCategories.Scripting, Kill),
            new("list", -2, CommandFlags.NoScript, AclCategories.Scripting, List),
            new("load", -3, Changes | CommandFlags.DenyOom, AclCategories.Scripting, Load),
            new("restore", -3, Changes | CommandFlags.DenyOom, AclCategories.Scripting, Restore),
            new("stats", 2, CommandFlags.NoScript | CommandFlags.AllowBusy, AclCategories.Scripting, Stats),
        ]),
    ];

    private static void Call(CommandContext context, CommandArgs args, bool isReadOnly)
    {
        if (context.Scripts.Libraries.Find(args[1]) is not { } found)
        {
            context.Reply.Error("ERR Function not found"u8);
            return;
        }

        if (!ScriptCommands.TryKeyCount(context, args, "ERR Bad number of keys provided"u8, out int keys))
            return;
        if (ScriptCommands.Admit(context, found.Function.Flags, isDeclared: true, isReadOnly) is { } run)
            context.Scripts.Engine.RunFunction(found.Library.Compiled, found.Function.Name, run, args, keys);
    }

    private static void Load(CommandContext context, CommandArgs args)
    {
        bool replaces = false;
        for (int i = 2; i < args.Count - 1; i++)
        {
            if (!args.Is(i, "replace"u8))
            {
                context.Reply.Error("ERR Unknown option given: "u8, args[i], default);
                return;
            }

            replaces = true;
        }

        if (context.Scripts.Libraries.Load(args[args.Count - 1].ToArray(), replaces, out string error) is { } library)
            context.Reply.BulkString(Encoding.Latin1.GetBytes(library.Name));
        else
            context.Reply.Error(error);
    }

    private static void Delete(CommandContext context, CommandArgs args)
    {
        if (context.Scripts.Libraries.Delete(Encoding.Latin1.GetString(args[2])))
            context.Reply.Ok();
        else
            context.Reply.Error("ERR Library not found"u8);
    }

    private static void Flush(CommandContext context, CommandArgs args)
    {
        if (args.Count > 3)
        {
            WrongArguments(context, args);
            return;
        }

        if (args.Count == 3 && !args.Is(2, "sync"u8) && !args.Is(2, "async"u8))
        {
            context.Reply.Error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option"u8);
            return;
        }

        context.Scripts.Libraries.Clear();
        context.Reply.Ok();
    }

    private static void Dump(CommandContext context, CommandArgs args)
    {
        using FunctionPayload payload = new();
        context.Reply.BulkString(payload.Write(context.Scripts.Libraries.All.Select(library => library.Code)));
    }

    private static void Restore(CommandContext context, CommandArgs args)
    {
        bool flushes = args.Count > 3 && args.Is(3, "flush"u8), replaces = args.Count > 3 && args.Is(3, "replace"u8);
        if (args.Count > 4)
        {
            WrongArguments(context, args);
            return;
        }

        if (args.Count == 4 && !flushes && !replaces && !args.Is(3, "append"u8))
        {
            context.Reply.Error("ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE."u8);
            return;
        }

        if (!FunctionPayload.TryRead(args[2], context.Options, out List<byte[]> codes, out string error) || !context.Scripts.Libraries.TryRestore(codes, flushes, replaces, out error))
            context.Reply.Error(error);
        else
            context.Reply.Ok();
    }

    private static void WrongArguments(CommandContext context, CommandArgs args) =>
        context.Reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try FUNCTION HELP."u8);

    private static void Kill(CommandContext context, CommandArgs args) => context.Scripts.Watch.Kill(context.Reply, isFunction: true);

    private static void Stats(CommandContext context, CommandArgs args)
    {
        RespWriter reply = context.Reply;
        if (context.Scripts.Watch is { IsFunction: false, BusyError: { } busy })
        {
            reply.Raw(busy);
            return;
        }

        reply.MapHeader(2);
        reply.BulkString("running_script"u8);
        context.Scripts.Watch.WriteRunning(reply);
        reply.BulkString("engines"u8);
        reply.MapHeader(1);
        reply.BulkString("LUA"u8);
        reply.MapHeader(2);
        reply.BulkString("libraries_count"u8);
        reply.Integer(context.Scripts.Libraries.Count);
        reply.BulkString("functions_count"u8);
        reply.Integer(context.Scripts.Libraries.FunctionCount);
    }

    private static void List(CommandContext context, CommandArgs args)
    {
        bool withCode = false;
        byte[]? pattern = null;
        for (int i = 2; i < args.Count; i++)
        {
            if (!withCode && args.Is(i, "withcode"u8))
            {
                withCode = true;
            }
            else if (pattern is null && args.Is(i, "libraryname"u8))
            {
                if (i + 1 >= args.Count)
                {
                    context.Reply.Error("ERR library name argument was not given"u8);
                    return;
                }

                pattern = args[++i].ToArray();
            }
            else
            {
                context.Reply.Error("ERR Unknown argument "u8, args[i], default);
                return;
            }
        }

        FunctionLibrary[] shown = [.. context.Scripts.Libraries.All.Where(library => pattern is null || Glob.Matches(pattern, Encoding.Latin1.GetBytes(library.Name), ignoreCase: true))];
        context.Reply.ArrayHeader(shown.Length);
        foreach (FunctionLibrary library in shown)
            Write(library, withCode, context.Reply);
    }

    private static void Write(FunctionLibrary library, bool withCode, RespWriter reply)
    {
        reply.MapHeader(withCode ? 4 : 3);
        reply.BulkString("library_name"u8);
        reply.BulkString(library.Name);
        reply.BulkString("engine"u8);
        reply.BulkString("LUA"u8);
        reply.BulkString("functions"u8);
        reply.ArrayHeader(library.Functions.Count);
        foreach (RegisteredFunction function in library.Functions)
        {
            reply.MapHeader(3);
            reply.BulkString("name"u8);
            reply.BulkString(Encoding.Latin1.GetBytes(function.Name));
            reply.BulkString("description"u8);
            if (function.Description is null)
                reply.Null();
            else
                reply.BulkString(Encoding.Latin1.GetBytes(function.Description));
            reply.BulkString("flags"u8);
            string[] flags = [.. ScriptHeader.NamesOf(function.Flags)];
            reply.SetHeader(flags.Length);
            foreach (string flag in flags)
                reply.SimpleString(Encoding.ASCII.GetBytes(flag));
        }

        if (!withCode)
            return;
        reply.BulkString("library_code"u8);
        reply.BulkString(library.Code);
    }
}
