using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>HSET, HGET and their kin: https://redis.io/docs/latest/commands/?group=hash</summary>
internal static class HashCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("hset", -4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.Hash, HSet,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("hmset", -4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.Hash, HMSet,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("hsetnx", 4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.Hash, HSetNx,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("hget", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Hash, HGet,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hmget", -3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Hash, HMGet,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hgetall", 2, CommandFlags.ReadOnly, AclCategories.Hash, HGetAll,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hdel", -3, CommandFlags.Write | CommandFlags.Fast, AclCategories.Hash, HDel,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("hlen", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Hash, HLen,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("hstrlen", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Hash, HStrLen,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("hexists", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Hash, HExists,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("hkeys", 2, CommandFlags.ReadOnly, AclCategories.Hash, HKeys,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hvals", 2, CommandFlags.ReadOnly, AclCategories.Hash, HVals,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hincrby", 4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.Hash, HashCounters.HIncrBy,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
        new("hincrbyfloat", 4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.Hash, HashCounters.HIncrByFloat,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
        new("hrandfield", -2, CommandFlags.ReadOnly, AclCategories.Hash, HashIteration.HRandField,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hscan", -3, CommandFlags.ReadOnly, AclCategories.Hash, HashIteration.HScan,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
    ];

    private static void HSet(CommandContext context, CommandArgs args)
    {
        if (TrySetPairs(context, args, out int added))
            context.Reply.Integer(added);
    }

    private static void HMSet(CommandContext context, CommandArgs args)
    {
        if (TrySetPairs(context, args, out _))
            context.Reply.Ok();
    }

    private static void HSetNx(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryWriteOrCreate(context, args[1], out HashValue hash))
            return;
        if (hash.Contains(args[2], context.Now))
        {
            context.Reply.Integer(0);
            return;
        }
        hash.Set(args[2], args[3], context.Options);
        context.Reply.Integer(1);
        HashAccess.Changed(context, args[1], hash, "hset"u8);
    }

    private static void HGet(CommandContext context, CommandArgs args)
    {
        if (HashAccess.TryRead(context, args[1], out HashValue? hash))
            ReplyField(context, hash, args[2]);
    }

    private static void HMGet(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryRead(context, args[1], out HashValue? hash))
            return;
        context.Reply.ArrayHeader(args.Count - 2);
        for (int index = 2; index < args.Count; index++)
            ReplyField(context, hash, args[index]);
    }

    private static void HGetAll(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryRead(context, args[1], out HashValue? hash))
            return;
        context.Reply.MapHeader(hash?.CountAt(context.Now) ?? 0);
        if (hash == null)
            return;
        for (HashCursor at = hash.Walk(context.Now); at.MoveNext();)
        {
            context.Reply.BulkString(at.Field);
            context.Reply.BulkString(at.Value);
        }
    }

    private static void HKeys(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryRead(context, args[1], out HashValue? hash))
            return;
        context.Reply.ArrayHeader(hash?.CountAt(context.Now) ?? 0);
        if (hash == null)
            return;
        for (HashCursor at = hash.Walk(context.Now); at.MoveNext();)
            context.Reply.BulkString(at.Field);
    }

    private static void HVals(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryRead(context, args[1], out HashValue? hash))
            return;
        context.Reply.ArrayHeader(hash?.CountAt(context.Now) ?? 0);
        if (hash == null)
            return;
        for (HashCursor at = hash.Walk(context.Now); at.MoveNext();)
            context.Reply.BulkString(at.Value);
    }

    private static void HDel(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryWrite(context, args[1], out HashValue? hash))
            return;
        int removed = 0;
        for (int index = 2; index < args.Count && hash is { Count: > 0 }; index++)
            removed += hash.Remove(args[index]) ? 1 : 0;
        if (removed > 0)
            HashAccess.Removed(context, args[1], hash!, "hdel"u8);
        context.Reply.Integer(removed);
    }

    private static void HLen(CommandContext context, CommandArgs args)
    {
        if (HashAccess.TryRead(context, args[1], out HashValue? hash))
            context.Reply.Integer(hash?.CountAt(context.Now) ?? 0);
    }

    private static void HStrLen(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryRead(context, args[1], out HashValue? hash))
            return;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        context.Reply.Integer(hash != null && hash.TryGet(args[2], context.Now, out PackedElement value) ? value.AsText(scratch).Length : 0);
    }

    private static void HExists(CommandContext context, CommandArgs args)
    {
        if (HashAccess.TryRead(context, args[1], out HashValue? hash))
            context.Reply.Integer(hash != null && hash.Contains(args[2], context.Now));
    }

    private static void ReplyField(CommandContext context, HashValue? hash, ReadOnlySpan<byte> field)
    {
        if (hash != null && hash.TryGet(field, context.Now, out PackedElement value))
            context.Reply.BulkString(value);
        else
            context.Reply.Null();
    }

    private static bool TrySetPairs(CommandContext context, CommandArgs args, out int added)
    {
        added = 0;
        if (args.Count % 2 == 1)
        {
            context.Reply.Error($"ERR wrong number of arguments for '{System.Text.Encoding.ASCII.GetString(args[0]).ToLowerInvariant()}' command");
            return false;
        }
        if (!HashAccess.TryWriteOrCreate(context, args[1], out HashValue hash))
            return false;
        int longest = 0, size = 0;
        for (int index = 2; index < args.Count; index++)
        {
            longest = Math.Max(longest, args[index].Length);
            size += ListPack.SizeOf(args[index]);
        }
        hash.Expect(longest, size, context.Options);
        for (int index = 2; index < args.Count; index += 2)
            added += hash.Set(args[index], args[index + 1], context.Options) ? 1 : 0;
        HashAccess.Changed(context, args[1], hash, "hset"u8);
        return true;
    }
}
