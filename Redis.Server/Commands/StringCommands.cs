using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Strings as wholes: GET, SET and their kin. https://redis.io/docs/latest/commands/?group=string</summary>
internal static class StringCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("get", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.String, Get,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("set", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.String, Set,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update | KeyFlags.VariableFlags)),
        new("setnx", 3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.String, SetNx,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Insert)),
        new("setex", 4, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.String, SetEx,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update)),
        new("psetex", 4, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.String, PSetEx,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update)),
        new("getex", -2, CommandFlags.Write | CommandFlags.Fast, AclCategories.String, GetEx,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
        new("getdel", 2, CommandFlags.Write | CommandFlags.Fast, AclCategories.String, GetDel,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
        new("getset", 3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.String, GetSet,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
        new("mget", -2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.String, MGet,
            Keys.Range(1, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("mset", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.String, MSet,
            Keys.Range(1, -1, KeyFlags.Overwrite | KeyFlags.Update, step: 2)),
        new("msetnx", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.String, MSetNx,
            Keys.Range(1, -1, KeyFlags.Overwrite | KeyFlags.Insert, step: 2)),
        new("strlen", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.String, StrLen,
            Keys.At(1, KeyFlags.ReadOnly)),
    ];

    public static void Get(CommandContext context, CommandArgs args)
    {
        if (context.TryReadString(args[1], out RedisValue value))
            Reply(context, value);
    }

    public static void Set(CommandContext context, CommandArgs args)
    {
        ReadOnlySpan<byte> key = args[1];
        if (args.Count == 3)
        {
            SetAndNotify(context, key, args[2]);
            context.Reply.Ok();
            return;
        }

        if (!SetOptions.TryParseSet(args, out SetOptions options))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        long at = 0;
        if (options.Expiry.IsGiven && !options.Expiry.TryGetTime(context, "set", out at))
            return;
        RedisValue old = context.Keyspace.FindForWrite(key);
        if (options.ReturnOld)
            context.Keyspace.Answered(key, !old.IsNone);
        if (options.ReturnOld && !TryReplyOld(context, old))
            return;
        if (options.IfAbsent ? !old.IsNone : options.IfPresent && old.IsNone)
        {
            if (!options.ReturnOld)
                context.Reply.Null();
            return;
        }

        SetAndNotify(context, key, args[2], options.KeepExpiry);
        if (options.Expiry.IsGiven)
            Expire(context, key, at);
        if (!options.ReturnOld)
            context.Reply.Ok();
    }

    public static void SetNx(CommandContext context, CommandArgs args)
    {
        bool absent = context.Keyspace.FindForWrite(args[1]).IsNone;
        if (absent)
            SetAndNotify(context, args[1], args[2]);
        context.Reply.Integer(absent);
    }

    public static void SetEx(CommandContext context, CommandArgs args) =>
        SetWithExpiry(context, args, "setex", new ExpiryArgument { Text = args[2], IsSeconds = true });

    public static void PSetEx(CommandContext context, CommandArgs args) =>
        SetWithExpiry(context, args, "psetex", new ExpiryArgument { Text = args[2] });

    public static void GetEx(CommandContext context, CommandArgs args)
    {
        ReadOnlySpan<byte> key = args[1];
        if (!SetOptions.TryParseGetEx(args, out SetOptions options))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        if (!TryAnswerString(context, key, out RedisValue value))
            return;
        long at = 0;
        if (!value.IsNone && options.Expiry.IsGiven && !options.Expiry.TryGetTime(context, "getex", out at))
            return;
        Reply(context, value);
        if (value.IsNone)
            return;
        if (options.Expiry.IsGiven && options.Expiry.IsAbsolute && at <= context.Now)
        {
            context.Keyspace.Remove(key);
            context.Keyspace.Modified(key, EventClass.Generic, "del"u8);
        }
        else if (options.Expiry.IsGiven)
        {
            Expire(context, key, at);
            context.Keyspace.Modified(key);
        }
        else if (options.Persist && context.Keyspace.ClearExpiry(key))
        {
            context.Keyspace.Modified(key, EventClass.Generic, "persist"u8);
        }
    }

    public static void GetDel(CommandContext context, CommandArgs args)
    {
        if (!TryAnswerString(context, args[1], out RedisValue value))
            return;
        Reply(context, value);
        if (value.IsNone)
            return;
        context.Keyspace.Remove(args[1]);
        context.Keyspace.Modified(args[1], EventClass.Generic, "del"u8);
    }

    public static void GetSet(CommandContext context, CommandArgs args)
    {
        if (!TryAnswerString(context, args[1], out RedisValue value))
            return;
        Reply(context, value);
        SetAndNotify(context, args[1], args[2]);
    }

    public static void MGet(CommandContext context, CommandArgs args)
    {
        context.Reply.ArrayHeader(args.Count - 1);
        for (int i = 1; i < args.Count; i++)
        {
            RedisValue value = context.Keyspace.Find(args[i]);
            Reply(context, value.IsString ? value : default);
        }
    }

    public static void MSet(CommandContext context, CommandArgs args)
    {
        if (!TryCheckPairs(context, args, "mset"))
            return;
        SetPairs(context, args);
        context.Reply.Ok();
    }

    public static void MSetNx(CommandContext context, CommandArgs args)
    {
        if (!TryCheckPairs(context, args, "msetnx"))
            return;
        for (int i = 1; i < args.Count; i += 2)
        {
            if (context.Keyspace.FindForWrite(args[i]).IsNone)
                continue;
            context.Reply.Integer(0);
            return;
        }

        SetPairs(context, args);
        context.Reply.Integer(1);
    }

    public static void StrLen(CommandContext context, CommandArgs args)
    {
        if (context.TryReadString(args[1], out RedisValue value))
            context.Reply.Integer(value.Length);
    }

    /// <summary>A string to change that is also the reply: it counts as a read.</summary>
    private static bool TryAnswerString(CommandContext context, ReadOnlySpan<byte> key, out RedisValue value)
    {
        if (!context.TryWriteString(key, out value, out _))
            return false;
        context.Keyspace.Answered(key, !value.IsNone);
        return true;
    }

    private static void Reply(CommandContext context, in RedisValue value)
    {
        if (value.IsNone)
            context.Reply.Null();
        else
            value.WriteTo(context.Reply);
    }

    private static bool TryReplyOld(CommandContext context, in RedisValue old)
    {
        if (!old.IsNone && !old.IsString)
        {
            context.Reply.Error(Errors.WrongType);
            return false;
        }

        Reply(context, old);
        return true;
    }

    private static void SetAndNotify(CommandContext context, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool keepExpiry = false)
    {
        context.Keyspace.SetString(key, value, keepExpiry);
        context.Keyspace.Modified(key, EventClass.String, "set"u8);
    }

    private static void SetWithExpiry(CommandContext context, CommandArgs args, string command, ExpiryArgument expiry)
    {
        if (!expiry.TryGetTime(context, command, out long at))
            return;
        SetAndNotify(context, args[1], args[3]);
        Expire(context, args[1], at);
        context.Reply.Ok();
    }

    private static void Expire(CommandContext context, ReadOnlySpan<byte> key, long at)
    {
        context.Keyspace.SetExpiry(key, at);
        context.Keyspace.Notify(EventClass.Generic, "expire"u8, key);
    }

    private static bool TryCheckPairs(CommandContext context, CommandArgs args, string command)
    {
        if (args.Count % 2 == 1)
            return true;
        context.Reply.Error($"ERR wrong number of arguments for '{command}' command");
        return false;
    }

    private static void SetPairs(CommandContext context, CommandArgs args)
    {
        for (int i = 1; i < args.Count; i += 2)
            SetAndNotify(context, args[i], args[i + 1]);
    }
}
