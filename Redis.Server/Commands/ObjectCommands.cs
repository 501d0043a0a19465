using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>OBJECT: what is known of a value besides its contents.</summary>
internal static class ObjectCommands
{
    /// <summary>Integers from 0 on that Redis shares between keys; OBJECT REFCOUNT shows it.</summary>
    private const long SharedIntegers = 10_000;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("object", -2, CommandFlags.None, AclCategories.None,
        [
            new("encoding", 3, CommandFlags.ReadOnly, AclCategories.Keyspace, Encoding, Keys.At(2, KeyFlags.ReadOnly)),
            new("freq", 3, CommandFlags.ReadOnly, AclCategories.Keyspace, Freq, Keys.At(2, KeyFlags.ReadOnly)),
            new("help", 2, CommandFlags.Loading | CommandFlags.Stale, AclCategories.Keyspace, Help),
            new("idletime", 3, CommandFlags.ReadOnly, AclCategories.Keyspace, IdleTime, Keys.At(2, KeyFlags.ReadOnly)),
            new("refcount", 3, CommandFlags.ReadOnly, AclCategories.Keyspace, RefCount, Keys.At(2, KeyFlags.ReadOnly)),
        ]),
    ];

    public static void Encoding(CommandContext context, CommandArgs args)
    {
        if (TryFind(context, args[2], out RedisValue value))
            context.Reply.BulkString(value.Encoding);
    }

    public static void Freq(CommandContext context, CommandArgs args)
    {
        if (!TryFind(context, args[2], out _))
            return;
        context.Reply.Error(
            "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust."u8);
    }

    public static void IdleTime(CommandContext context, CommandArgs args)
    {
        if (TryFind(context, args[2], out _))
            context.Reply.Integer(context.Keyspace.IdleSeconds(args[2]));
    }

    public static void RefCount(CommandContext context, CommandArgs args)
    {
        if (!TryFind(context, args[2], out RedisValue value))
            return;
        context.Reply.Integer(RefCountOf(value));
    }

    /// <summary>1, but for the integers that Redis shares.</summary>
    public static int RefCountOf(in RedisValue value) =>
        value.IsInteger && value.TryGetInteger(out long integer) && integer is >= 0 and < SharedIntegers ? int.MaxValue : 1;

    public static void Help(CommandContext context, CommandArgs args) => HelpReply.Write(context.Reply, "OBJECT");

    private static bool TryFind(CommandContext context, ReadOnlySpan<byte> key, out RedisValue value)
    {
        value = context.Keyspace.Peek(key);
        context.Keyspace.Answered(key, !value.IsNone, tells: false);
        if (value.IsNone)
            context.Reply.Null();
        return !value.IsNone;
    }
}
