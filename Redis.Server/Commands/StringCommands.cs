using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>GET and INCR and their kin: https://redis.io/docs/latest/commands/?group=string</summary>
internal static class StringCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("get", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.String, Get,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("set", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.String, Set,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update | KeyFlags.VariableFlags)),
        new("incr", 2, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.String, Incr,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
    ];

    public static void Get(CommandContext context, CommandArgs args)
    {
        if (!context.TryReadString(args[1], out RedisValue value))
            return;
        if (value.IsNone)
            context.Reply.Null();
        else
            value.WriteTo(context.Reply);
    }

    public static void Set(CommandContext context, CommandArgs args)
    {
        context.Keyspace.SetString(args[1], args[2]);
        context.Keyspace.Modified(args[1], EventClass.String, "set"u8);
        context.Reply.Ok();
    }

    public static void Incr(CommandContext context, CommandArgs args) => Add(context, args[1], 1);

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

        if (old.IsNone)
            context.Keyspace.Set(key, RedisValue.FromInteger(sum));
        else
            context.Keyspace.Store(entry, RedisValue.FromInteger(sum));
        context.Keyspace.Modified(key, EventClass.String, "incrby"u8);
        context.Reply.Integer(sum);
    }
}
