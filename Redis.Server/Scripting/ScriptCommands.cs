using System.Text;
using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>EVAL and its kin, and SCRIPT.</summary>
internal static class ScriptCommands
{
    private const KeyFlags ReadWrite = KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update;
    private const KeyFlags ReadOnly = KeyFlags.ReadOnly | KeyFlags.Access;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new ScriptCommand("eval", CommandFlags.Logged | CommandFlags.MayReplicate, Eval, static (scripts, args) => ScriptHeader.Begins(args[1]) && IsKnownRead(scripts.Cache.Find(ScriptCache.NameOf(args[1]))), ReadWrite),
        // A new script has to become known on all nodes, so its first run is an entry.
        new ScriptCommand("eval_ro", CommandFlags.ReadOnly, EvalReadOnly, static (scripts, args) => scripts.Cache.Find(ScriptCache.NameOf(args[1])) is not null, ReadOnly),
        new ScriptCommand("evalsha", CommandFlags.Logged | CommandFlags.MayReplicate, EvalSha, static (scripts, args) => IsKnownRead(scripts.Cache.Find(args[1])), ReadWrite),
        new ScriptCommand("evalsha_ro", CommandFlags.ReadOnly, EvalShaReadOnly, static (_, _) => true, ReadOnly),
        new("script", -2, CommandFlags.None, AclCategories.None,
        [
            new("debug", 3, CommandFlags.NoScript, AclCategories.Scripting, Debug),
            new("exists", -3, CommandFlags.NoScript, AclCategories.Scripting, Exists),
            new("flush", -2, CommandFlags.NoScript | CommandFlags.Logged, AclCategories.Scripting, Flush),
            new("help", 2, CommandFlags.Loading | CommandFlags.Stale, AclCategories.Scripting, static (context, _) => HelpReply.Write(context.Reply, "SCRIPT")),
            new("kill", 2, CommandFlags.NoScript | CommandFlags.AllowBusy, AclCategories.Scripting, Kill),
            new("load", 3, CommandFlags.NoScript | CommandFlags.Stale | CommandFlags.Logged, AclCategories.Scripting, Load),
        ]),
    ];

    /// <summary>The keys' number of EVAL and FCALL; false after an error reply.</summary>
    public static bool TryKeyCount(CommandContext context, CommandArgs args, ReadOnlySpan<byte> notInteger, out int keys)
    {
        keys = 0;
        if (!Numbers.TryParseInteger(args[2], out long count))
            context.Reply.Error(notInteger);
        else if (count > args.Count - 3)
            context.Reply.Error("ERR Number of keys can't be greater than number of args"u8);
        else if (count < 0)
            context.Reply.Error("ERR Number of keys can't be negative"u8);
        else
        {
            keys = (int)count;
            return true;
        }

        return false;
    }

    private static bool IsKnownRead(CachedScript? script) => script is not null && (script.Header.Flags & ScriptFlags.NoWrites) != 0;

    /// <summary>What a script with these flags may do; null after an error reply.</summary>
    public static ScriptRun? Admit(CommandContext context, ScriptFlags flags, bool isDeclared, bool isReadOnlyCall)
    {
        bool isReadOnly = isReadOnlyCall || (flags & ScriptFlags.NoWrites) != 0 || !context.IsApplying;
        bool isFull = context.ScriptLimits.IsOutOfMemory && (flags & ScriptFlags.AllowOom) == 0;
        if (!isDeclared)
            return new ScriptRun(isReadOnly, RefusesOom: isFull);
        if (isReadOnlyCall && (flags & ScriptFlags.NoWrites) == 0)
        {
            context.Reply.Error("ERR Can not execute a script with write flag using *_ro command."u8);
            return null;
        }

        if (isFull && !isReadOnly)
        {
            // Redis refuses the command alone before it looks for the script; between MULTI and EXEC it has the script's words.
            context.Reply.Error(context.IsInTransaction
                ? "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'"u8
                : "OOM command not allowed when used memory > 'maxmemory'."u8);
            return null;
        }

        return new ScriptRun(isReadOnly, RefusesOom: false);
    }

    private static void Eval(CommandContext context, CommandArgs args) => Eval(context, args, isReadOnly: false);

    private static void EvalReadOnly(CommandContext context, CommandArgs args) => Eval(context, args, isReadOnly: true);

    private static void EvalSha(CommandContext context, CommandArgs args) => EvalSha(context, args, isReadOnly: false);

    private static void EvalShaReadOnly(CommandContext context, CommandArgs args) => EvalSha(context, args, isReadOnly: true);

    private static void Eval(CommandContext context, CommandArgs args, bool isReadOnly)
    {
        if (!TryKeyCount(context, args, Errors.NotInteger, out int keys))
            return;
        Scripts scripts = context.Scripts;
        CachedScript? script = scripts.Cache.FindText(args[1]);
        bool isNew = script is null;
        if (script is null && (script = Make(context, ScriptCache.NameOf(args[1]), args[1])) is null)
            return;
        if (isNew && context.IsApplying)
            scripts.Cache.Add(script);
        Run(context, script, args, keys, isReadOnly);
        if (isNew && !context.IsApplying && script.Compiled is { } compiled)
            scripts.Engine.Release(compiled);
    }

    private static void EvalSha(CommandContext context, CommandArgs args, bool isReadOnly)
    {
        // What cannot be a name is none, whatever the number of keys.
        int keys = 0;
        if (args[1].Length == ScriptCache.NameLength && !TryKeyCount(context, args, Errors.NotInteger, out keys))
            return;
        if (context.Scripts.Cache.Find(args[1]) is { } script)
            Run(context, script, args, keys, isReadOnly);
        else
            context.Reply.Error("NOSCRIPT No matching script. Please use EVAL."u8);
    }

    private static void Run(CommandContext context, CachedScript script, CommandArgs args, int keys, bool isReadOnly)
    {
        if (context.Scripts.Compile(script, out string error) is not { } compiled)
            ReplyNotCompiled(context, error);
        else if (Admit(context, script.Header.Flags, script.Header.HasHeader, isReadOnly) is { } run)
            context.Scripts.Engine.RunScript(compiled, script.Sha, run, args, keys);
    }

    /// <summary>A compiled script that is not in the cache; null after an error reply.</summary>
    private static CachedScript? Make(CommandContext context, string sha, ReadOnlySpan<byte> body)
    {
        if (!ScriptHeader.TryRead(body, out ScriptHeader header, out string error))
        {
            context.Reply.Error(error);
            return null;
        }

        CachedScript script = new(sha, body.ToArray(), header);
        if (context.Scripts.Compile(script, out error) is not null)
            return script;
        ReplyNotCompiled(context, error);
        return null;
    }

    private static void ReplyNotCompiled(CommandContext context, string error) => context.Reply.Error($"ERR Error compiling script (new function): {error}");

    private static void Load(CommandContext context, CommandArgs args)
    {
        string sha = ScriptCache.NameOf(args[2]);
        if (context.Scripts.Cache.Find(sha) is null)
        {
            if (Make(context, sha, args[2]) is not { } script)
                return;
            context.Scripts.Cache.Add(script);
        }

        context.Reply.BulkString(Encoding.ASCII.GetBytes(sha));
    }

    private static void Exists(CommandContext context, CommandArgs args)
    {
        context.Reply.ArrayHeader(args.Count - 2);
        for (int i = 2; i < args.Count; i++)
            context.Reply.Integer(context.Scripts.Cache.Find(args[i]) is not null);
    }

    private static void Flush(CommandContext context, CommandArgs args)
    {
        if (args.Count > 3 || (args.Count == 3 && !args.Is(2, "sync"u8) && !args.Is(2, "async"u8)))
        {
            context.Reply.Error("ERR SCRIPT FLUSH only support SYNC|ASYNC option"u8);
            return;
        }

        context.Scripts.Cache.Clear();
        context.Reply.Ok();
    }

    private static void Kill(CommandContext context, CommandArgs args) => context.Scripts.Watch.Kill(context.Reply, isFunction: false);

    private static void Debug(CommandContext context, CommandArgs args)
    {
        if (args.Is(2, "no"u8))
            context.Reply.Ok();
        else if (args.Is(2, "yes"u8) || args.Is(2, "sync"u8))
            context.Reply.Error("ERR SCRIPT DEBUG is not supported: a script that waits for a debugger would stop the whole cluster"u8);
        else
            context.Reply.Error("ERR Use SCRIPT DEBUG YES/SYNC/NO"u8);
    }
}
