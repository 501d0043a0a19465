using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>ZPOPMIN, ZPOPMAX, ZMPOP: what they share with the commands that wait.</summary>
internal static class SortedSetPops
{
    /// <summary>What ZMPOP and BZMPOP ask for: keys from argument <paramref name="FirstKey"/> on, an end, and at most so many members.</summary>
    internal readonly record struct Multiple(int FirstKey, int KeyCount, bool IsMax, long Count);

    public static void ZPopMin(CommandContext context, CommandArgs args) => Pop(context, args, isMax: false);

    public static void ZPopMax(CommandContext context, CommandArgs args) => Pop(context, args, isMax: true);

    public static void ZMPop(CommandContext context, CommandArgs args)
    {
        if (TryParseMultiple(context, args, 1, out Multiple pop) && !TryPopFirst(context, args, pop))
            context.Reply.NullArray();
    }

    /// <summary>Parses "numkeys key … MIN|MAX [COUNT n]" from argument <paramref name="at"/> on; false after an error reply.</summary>
    public static bool TryParseMultiple(CommandContext context, CommandArgs args, int at, out Multiple pop)
    {
        pop = default;
        if (!context.TryInteger(args[at], 1, long.MaxValue, out long keys, "ERR numkeys should be greater than 0"u8))
            return false;
        int where = keys >= args.Count - at - 1 ? 0 : at + (int)keys + 1;
        bool isMax = where > 0 && args.Is(where, "max"u8);
        if (where == 0 || (!isMax && !args.Is(where, "min"u8)))
        {
            context.Reply.Error(Errors.Syntax);
            return false;
        }
        if (!ListPops.TryCount(context, args, where + 1, out long count))
            return false;
        pop = new Multiple(at + 1, (int)keys, isMax, count);
        return true;
    }

    /// <summary>ZMPOP: pops from the first sorted set there is and replies with its key and the members; false, without a reply, when there is none. An error counts as a reply.</summary>
    public static bool TryPopFirst(CommandContext context, CommandArgs args, Multiple pop)
    {
        for (int index = pop.FirstKey; index < pop.FirstKey + pop.KeyCount; index++)
        {
            if (TryPopWithKey(context, args[index], pop.IsMax, pop.Count))
                return true;
        }
        return false;
    }

    /// <summary>As <see cref="TryPopFirst"/> with one key.</summary>
    public static bool TryPopWithKey(CommandContext context, ReadOnlySpan<byte> key, bool isMax, long count)
    {
        if (!context.TryWrite(key, out SortedSetValue? set))
            return true;
        if (set == null)
            return false;
        int popped = (int)Math.Min(count, set.Count);
        context.Reply.ArrayHeader(2);
        context.Reply.BulkString(key);
        context.Reply.ArrayHeader(popped);
        PopEntries(context, key, set, isMax, popped, isNested: true);
        return true;
    }

    /// <summary>BZPOPMIN: pops one member and replies with the key, it and its score; false, without a reply, when there is no sorted set. An error counts as a reply.</summary>
    public static bool TryPopTriple(CommandContext context, ReadOnlySpan<byte> key, bool isMax)
    {
        if (!context.TryWrite(key, out SortedSetValue? set))
            return true;
        if (set == null)
            return false;
        context.Reply.ArrayHeader(3);
        context.Reply.BulkString(key);
        PopEntries(context, key, set, isMax, 1, isNested: false);
        return true;
    }

    private static void Pop(CommandContext context, CommandArgs args, bool isMax)
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
        if (!context.TryWrite(args[1], out SortedSetValue? set))
            return;
        if (set == null || count == 0)
        {
            context.Reply.EmptyArray();
            return;
        }
        int popped = (int)Math.Min(count, set.Count);
        bool isNested = hasCount && context.Reply.Version == 3;
        context.Reply.ArrayHeader(isNested ? popped : popped * 2);
        PopEntries(context, args[1], set, isMax, popped, isNested);
    }

    private static void PopEntries(CommandContext context, ReadOnlySpan<byte> key, SortedSetValue set, bool isMax, int count, bool isNested)
    {
        RankRange range = new(isMax ? set.Count - count : 0, count);
        SortedSetCursor at = set.Seek(isMax ? range.Last : range.First);
        for (int left = count; left > 0; left--)
        {
            if (isNested)
                context.Reply.ArrayHeader(2);
            context.Reply.BulkString(at.Member);
            context.Reply.Double(at.Score);
            if (isMax)
                at.MovePrevious();
            else
                at.MoveNext();
        }
        set.RemoveRange(range);
        SortedSetCommands.Removed(context, key, set, isMax ? "zpopmax"u8 : "zpopmin"u8);
    }
}
