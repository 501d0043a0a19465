using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Keys of any type: DEL, EXISTS, RENAME, COPY, … https://redis.io/docs/latest/commands/?group=generic</summary>
internal static class KeyCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("del", -2, CommandFlags.Write, AclCategories.Keyspace, Del,
            Keys.Range(1, -1, KeyFlags.Remove | KeyFlags.Delete)),
        new("unlink", -2, CommandFlags.Write | CommandFlags.Fast, AclCategories.Keyspace, Del,
            Keys.Range(1, -1, KeyFlags.Remove | KeyFlags.Delete)),
        new("exists", -2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Keyspace, Exists,
            Keys.Range(1, -1, KeyFlags.ReadOnly)),
        new("touch", -2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Keyspace, Touch,
            Keys.Range(1, -1, KeyFlags.ReadOnly)),
        new("type", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Keyspace, Type,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("rename", 3, CommandFlags.Write, AclCategories.Keyspace, Rename,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete),
            Keys.At(2, KeyFlags.Overwrite | KeyFlags.Update)),
        new("renamenx", 3, CommandFlags.Write | CommandFlags.Fast, AclCategories.Keyspace, RenameNx,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete),
            Keys.At(2, KeyFlags.Overwrite | KeyFlags.Insert)),
        new("copy", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Keyspace, Copy,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access),
            Keys.At(2, KeyFlags.Overwrite | KeyFlags.Update)),
        new("move", 3, CommandFlags.Write | CommandFlags.Fast, AclCategories.Keyspace, Move,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
        new("swapdb", 3, CommandFlags.Write | CommandFlags.Fast, AclCategories.Keyspace | AclCategories.Dangerous, SwapDb),
        new("flushall", -1, CommandFlags.Write, AclCategories.Keyspace | AclCategories.Dangerous, Flush),
        new("flushdb", -1, CommandFlags.Write, AclCategories.Keyspace | AclCategories.Dangerous, Flush),
        new("dbsize", 1, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Keyspace, DbSize),
    ];

    public static void Del(CommandContext context, CommandArgs args)
    {
        int removed = 0;
        for (int i = 1; i < args.Count; i++)
        {
            if (!context.Keyspace.Remove(args[i]))
                continue;
            context.Keyspace.Modified(args[i], EventClass.Generic, "del"u8);
            removed++;
        }

        context.Reply.Integer(removed);
    }

    public static void Exists(CommandContext context, CommandArgs args) => Count(context, args);

    /// <summary>The one use of a key that CLIENT NO-TOUCH does not hide.</summary>
    public static void Touch(CommandContext context, CommandArgs args)
    {
        bool leavesAccessTimes = context.Keyspace.LeavesAccessTimes;
        context.Keyspace.LeavesAccessTimes = false;
        Count(context, args);
        context.Keyspace.LeavesAccessTimes = leavesAccessTimes;
    }

    public static void Type(CommandContext context, CommandArgs args)
    {
        RedisValue value = context.Keyspace.Peek(args[1]);
        context.Keyspace.Answered(args[1], !value.IsNone);
        context.Reply.SimpleString(TypeName(value.Type));
    }

    public static void Rename(CommandContext context, CommandArgs args) => Rename(context, args, onlyIfAbsent: false);

    public static void RenameNx(CommandContext context, CommandArgs args) => Rename(context, args, onlyIfAbsent: true);

    public static void Copy(CommandContext context, CommandArgs args)
    {
        ReadOnlySpan<byte> source = args[1], target = args[2];
        if (!TryParseCopy(context, args, out bool replace))
            return;
        if (source.SequenceEqual(target))
        {
            context.Reply.Error("ERR source and destination objects are the same"u8);
            return;
        }

        RedisValue value = context.Keyspace.Find(source);
        if (value.IsNone || (!context.Keyspace.FindForWrite(target).IsNone && !replace))
        {
            context.Reply.Integer(0);
            return;
        }

        long expiry = context.Keyspace.ExpiryOf(source);
        context.Keyspace.Remove(target); // as in Redis a key that was there counts as new then
        context.Keyspace.Set(target, value.Clone());
        if (expiry >= 0)
            context.Keyspace.SetExpiry(target, expiry);
        context.Keyspace.Modified(target, EventClass.Generic, "copy_to"u8);
        context.Reply.Integer(1);
    }

    // There is one database, as in a Redis cluster, whose errors these are.
    public static void Move(CommandContext context, CommandArgs args) =>
        context.Reply.Error("ERR MOVE is not allowed in cluster mode"u8);

    public static void SwapDb(CommandContext context, CommandArgs args) =>
        context.Reply.Error("ERR SWAPDB is not allowed in cluster mode"u8);

    public static void Flush(CommandContext context, CommandArgs args)
    {
        if (args.Count > 2 || (args.Count == 2 && !args.Is(1, "async"u8) && !args.Is(1, "sync"u8)))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        context.Keyspace.Flush();
        context.Reply.Ok();
    }

    public static void DbSize(CommandContext context, CommandArgs args) => context.Reply.Integer(context.Keyspace.Count);

    /// <summary>A type's name as TYPE and SCAN know it.</summary>
    public static ReadOnlySpan<byte> TypeName(RedisType type) => type switch
    {
        RedisType.String => "string"u8,
        RedisType.List => "list"u8,
        RedisType.Set => "set"u8,
        RedisType.SortedSet => "zset"u8,
        RedisType.Hash => "hash"u8,
        RedisType.Stream => "stream"u8,
        _ => "none"u8,
    };

    private static void Count(CommandContext context, CommandArgs args)
    {
        int found = 0;
        for (int i = 1; i < args.Count; i++)
            found += context.Keyspace.Find(args[i]).IsNone ? 0 : 1;
        context.Reply.Integer(found);
    }

    private static void Rename(CommandContext context, CommandArgs args, bool onlyIfAbsent)
    {
        Keyspace.Keyspace keyspace = context.Keyspace;
        ReadOnlySpan<byte> source = args[1], target = args[2];
        RedisValue value = keyspace.FindForWrite(source);
        if (value.IsNone)
        {
            context.Reply.Error(Errors.NoSuchKey);
            return;
        }

        bool isSame = source.SequenceEqual(target);
        if (onlyIfAbsent && (isSame || !keyspace.FindForWrite(target).IsNone))
        {
            context.Reply.Integer(0);
            return;
        }

        if (!isSame)
        {
            long expiry = keyspace.ExpiryOf(source);
            keyspace.Remove(source);
            keyspace.Remove(target); // as in Redis a key that was there counts as new then
            keyspace.Set(target, value);
            if (expiry >= 0)
                keyspace.SetExpiry(target, expiry);
            keyspace.Modified(source, EventClass.Generic, "rename_from"u8);
            keyspace.Modified(target, EventClass.Generic, "rename_to"u8);
        }

        if (onlyIfAbsent)
            context.Reply.Integer(1);
        else
            context.Reply.Ok();
    }

    private static bool TryParseCopy(CommandContext context, CommandArgs args, out bool replace)
    {
        replace = false;
        for (int i = 3; i < args.Count; i++)
        {
            if (args.Is(i, "replace"u8))
            {
                replace = true;
            }
            else if (args.Is(i, "db"u8) && i + 1 < args.Count)
            {
                if (!context.TryInteger(args[++i], int.MinValue, int.MaxValue, out long database))
                    return false;
                if (database == 0)
                    continue;
                context.Reply.Error("ERR DB index is out of range"u8);
                return false;
            }
            else
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
        }

        return true;
    }
}
