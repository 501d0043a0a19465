using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Takes elements off lists: what LPOP, LMOVE and LMPOP share with the commands that wait.</summary>
internal static class ListPops
{
    /// <summary>What LMPOP and BLMPOP ask for: keys from argument <paramref name="FirstKey"/> on, an end, and at most so many elements.</summary>
    internal readonly record struct Multiple(int FirstKey, int KeyCount, ListEnd End, long Count);

    /// <summary>Parses "numkeys key … LEFT|RIGHT [COUNT n]" from argument <paramref name="at"/> on; false after an error reply.</summary>
    public static bool TryParseMultiple(CommandContext context, CommandArgs args, int at, out Multiple pop)
    {
        pop = default;
        if (!context.TryInteger(args[at], 1, long.MaxValue, out long keys, "ERR numkeys should be greater than 0"u8))
            return false;
        if (keys >= args.Count - at - 1)
        {
            context.Reply.Error(Errors.Syntax);
            return false;
        }
        int where = at + (int)keys + 1;
        if (!ListCommands.TryEnd(context, args[where], out ListEnd end))
            return false;
        if (!TryCount(context, args, where + 1, out long count))
            return false;
        pop = new Multiple(at + 1, (int)keys, end, count);
        return true;
    }

    /// <summary>Parses "[COUNT n]" from argument <paramref name="at"/> to the end; false after an error reply.</summary>
    public static bool TryCount(CommandContext context, CommandArgs args, int at, out long count)
    {
        count = 1;
        if (args.Count == at)
            return true;
        bool isCount = args.Is(at, "count"u8) && at + 1 < args.Count;
        if (isCount && !context.TryInteger(args[at + 1], 1, long.MaxValue, out count, "ERR count should be greater than 0"u8))
            return false;
        if (isCount && args.Count == at + 2)
            return true;
        context.Reply.Error(Errors.Syntax);
        return false;
    }

    /// <summary>LMPOP: pops from the first list there is and replies with its key and the elements; false, without a reply, when there is none.</summary>
    public static bool TryPopFirst(CommandContext context, CommandArgs args, Multiple pop)
    {
        for (int index = pop.FirstKey; index < pop.FirstKey + pop.KeyCount; index++)
        {
            if (TryPopWithKey(context, args[index], pop.End, pop.Count))
                return true;
        }
        return false;
    }

    /// <summary>As <see cref="TryPopFirst"/> with one key.</summary>
    public static bool TryPopWithKey(CommandContext context, ReadOnlySpan<byte> key, ListEnd end, long count)
    {
        if (!context.TryWrite(key, out QuickList? list))
            return true;
        if (list == null)
            return false;
        context.Reply.ArrayHeader(2);
        context.Reply.BulkString(key);
        PopRange(context, key, list, end, count);
        return true;
    }

    /// <summary>BLPOP: pops one element and replies with the key and it; false, without a reply, when there is no list. An error counts as a reply.</summary>
    public static bool TryPopPair(CommandContext context, ReadOnlySpan<byte> key, ListEnd end)
    {
        if (!context.TryWrite(key, out QuickList? list))
            return true;
        if (list == null)
            return false;
        context.Reply.ArrayHeader(2);
        context.Reply.BulkString(key);
        PopOne(context, key, list, end);
        return true;
    }

    /// <summary>LMOVE: moves one element and replies with it; false, without a reply, when there is no source. An error counts as a reply.</summary>
    public static bool TryMove(CommandContext context, ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, ListEnd from, ListEnd to)
    {
        if (!context.TryWrite(source, out QuickList? list))
            return true;
        if (list == null)
            return false;
        if (!context.TryWrite(destination, out QuickList? target))
            return true;
        byte[] element = list.At(from).Element.ToArray();
        list.Remove(list.At(from));
        if (target == null)
        {
            target = new QuickList(context.Options.ListMaxListpackSize);
            context.Keyspace.Set(destination, new RedisValue(target));
        }
        target.Push(to, element, context.Options);
        context.Keyspace.Modified(destination, EventClass.List, to == ListEnd.Head ? "lpush"u8 : "rpush"u8);
        context.Reply.BulkString(element);
        Removed(context, source, list, from == ListEnd.Head ? "lpop"u8 : "rpop"u8);
        return true;
    }

    /// <summary>Pops and replies with one element of a list that is not empty.</summary>
    public static void PopOne(CommandContext context, ReadOnlySpan<byte> key, QuickList list, ListEnd end)
    {
        QuickListCursor at = list.At(end);
        context.Reply.BulkString(at.Element);
        list.Remove(at);
        Removed(context, key, list, end == ListEnd.Head ? "lpop"u8 : "rpop"u8);
    }

    /// <summary>Pops and replies with an array of at most <paramref name="most"/> elements.</summary>
    public static void PopRange(CommandContext context, ReadOnlySpan<byte> key, QuickList list, ListEnd end, long most)
    {
        int count = (int)Math.Min(most, list.Count);
        ListReplies.Range(context.Reply, list.At(end), count, end);
        list.RemoveRange(end == ListEnd.Head ? 0 : list.Count - count, count);
        Removed(context, key, list, end == ListEnd.Head ? "lpop"u8 : "rpop"u8);
    }

    /// <summary>After elements went: says so, and removes the key when none are left.</summary>
    public static void Removed(CommandContext context, ReadOnlySpan<byte> key, QuickList list, ReadOnlySpan<byte> name)
    {
        context.Keyspace.Notify(EventClass.List, name, key);
        if (list.Count == 0)
        {
            context.Keyspace.Remove(key);
            context.Keyspace.Notify(EventClass.Generic, "del"u8, key);
        }
        context.Keyspace.Modified(key);
    }
}
