using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Integers of any width within a string: https://redis.io/docs/latest/commands/bitfield/</summary>
internal static class BitFieldCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("bitfield", -2, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Bitmap, BitField,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update | KeyFlags.VariableFlags)),
        new("bitfield_ro", -2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Bitmap, BitFieldReadOnly,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
    ];

    public static void BitField(CommandContext context, CommandArgs args)
    {
        if (!TryCheck(context, args, out int count, out long lastWritten))
            return;
        if (lastWritten < 0)
            Read(context, args, count);
        else
            Write(context, args, count, lastWritten);
    }

    public static void BitFieldReadOnly(CommandContext context, CommandArgs args)
    {
        if (!TryCheck(context, args, out int count, out long lastWritten))
            return;
        if (lastWritten >= 0)
            context.Reply.Error("ERR BITFIELD_RO only supports the GET subcommand"u8);
        else
            Read(context, args, count);
    }

    /// <summary>Checks all steps before any is taken; <paramref name="lastWritten"/> is -1 when all only read.</summary>
    private static bool TryCheck(CommandContext context, CommandArgs args, out int count, out long lastWritten)
    {
        count = 0;
        lastWritten = -1;
        BitFieldSteps steps = new(context, args);
        for (; steps.TryNext(out BitFieldStep step); count++)
        {
            if (step.Action != BitFieldAction.Get)
                lastWritten = Math.Max(lastWritten, step.LastBit);
        }

        return !steps.HasFailed;
    }

    private static void Read(CommandContext context, CommandArgs args, int count)
    {
        if (!context.TryReadString(args[1], out RedisValue value))
            return;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        ReadOnlySpan<byte> bytes = value.IsNone ? default : value.AsSpan(scratch);
        context.Reply.ArrayHeader(count);
        BitFieldSteps steps = new(context, args);
        while (steps.TryNext(out BitFieldStep step))
            context.Reply.Integer(step.Field.Get(bytes, step.Bit));
    }

    private static void Write(CommandContext context, CommandArgs args, int count, long lastWritten)
    {
        if (!context.TryWriteString(args[1], out RedisValue value, out int entry))
            return;
        bool isChanged = value.IsNone || value.Length <= lastWritten >> 3;
        value = BitmapCommands.StoreWithRoom(context, args[1], value, entry, lastWritten);
        Span<byte> bytes = value.Buffer[..value.Length];
        context.Reply.ArrayHeader(count);
        BitFieldSteps steps = new(context, args);
        while (steps.TryNext(out BitFieldStep step))
        {
            long old = step.Field.Get(bytes, step.Bit);
            if (step.Action == BitFieldAction.Get)
            {
                context.Reply.Integer(old);
                continue;
            }

            bool isSet = step.Action == BitFieldAction.Set;
            if (!step.Field.TryAdd(isSet ? step.Operand : old, isSet ? 0 : step.Operand, step.Overflow, out long fitted))
            {
                context.Reply.Null();
                continue;
            }

            int first = (int)(step.Bit >> 3);
            context.Keyspace.BufferForChange(value, first, (int)(step.LastBit >> 3) - first + 1);
            step.Field.Set(bytes, step.Bit, fitted);
            isChanged |= old != fitted;
            context.Reply.Integer(isSet ? old : fitted);
        }

        if (isChanged)
            context.Keyspace.Modified(args[1], EventClass.String, "setbit"u8);
    }
}
