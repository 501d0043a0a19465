using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>SPOP and SRANDMEMBER: members by lot, the same lot on every replica.</summary>
internal static class SetRandom
{
    // As Redis: when at least this many times more are popped than stay, those that stay are made a set of their own.
    private const long FewStay = 5;

    public static void SPop(CommandContext context, CommandArgs args)
    {
        if (args.Count > 3)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        long count = 1;
        bool hasCount = args.Count == 3;
        if (hasCount && !context.TryInteger(args[2], 0, long.MaxValue, out count, Errors.NotPositive))
            return;
        if (!context.TryWrite(args[1], out SetValue? set))
            return;
        if (hasCount)
            PopMany(context, args[1], set, count);
        else if (set == null)
            context.Reply.Null();
        else
            PopOne(context, args[1], set);
    }

    public static void SRandMember(CommandContext context, CommandArgs args)
    {
        if (args.Count > 3)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        long count = 0;
        bool hasCount = args.Count == 3;
        if (hasCount && !TryCount(context, args[2], out count))
            return;
        if (!context.TryRead(args[1], out SetValue? set))
            return;
        if (hasCount)
            ReplyMany(context, set, count);
        else if (set == null)
            context.Reply.Null();
        else
            context.Reply.BulkString(set[context.Random.Next(set.Count)]);
    }

    private static bool TryCount(CommandContext context, ReadOnlySpan<byte> argument, out long count)
    {
        if (!context.TryInteger(argument, out count))
            return false;
        if (count != long.MinValue)
            return true;
        context.Reply.Error("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"u8);
        return false;
    }

    private static void PopOne(CommandContext context, ReadOnlySpan<byte> key, SetValue set)
    {
        int index = context.Random.Next(set.Count);
        context.Reply.BulkString(set[index]);
        set.RemoveAt(index);
        SetCommands.Removed(context, key, set, "spop"u8);
    }

    private static void PopMany(CommandContext context, ReadOnlySpan<byte> key, SetValue? set, long count)
    {
        if (set == null || count == 0)
        {
            context.Reply.SetHeader(0);
            return;
        }
        if (count >= set.Count)
        {
            SetCommands.ReplyAll(context.Reply, set);
            context.Keyspace.Notify(EventClass.Set, "spop"u8, key);
            context.Keyspace.Remove(key);
            context.Keyspace.Modified(key, EventClass.Generic, "del"u8);
            return;
        }
        context.Reply.SetHeader((int)count);
        if ((set.Count - count) * FewStay <= count)
        {
            PopAllBut(context, key, set, (int)(set.Count - count));
            return;
        }

        for (; count > 0; count--)
        {
            int index = context.Random.Next(set.Count);
            context.Reply.BulkString(set[index]);
            set.RemoveAt(index);
        }
        SetCommands.Removed(context, key, set, "spop"u8);
    }

    /// <summary>Pops all but a few, which may be integers alone and so become an intset again.</summary>
    private static void PopAllBut(CommandContext context, ReadOnlySpan<byte> key, SetValue set, int staying)
    {
        bool[] stays = new bool[set.Count];
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        SetValue? rest = null;
        foreach (int index in Sample.Distinct(context.Random, staying, set.Count))
        {
            stays[index] = true;
            rest ??= SetValue.CreateFor(set[index].AsText(scratch));
            rest.Add(set[index], context.Options);
        }

        for (int index = 0; index < stays.Length; index++)
        {
            if (!stays[index])
                context.Reply.BulkString(set[index]);
        }

        context.Keyspace.FindForWrite(key, out int entry);
        context.Keyspace.Store(entry, new RedisValue(rest!));
        context.Keyspace.Modified(key, EventClass.Set, "spop"u8);
    }

    private static void ReplyMany(CommandContext context, SetValue? set, long count)
    {
        if (set == null || count == 0)
        {
            context.Reply.EmptyArray();
            return;
        }
        if (count < 0)
        {
            context.Reply.ArrayHeader((int)Math.Min(-count, int.MaxValue));
            for (; count < 0 && !context.Reply.IsMuted; count++)
                context.Reply.BulkString(set[context.Random.Next(set.Count)]);
            return;
        }
        if (count >= set.Count)
        {
            context.Reply.ArrayHeader(set.Count);
            for (int index = 0; index < set.Count; index++)
                context.Reply.BulkString(set[index]);
            return;
        }
        context.Reply.ArrayHeader((int)count);
        foreach (int index in Sample.Distinct(context.Random, (int)count, set.Count))
            context.Reply.BulkString(set[index]);
    }
}
