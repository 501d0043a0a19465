using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>HINCRBY and HINCRBYFLOAT: numbers in fields of a hash.</summary>
internal static class HashCounters
{
    public static void HIncrBy(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[3], out long increment) || !HashAccess.TryWrite(context, args[1], out HashValue? hash))
            return;
        long value = 0;
        if (hash != null && hash.TryGet(args[2], context.Now, out PackedElement old))
        {
            if (!old.IsInteger && !Numbers.TryParseInteger(old.Text, out value))
            {
                context.Reply.Error("ERR hash value is not an integer"u8);
                return;
            }
            value = old.IsInteger ? old.Integer : value;
        }
        long sum = unchecked(value + increment);
        if (((value ^ sum) & (increment ^ sum)) < 0)
        {
            context.Reply.Error(Errors.Overflow);
            return;
        }
        Span<byte> digits = stackalloc byte[Numbers.MaxIntegerLength];
        Store(context, args, digits[..Numbers.FormatInteger(sum, digits)], "hincrby"u8);
        context.Reply.Integer(sum);
    }

    public static void HIncrByFloat(CommandContext context, CommandArgs args)
    {
        if (!LongDouble.TryParse(args[3], out LongDouble increment))
        {
            context.Reply.Error(Errors.NotFloat);
            return;
        }
        if (increment.IsInfinite)
        {
            context.Reply.Error("ERR value is NaN or Infinity"u8);
            return;
        }
        if (!HashAccess.TryWrite(context, args[1], out HashValue? hash))
            return;
        LongDouble value = default;
        if (hash != null && hash.TryGet(args[2], context.Now, out PackedElement old))
        {
            if (!old.IsInteger && !LongDouble.TryParse(old.Text, out value))
            {
                context.Reply.Error("ERR hash value is not a float"u8);
                return;
            }
            value = old.IsInteger ? LongDouble.FromInteger(old.Integer) : value;
        }
        if (!LongDouble.TryAdd(value, increment, out LongDouble sum))
        {
            context.Reply.Error(Errors.NanOrInfinity);
            return;
        }
        byte[] text = Encoding.ASCII.GetBytes(sum.ToString());
        Store(context, args, text, "hincrbyfloat"u8);
        context.Reply.BulkString(text);
    }

    /// <summary>Sets the field; an expiry of it stays, as its value only changes.</summary>
    private static void Store(CommandContext context, CommandArgs args, ReadOnlySpan<byte> value, ReadOnlySpan<byte> name)
    {
        if (!HashAccess.TryWriteOrCreate(context, args[1], out HashValue hash))
            return;
        hash.Set(args[2], value, context.Options, keepExpiry: true);
        context.Keyspace.Modified(args[1], EventClass.Hash, name);
    }
}
