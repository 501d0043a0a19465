using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Expiry times: EXPIRE, TTL and their kin. All are kept as absolute milliseconds of cluster time.</summary>
internal static class ExpireCommands
{
    private const CommandFlags Change = CommandFlags.Write | CommandFlags.Fast;
    private const CommandFlags Read = CommandFlags.ReadOnly | CommandFlags.Fast;
    private const KeyFlags Changed = KeyFlags.ReadWrite | KeyFlags.Update;
    private const KeyFlags Seen = KeyFlags.ReadOnly | KeyFlags.Access;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("expire", -3, Change, AclCategories.Keyspace, Expire, Keys.At(1, Changed)),
        new("pexpire", -3, Change, AclCategories.Keyspace, PExpire, Keys.At(1, Changed)),
        new("expireat", -3, Change, AclCategories.Keyspace, ExpireAt, Keys.At(1, Changed)),
        new("pexpireat", -3, Change, AclCategories.Keyspace, PExpireAt, Keys.At(1, Changed)),
        new("persist", 2, Change, AclCategories.Keyspace, Persist, Keys.At(1, Changed)),
        new("ttl", 2, Read, AclCategories.Keyspace, Ttl, Keys.At(1, Seen)),
        new("pttl", 2, Read, AclCategories.Keyspace, PTtl, Keys.At(1, Seen)),
        new("expiretime", 2, Read, AclCategories.Keyspace, ExpireTime, Keys.At(1, Seen)),
        new("pexpiretime", 2, Read, AclCategories.Keyspace, PExpireTime, Keys.At(1, Seen)),
    ];

    [Flags]
    private enum Condition
    {
        None = 0,
        IfNone = 1,
        IfAny = 2,
        IfGreater = 4,
        IfLess = 8,
    }

    public static void Expire(CommandContext context, CommandArgs args) =>
        SetExpiry(context, args, "expire", context.Now, isSeconds: true);

    public static void PExpire(CommandContext context, CommandArgs args) =>
        SetExpiry(context, args, "pexpire", context.Now, isSeconds: false);

    public static void ExpireAt(CommandContext context, CommandArgs args) =>
        SetExpiry(context, args, "expireat", baseTime: 0, isSeconds: true);

    public static void PExpireAt(CommandContext context, CommandArgs args) =>
        SetExpiry(context, args, "pexpireat", baseTime: 0, isSeconds: false);

    public static void Persist(CommandContext context, CommandArgs args)
    {
        bool persisted = !context.Keyspace.FindForWrite(args[1]).IsNone && context.Keyspace.ClearExpiry(args[1]);
        if (persisted)
            context.Keyspace.Modified(args[1], EventClass.Generic, "persist"u8);
        context.Reply.Integer(persisted);
    }

    public static void Ttl(CommandContext context, CommandArgs args) => Remaining(context, args[1], context.Now, isSeconds: true);

    public static void PTtl(CommandContext context, CommandArgs args) => Remaining(context, args[1], context.Now, isSeconds: false);

    public static void ExpireTime(CommandContext context, CommandArgs args) => Remaining(context, args[1], baseTime: 0, isSeconds: true);

    public static void PExpireTime(CommandContext context, CommandArgs args) => Remaining(context, args[1], baseTime: 0, isSeconds: false);

    private static void SetExpiry(CommandContext context, CommandArgs args, string command, long baseTime, bool isSeconds)
    {
        if (!TryParseCondition(context, args, out Condition condition) || !context.TryInteger(args[2], out long at))
            return;
        if (isSeconds && at is > long.MaxValue / 1000 or < long.MinValue / 1000 || (isSeconds ? at * 1000 : at) > long.MaxValue - baseTime)
        {
            context.Reply.Error($"ERR invalid expire time in '{command}' command");
            return;
        }

        at = (isSeconds ? at * 1000 : at) + baseTime;
        ReadOnlySpan<byte> key = args[1];
        Keyspace.Keyspace keyspace = context.Keyspace;
        if (keyspace.FindForWrite(key).IsNone || !Holds(condition, keyspace.ExpiryOf(key), at))
        {
            context.Reply.Integer(0);
            return;
        }

        if (at <= context.Now)
        {
            keyspace.Remove(key);
            keyspace.Modified(key, EventClass.Generic, "del"u8);
        }
        else
        {
            keyspace.SetExpiry(key, at);
            keyspace.Modified(key, EventClass.Generic, "expire"u8);
        }

        context.Reply.Integer(1);
    }

    /// <summary>A key that does not expire counts as expiring never, later than any time.</summary>
    private static bool Holds(Condition condition, long current, long at)
    {
        if ((condition & Condition.IfNone) != 0 && current != -1)
            return false;
        if ((condition & Condition.IfAny) != 0 && current == -1)
            return false;
        if ((condition & Condition.IfGreater) != 0 && (current == -1 || at <= current))
            return false;
        return (condition & Condition.IfLess) == 0 || current == -1 || at < current;
    }

    private static bool TryParseCondition(CommandContext context, CommandArgs args, out Condition condition)
    {
        condition = Condition.None;
        for (int i = 3; i < args.Count; i++)
        {
            Condition one = args.Is(i, "nx"u8) ? Condition.IfNone
                : args.Is(i, "xx"u8) ? Condition.IfAny
                : args.Is(i, "gt"u8) ? Condition.IfGreater
                : args.Is(i, "lt"u8) ? Condition.IfLess
                : Condition.None;
            if (one == Condition.None)
            {
                context.Reply.Error("ERR Unsupported option "u8, args[i], default);
                return false;
            }

            condition |= one;
        }

        if ((condition & Condition.IfNone) != 0 && condition != Condition.IfNone)
        {
            context.Reply.Error("ERR NX and XX, GT or LT options at the same time are not compatible"u8);
            return false;
        }

        if ((condition & Condition.IfGreater) != 0 && (condition & Condition.IfLess) != 0)
        {
            context.Reply.Error("ERR GT and LT options at the same time are not compatible"u8);
            return false;
        }

        return true;
    }

    private static void Remaining(CommandContext context, ReadOnlySpan<byte> key, long baseTime, bool isSeconds)
    {
        if (context.Keyspace.Find(key).IsNone)
        {
            context.Reply.Integer(-2);
            return;
        }

        long expiry = context.Keyspace.ExpiryOf(key);
        if (expiry == -1)
        {
            context.Reply.Integer(-1);
            return;
        }

        long remaining = Math.Max(0, expiry - baseTime);
        context.Reply.Integer(isSeconds ? (long)(((ulong)remaining + 500) / 1000) : remaining);
    }
}
