using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>DUMP and RESTORE: a value as RDB bytes, which redis-server takes and gives too.</summary>
internal static class DumpCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("dump", 2, CommandFlags.ReadOnly, AclCategories.Keyspace, Dump, Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("restore", -4, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Keyspace | AclCategories.Dangerous, Restore,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update)),
        new("restore-asking", -4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Asking,
            AclCategories.Keyspace | AclCategories.Dangerous, Restore, Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update)),
    ];

    public static void Dump(CommandContext context, CommandArgs args)
    {
        RedisValue value = context.Keyspace.Find(args[1]);
        if (value.IsNone)
        {
            context.Reply.Null();
            return;
        }

        using DumpPayload payload = new();
        context.Reply.BulkString(payload.Write(value));
    }

    public static void Restore(CommandContext context, CommandArgs args)
    {
        if (!TryOptions(context, args, out RestoreOptions options))
            return;
        if (!options.Replaces && !context.Keyspace.FindForWrite(args[1]).IsNone)
        {
            context.Reply.Error("BUSYKEY Target key name already exists."u8);
            return;
        }

        if (!context.TryInteger(args[2], out long expiry))
            return;
        if (expiry < 0)
            context.Reply.Error("ERR Invalid TTL value, must be >= 0"u8);
        else if (!DumpPayload.IsIntact(args[3], context.Options))
            context.Reply.Error("ERR DUMP payload version or checksum are wrong"u8);
        else if (!DumpPayload.TryRead(args[3], context.Options, out RedisValue value))
            context.Reply.Error("ERR Bad data format"u8);
        else
            Store(context, args[1], value, expiry, options);
    }

    private static void Store(CommandContext context, ReadOnlySpan<byte> key, in RedisValue value, long expiry, RestoreOptions options)
    {
        bool isReplaced = options.Replaces && context.Keyspace.Remove(key);
        if (expiry != 0 && !options.IsAbsolute)
            expiry = unchecked(expiry + context.Now);
        if (expiry != 0 && expiry <= context.Now)
        {
            if (isReplaced)
                context.Keyspace.Modified(key, EventClass.Generic, "del"u8);
        }
        else
        {
            context.Keyspace.Set(key, value);
            if (expiry != 0)
                context.Keyspace.SetExpiry(key, expiry);
            if (options.IdleSeconds >= 0)
                context.Keyspace.SetIdle(key, options.IdleSeconds);
            context.Keyspace.Modified(key, EventClass.Generic, "restore"u8);
        }

        context.Reply.Ok();
    }

    private static bool TryOptions(CommandContext context, CommandArgs args, out RestoreOptions options)
    {
        options = new RestoreOptions(Replaces: false, IsAbsolute: false, IdleSeconds: -1, Frequency: -1);
        for (int i = 4; i < args.Count; i++)
        {
            bool hasOperand = i + 1 < args.Count;
            if (Ascii.EqualsIgnoreCase(args[i], "replace"u8))
            {
                options = options with { Replaces = true };
            }
            else if (Ascii.EqualsIgnoreCase(args[i], "absttl"u8))
            {
                options = options with { IsAbsolute = true };
            }
            else if (hasOperand && options.Frequency < 0 && Ascii.EqualsIgnoreCase(args[i], "idletime"u8))
            {
                if (!TryOperand(context, args[++i], long.MaxValue, "ERR Invalid IDLETIME value, must be >= 0"u8, out long seconds))
                    return false;
                options = options with { IdleSeconds = seconds };
            }
            else if (hasOperand && options.IdleSeconds < 0 && Ascii.EqualsIgnoreCase(args[i], "freq"u8))
            {
                if (!TryOperand(context, args[++i], byte.MaxValue, "ERR Invalid FREQ value, must be >= 0 and <= 255"u8, out long frequency))
                    return false;
                options = options with { Frequency = frequency };
            }
            else
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
        }

        return true;
    }

    private static bool TryOperand(CommandContext context, ReadOnlySpan<byte> argument, long max, ReadOnlySpan<byte> error, out long value)
    {
        if (!context.TryInteger(argument, out value))
            return false;
        if (value >= 0 && value <= max)
            return true;
        context.Reply.Error(error);
        return false;
    }

    /// <summary>FREQ is taken and not kept: there is no eviction that would use it.</summary>
    private readonly record struct RestoreOptions(bool Replaces, bool IsAbsolute, long IdleSeconds, long Frequency);
}
