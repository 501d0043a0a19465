using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>HEXPIRE, HTTL and their kin of Redis 7.4: expiry times of single fields, judged by cluster time.</summary>
internal static class HashExpiryCommands
{
    /// <summary>The latest time a field may expire, in milliseconds (Redis's HFE_MAX_ABS_TIME_MSEC).</summary>
    private const long LatestTime = 0xFFFF_FFFF_FFFE >> 2;

    private const long NoField = -2;
    private const long NoExpiry = -1;
    private const long Refused = 0;
    private const long Done = 1;
    private const long Deleted = 2;

    private const CommandFlags WriteFlags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast;
    private const CommandFlags ReadFlags = CommandFlags.ReadOnly | CommandFlags.Fast;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("hexpire", -6, WriteFlags, AclCategories.Hash, HExpire, Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("hpexpire", -6, WriteFlags, AclCategories.Hash, HPExpire, Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("hexpireat", -6, WriteFlags, AclCategories.Hash, HExpireAt, Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("hpexpireat", -6, WriteFlags, AclCategories.Hash, HPExpireAt, Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("hpersist", -5, CommandFlags.Write | CommandFlags.Fast, AclCategories.Hash, HPersist, Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("httl", -5, ReadFlags, AclCategories.Hash, HTtl, Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hpttl", -5, ReadFlags, AclCategories.Hash, HPTtl, Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hexpiretime", -5, ReadFlags, AclCategories.Hash, HExpireTime, Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("hpexpiretime", -5, ReadFlags, AclCategories.Hash, HPExpireTime, Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
    ];

    private enum Condition
    {
        None,
        NoExpiryYet,
        HasExpiry,
        Later,
        Sooner,
    }

    private static void HExpire(CommandContext context, CommandArgs args) => Expire(context, args, context.Now, 1000);

    private static void HPExpire(CommandContext context, CommandArgs args) => Expire(context, args, context.Now, 1);

    private static void HExpireAt(CommandContext context, CommandArgs args) => Expire(context, args, 0, 1000);

    private static void HPExpireAt(CommandContext context, CommandArgs args) => Expire(context, args, 0, 1);

    private static void HTtl(CommandContext context, CommandArgs args) => ReplyTimes(context, args, context.Now, 1000);

    private static void HPTtl(CommandContext context, CommandArgs args) => ReplyTimes(context, args, context.Now, 1);

    private static void HExpireTime(CommandContext context, CommandArgs args) => ReplyTimes(context, args, 0, 1000);

    private static void HPExpireTime(CommandContext context, CommandArgs args) => ReplyTimes(context, args, 0, 1);

    private static void HPersist(CommandContext context, CommandArgs args)
    {
        if (!HashAccess.TryWrite(context, args[1], out HashValue? hash)
            || !TryFields(context, args, 2, "ERR Number of fields must be a positive integer"u8))
            return;
        bool isChanged = false;
        context.Reply.ArrayHeader(args.Count - 4);
        for (int index = 4; index < args.Count; index++)
        {
            bool exists = hash != null && hash.Contains(args[index], context.Now);
            bool isCleared = exists && hash!.ClearExpiry(args[index]);
            isChanged |= isCleared;
            context.Reply.Integer(!exists ? NoField : isCleared ? Done : NoExpiry);
        }
        if (isChanged)
            HashAccess.Changed(context, args[1], hash!, "hpersist"u8);
    }

    private static void Expire(CommandContext context, CommandArgs args, long from, long unit)
    {
        if (!HashAccess.TryWrite(context, args[1], out HashValue? hash) || !TryTime(context, args, from, unit, out long time))
            return;
        Condition condition = ConditionOf(args);
        int fields = condition == Condition.None ? 3 : 4;
        if (!TryFields(context, args, fields, "ERR Parameter `numFields` should be greater than 0"u8))
            return;
        bool isSet = false, isDeleted = false;
        context.Reply.ArrayHeader(args.Count - fields - 2);
        for (int index = fields + 2; index < args.Count; index++)
        {
            long outcome = hash == null ? NoField : ExpireField(context, hash, args[index], time, condition);
            isSet |= outcome == Done;
            isDeleted |= outcome == Deleted;
            context.Reply.Integer(outcome);
        }
        if (isSet)
            HashAccess.Changed(context, args[1], hash!, "hexpire"u8);
        if (isDeleted)
            HashAccess.Removed(context, args[1], hash!, "hdel"u8);
    }

    private static long ExpireField(CommandContext context, HashValue hash, ReadOnlySpan<byte> field, long time, Condition condition)
    {
        if (!hash.Contains(field, context.Now))
            return NoField;
        long current = hash.Expiry?.TimeOf(field) ?? -1;
        // A field without expiry lives forever: nothing is later, everything is sooner.
        bool isMet = condition switch
        {
            Condition.NoExpiryYet => current < 0,
            Condition.HasExpiry => current >= 0,
            Condition.Later => current >= 0 && time > current,
            Condition.Sooner => current < 0 || time < current,
            _ => true,
        };
        if (!isMet)
            return Refused;
        if (time <= context.Now)
        {
            hash.Remove(field);
            return Deleted;
        }
        hash.SetExpiry(field, time);
        return Done;
    }

    private static void ReplyTimes(CommandContext context, CommandArgs args, long from, long unit)
    {
        if (!HashAccess.TryRead(context, args[1], out HashValue? hash)
            || !TryFields(context, args, 2, "ERR Number of fields must be a positive integer"u8))
            return;
        context.Reply.ArrayHeader(args.Count - 4);
        for (int index = 4; index < args.Count; index++)
        {
            if (hash == null || !hash.Contains(args[index], context.Now))
            {
                context.Reply.Integer(NoField);
                continue;
            }
            long time = hash.Expiry?.TimeOf(args[index]) ?? -1;
            context.Reply.Integer(time < 0 ? NoExpiry : (time - from + unit - 1) / unit);
        }
    }

    private static bool TryTime(CommandContext context, CommandArgs args, long from, long unit, out long time)
    {
        if (!context.TryInteger(args[2], out time))
            return false;
        if (time < 0)
        {
            context.Reply.Error("ERR invalid expire time, must be >= 0"u8);
            return false;
        }
        if (time > LatestTime / unit || time * unit > LatestTime - from)
        {
            string name = System.Text.Encoding.ASCII.GetString(args[0]).ToLowerInvariant();
            context.Reply.Error($"ERR invalid expire time in '{name}' command");
            return false;
        }
        time = time * unit + from;
        return true;
    }

    private static Condition ConditionOf(CommandArgs args) =>
        args.Is(3, "nx"u8) ? Condition.NoExpiryYet
        : args.Is(3, "xx"u8) ? Condition.HasExpiry
        : args.Is(3, "gt"u8) ? Condition.Later
        : args.Is(3, "lt"u8) ? Condition.Sooner
        : Condition.None;

    /// <summary>"FIELDS numfields field …" from argument <paramref name="at"/> to the end; false after an error reply.</summary>
    private static bool TryFields(CommandContext context, CommandArgs args, int at, ReadOnlySpan<byte> countError)
    {
        if (at + 1 >= args.Count || !args.Is(at, "fields"u8))
        {
            context.Reply.Error("ERR Mandatory argument FIELDS is missing or not at the right position"u8);
            return false;
        }
        if (!context.TryInteger(args[at + 1], 1, long.MaxValue, out long count, countError))
            return false;
        if (count == args.Count - at - 2)
            return true;
        context.Reply.Error("ERR The `numfields` parameter must match the number of arguments"u8);
        return false;
    }
}
