using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Strings as numbers: INCR, DECR, INCRBYFLOAT.</summary>
internal static class CounterCommands
{
    private const CommandFlags Flags = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast;
    private const KeyFlags Key = KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("incr", 2, Flags, AclCategories.String, Incr, Keys.At(1, Key)),
        new("decr", 2, Flags, AclCategories.String, Decr, Keys.At(1, Key)),
        new("incrby", 3, Flags, AclCategories.String, IncrBy, Keys.At(1, Key)),
        new("decrby", 3, Flags, AclCategories.String, DecrBy, Keys.At(1, Key)),
        new("incrbyfloat", 3, Flags, AclCategories.String, IncrByFloat, Keys.At(1, Key)),
    ];

    public static void Incr(CommandContext context, CommandArgs args) => Add(context, args[1], 1);

    public static void Decr(CommandContext context, CommandArgs args) => Add(context, args[1], -1);

    public static void IncrBy(CommandContext context, CommandArgs args)
    {
        if (context.TryInteger(args[2], out long increment))
            Add(context, args[1], increment);
    }

    public static void DecrBy(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[2], out long decrement))
            return;
        if (decrement == long.MinValue)
            context.Reply.Error("ERR decrement would overflow"u8);
        else
            Add(context, args[1], -decrement);
    }

    public static void IncrByFloat(CommandContext context, CommandArgs args)
    {
        ReadOnlySpan<byte> key = args[1];
        if (!context.TryWriteString(key, out RedisValue old, out int entry))
            return;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        LongDouble value = default;
        if ((!old.IsNone && !LongDouble.TryParse(old.AsSpan(scratch), out value))
            || !LongDouble.TryParse(args[2], out LongDouble increment))
        {
            context.Reply.Error(Errors.NotFloat);
            return;
        }

        if (!LongDouble.TryAdd(value, increment, out LongDouble sum))
        {
            context.Reply.Error(Errors.NanOrInfinity);
            return;
        }

        RedisValue result = RedisValue.FromBytes(Encoding.ASCII.GetBytes(sum.ToString()));
        Store(context, key, entry, result);
        context.Keyspace.Modified(key, EventClass.String, "incrbyfloat"u8);
        result.WriteTo(context.Reply);
    }

    private static void Add(CommandContext context, ReadOnlySpan<byte> key, long increment)
    {
        if (!context.TryWriteString(key, out RedisValue old, out int entry))
            return;
        long value = 0;
        if (!old.IsNone && !old.TryGetInteger(out value))
        {
            context.Reply.Error(Errors.NotInteger);
            return;
        }

        long sum = unchecked(value + increment);
        if (((value ^ sum) & (increment ^ sum)) < 0)
        {
            context.Reply.Error(Errors.Overflow);
            return;
        }

        Store(context, key, entry, RedisValue.FromInteger(sum));
        context.Keyspace.Modified(key, EventClass.String, "incrby"u8);
        context.Reply.Integer(sum);
    }

    private static void Store(CommandContext context, ReadOnlySpan<byte> key, int entry, RedisValue value)
    {
        if (entry < 0)
            context.Keyspace.Set(key, value);
        else
            context.Keyspace.Store(entry, value);
    }
}
