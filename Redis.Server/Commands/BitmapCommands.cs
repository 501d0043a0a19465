using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Strings as arrays of bits: https://redis.io/docs/latest/commands/?group=bitmap (BITFIELD: <see cref="BitFieldCommands"/>)</summary>
internal static class BitmapCommands
{
    private const KeyFlags Reads = KeyFlags.ReadOnly | KeyFlags.Access;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("setbit", 4, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Bitmap, SetBit,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
        new("getbit", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Bitmap, GetBit, Keys.At(1, Reads)),
        new("bitcount", -2, CommandFlags.ReadOnly, AclCategories.Bitmap, BitCount, Keys.At(1, Reads)),
        new("bitpos", -3, CommandFlags.ReadOnly, AclCategories.Bitmap, BitPos, Keys.At(1, Reads)),
        new("bitop", -4, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Bitmap, BitOp,
            Keys.At(2, KeyFlags.Overwrite | KeyFlags.Update), Keys.Range(3, -1, Reads)),
    ];

    public static void SetBit(CommandContext context, CommandArgs args)
    {
        if (!TryOffset(context, args[2], out long bit)
            || !context.TryInteger(args[3], 0, 1, out long wanted, "ERR bit is not an integer or out of range"u8)
            || !context.TryWriteString(args[1], out RedisValue value, out int entry))
            return;
        bool isGrown = value.IsNone || value.Length <= bit >> 3;
        value = StoreWithRoom(context, args[1], value, entry, bit);
        bool old = Bitmap.Get(value.Buffer, bit);
        if (isGrown || old != (wanted == 1))
        {
            Bitmap.Set(context.Keyspace.BufferForChange(value, (int)(bit >> 3), 1), bit, wanted == 1);
            context.Keyspace.Modified(args[1], EventClass.String, "setbit"u8);
        }

        context.Reply.Integer(old);
    }

    public static void GetBit(CommandContext context, CommandArgs args)
    {
        if (!TryOffset(context, args[2], out long bit) || !context.TryReadString(args[1], out RedisValue value))
            return;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        context.Reply.Integer(!value.IsNone && Bitmap.Get(value.AsSpan(scratch), bit));
    }

    public static void BitCount(CommandContext context, CommandArgs args)
    {
        if (!context.TryReadString(args[1], out RedisValue value))
            return;
        if (value.IsNone)
        {
            context.Reply.Integer(0);
            return;
        }

        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        ReadOnlySpan<byte> bytes = value.AsSpan(scratch);
        if (args.Count == 2)
        {
            context.Reply.Integer(Bitmap.Count(bytes));
            return;
        }

        if (args.Count is not (4 or 5))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        if (!context.TryInteger(args[2], out long start) || !context.TryInteger(args[3], out long end))
            return;
        bool isBits = false;
        if (start < 0 && end < 0 && start > end)
            context.Reply.Integer(0);
        else if (args.Count == 5 && !TryUnit(context, args[4], out isBits))
            return;
        else
            context.Reply.Integer(ToBits(bytes.Length, isBits, ref start, ref end) ? Bitmap.Count(bytes, start, end) : 0);
    }

