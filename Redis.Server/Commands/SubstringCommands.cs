using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Parts of strings: APPEND, GETRANGE, SETRANGE.</summary>
internal static class SubstringCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("append", 3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.String, Append,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("getrange", 4, CommandFlags.ReadOnly, AclCategories.String, GetRange,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("substr", 4, CommandFlags.ReadOnly, AclCategories.String, GetRange,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("setrange", 4, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.String, SetRange,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
    ];

    public static void Append(CommandContext context, CommandArgs args)
    {
        ReadOnlySpan<byte> key = args[1], suffix = args[2];
        if (!context.TryWriteString(key, out RedisValue old, out int entry))
            return;
        int length = suffix.Length;
        if (entry < 0)
        {
            context.Keyspace.Set(key, RedisValue.FromString(suffix));
        }
        else
        {
            int oldLength = old.Length;
            if (!TryCheckLength(context, oldLength, suffix.Length))
                return;
            length += oldLength;
            RedisValue value = old.Resize(length);
            suffix.CopyTo(context.Keyspace.BufferForChange(value, oldLength, suffix.Length)[oldLength..]);
            context.Keyspace.Store(entry, value);
        }

        context.Keyspace.Modified(key, EventClass.String, "append"u8);
        context.Reply.Integer(length);
    }

    public static void GetRange(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[2], out long start) || !context.TryInteger(args[3], out long end)
            || !context.TryReadString(args[1], out RedisValue value))
            return;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        ReadOnlySpan<byte> text = value.IsNone ? default : value.AsSpan(scratch);
        if (start < 0 && end < 0 && start > end)
            text = default;
        start = Math.Max(0, start < 0 ? text.Length + start : start);
        end = Math.Min(text.Length - 1, Math.Max(0, end < 0 ? text.Length + end : end));
        context.Reply.BulkString(start > end ? default : text.Slice((int)start, (int)(end - start) + 1));
    }

    public static void SetRange(CommandContext context, CommandArgs args)
    {
        ReadOnlySpan<byte> key = args[1], part = args[3];
        if (!context.TryInteger(args[2], out long offset))
            return;
        if (offset < 0)
        {
            context.Reply.Error("ERR offset is out of range"u8);
            return;
        }

        if (!context.TryWriteString(key, out RedisValue value, out int entry))
            return;
        int oldLength = value.IsNone ? 0 : value.Length;
        if (part.IsEmpty)
        {
            context.Reply.Integer(oldLength);
            return;
        }

        if (!TryCheckLength(context, offset, part.Length))
            return;
        int length = Math.Max(oldLength, (int)offset + part.Length);
        value = value.Resize(length);
        part.CopyTo(context.Keyspace.BufferForChange(value, (int)offset, part.Length)[(int)offset..]);
        if (entry < 0)
            context.Keyspace.Set(key, value);
        else
            context.Keyspace.Store(entry, value);
        context.Keyspace.Modified(key, EventClass.String, "setrange"u8);
        context.Reply.Integer(length);
    }

    private static bool TryCheckLength(CommandContext context, long size, long added)
    {
        long total = unchecked(size + added);
        if (total >= size && total <= Math.Min(context.Options.ProtoMaxBulkLen, Array.MaxLength))
            return true;
        context.Reply.Error(Errors.StringTooLong);
        return false;
    }
}