    public static void BitPos(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[2], out long wanted))
            return;
        if (wanted is not (0 or 1))
        {
            context.Reply.Error("ERR The bit argument must be 1 or 0."u8);
            return;
        }

        if (!context.TryReadString(args[1], out RedisValue value))
            return;
        if (value.IsNone)
        {
            // An endless row of zeros.
            context.Reply.Integer(wanted == 1 ? -1 : 0);
            return;
        }

        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        ReadOnlySpan<byte> bytes = value.AsSpan(scratch);
        if (!TryRange(context, args, out long start, out long end))
            return;
        bool isBits = args.Count == 6 && Ascii.EqualsIgnoreCase(args[5], "bit"u8);
        long found = -1;
        if (ToBits(bytes.Length, isBits, ref start, ref end))
        {
            found = Bitmap.Find(bytes, wanted == 1, start, end);
            // Without an end the string goes on with zeros.
            if (found < 0 && wanted == 0 && args.Count < 5)
                found = bytes.Length * 8L;
        }

        context.Reply.Integer(found);
    }

    public static void BitOp(CommandContext context, CommandArgs args)
    {
        if (!TryOperation(args[1], out BitOperation operation))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        if (operation == BitOperation.Not && args.Count != 4)
        {
            context.Reply.Error("ERR BITOP NOT must be called with a single source key."u8);
            return;
        }

        int length = 0;
        for (int i = 3; i < args.Count; i++)
        {
            if (!context.TryReadString(args[i], out RedisValue source))
                return;
            length = Math.Max(length, source.IsNone ? 0 : source.Length);
        }

        if (length > 0)
        {
            byte[] result = Combine(context, args, operation, length);
            context.Keyspace.Set(args[2], RedisValue.FromBuffer(result, length));
            context.Keyspace.Modified(args[2], EventClass.String, "set"u8);
        }
        else if (context.Keyspace.Remove(args[2]))
        {
            context.Keyspace.Modified(args[2], EventClass.Generic, "del"u8);
        }

        context.Reply.Integer(length);
    }

    /// <summary>A bit's number; with a <paramref name="width"/> also "#n", the n-th field of that width. False after an error reply.</summary>
    public static bool TryOffset(CommandContext context, ReadOnlySpan<byte> argument, out long bit, int width = 0)
    {
        bool isCounted = width > 0 && argument.Length > 0 && argument[0] == '#';
        if (Numbers.TryParseInteger(isCounted ? argument[1..] : argument, out bit))
        {
            long factor = isCounted ? width : 1;
            if (bit >= 0 && bit <= long.MaxValue / factor && (bit * factor) >> 3 < context.Options.ProtoMaxBulkLen)
            {
                bit *= factor;
                return true;
            }
        }

        context.Reply.Error("ERR bit offset is not an integer or out of range"u8);
        return false;
    }

    /// <summary>Makes the string at a key, found for writing, long enough for a bit and gives it its own buffer.</summary>
    public static RedisValue StoreWithRoom(CommandContext context, ReadOnlySpan<byte> key, RedisValue value, int entry, long lastBit)
    {
        int needed = (int)(lastBit >> 3) + 1;
        if (value.IsNone)
        {
            value = RedisValue.FromBuffer(new byte[needed], needed);
            context.Keyspace.Set(key, value);
            return value;
        }

        value = value.Resize(Math.Max(value.Length, needed));
        context.Keyspace.Store(entry, value);
        return value;
    }

    private static byte[] Combine(CommandContext context, CommandArgs args, BitOperation operation, int length)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        byte[] result = new byte[length];
        for (int i = 3; i < args.Count; i++)
        {
            RedisValue value = context.Keyspace.Peek(args[i]);
            ReadOnlySpan<byte> source = value.IsNone ? default : value.AsSpan(scratch);
            if (i == 3)
                source.CopyTo(result);
            else
                Bitmap.Combine(operation, result, source);
            // A shorter string goes on with zeros.
            if (operation == BitOperation.And)
                result.AsSpan(source.Length).Clear();
        }

        if (operation == BitOperation.Not)
            Bitmap.Invert(result);
        return result;
    }

    /// <summary>BITPOS's start and end as given; without an end, the last byte. False after an error reply.</summary>
    private static bool TryRange(CommandContext context, CommandArgs args, out long start, out long end)
    {
        start = 0;
        end = -1;
        if (args.Count > 6)
        {
            context.Reply.Error(Errors.Syntax);
            return false;
        }

        return args.Count < 4
            || (context.TryInteger(args[3], out start)
                && (args.Count < 6 || TryUnit(context, args[5], out _))
                && (args.Count < 5 || context.TryInteger(args[4], out end)));
    }

    private static bool TryUnit(CommandContext context, ReadOnlySpan<byte> argument, out bool isBits)
    {
        isBits = Ascii.EqualsIgnoreCase(argument, "bit"u8);
        if (isBits || Ascii.EqualsIgnoreCase(argument, "byte"u8))
            return true;
        context.Reply.Error(Errors.Syntax);
        return false;
    }

    /// <summary>A range as given (negative: from the end; inclusive) as numbers of bits that are there; false if it is empty.</summary>
    private static bool ToBits(int length, bool isBits, ref long start, ref long end)
    {
        long total = isBits ? length * 8L : length;
        start = Math.Max(0, start < 0 ? start + total : start);
        end = Math.Min(Math.Max(0, end < 0 ? end + total : end), total - 1);
        if (start > end)
            return false;
        if (!isBits)
        {
            start *= 8;
            end = (end * 8) + 7;
        }

        return true;
    }

    private static bool TryOperation(ReadOnlySpan<byte> name, out BitOperation operation)
    {
        operation = Ascii.EqualsIgnoreCase(name, "and"u8) ? BitOperation.And
            : Ascii.EqualsIgnoreCase(name, "or"u8) ? BitOperation.Or
            : Ascii.EqualsIgnoreCase(name, "xor"u8) ? BitOperation.Xor
            : BitOperation.Not;
        return operation != BitOperation.Not || Ascii.EqualsIgnoreCase(name, "not"u8);
    }
}
