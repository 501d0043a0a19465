using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>LPUSH, LRANGE and their kin: https://redis.io/docs/latest/commands/?group=list</summary>
internal static class ListCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("lpush", -3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.List, LPush,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("rpush", -3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.List, RPush,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("lpushx", -3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.List, LPushX,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("rpushx", -3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.List, RPushX,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("lpop", -2, CommandFlags.Write | CommandFlags.Fast, AclCategories.List, LPop,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
        new("rpop", -2, CommandFlags.Write | CommandFlags.Fast, AclCategories.List, RPop,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
        new("llen", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.List, LLen,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("lrange", 4, CommandFlags.ReadOnly, AclCategories.List, LRange,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("lindex", 3, CommandFlags.ReadOnly, AclCategories.List, LIndex,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("lset", 4, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.List, LSet,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("linsert", 5, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.List, LInsert,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("lrem", 4, CommandFlags.Write, AclCategories.List, LRem,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("ltrim", 4, CommandFlags.Write, AclCategories.List, LTrim,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("lpos", -3, CommandFlags.ReadOnly, AclCategories.List, LPos,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("lmove", 5, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.List, LMove,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete), Keys.At(2, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("rpoplpush", 3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.List, RPopLPush,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete), Keys.At(2, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("lmpop", -4, CommandFlags.Write | CommandFlags.MovableKeys, AclCategories.List, LMPop,
            Keys.Counted(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
    ];

    private static void LPush(CommandContext context, CommandArgs args) => Push(context, args, ListEnd.Head, onlyExisting: false);

    private static void RPush(CommandContext context, CommandArgs args) => Push(context, args, ListEnd.Tail, onlyExisting: false);

    private static void LPushX(CommandContext context, CommandArgs args) => Push(context, args, ListEnd.Head, onlyExisting: true);

    private static void RPushX(CommandContext context, CommandArgs args) => Push(context, args, ListEnd.Tail, onlyExisting: true);

    private static void LPop(CommandContext context, CommandArgs args) => Pop(context, args, ListEnd.Head);

    private static void RPop(CommandContext context, CommandArgs args) => Pop(context, args, ListEnd.Tail);

    private static void LLen(CommandContext context, CommandArgs args)
    {
        if (context.TryRead(args[1], out QuickList? list))
            context.Reply.Integer(list?.Count ?? 0);
    }

    private static void LRange(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[2], out long start) || !context.TryInteger(args[3], out long end)
            || !context.TryRead(args[1], out QuickList? list))
            return;
        (start, long count) = ListReplies.Clamp(start, end, list?.Count ?? 0);
        if (count == 0)
            context.Reply.EmptyArray();
        else
            ListReplies.Range(context.Reply, list!.Seek(start), (int)count, ListEnd.Head);
    }

    private static void LIndex(CommandContext context, CommandArgs args)
    {
        // The key first: Redis looks at the index only when there is a list.
        if (!context.TryRead(args[1], out QuickList? list))
            return;
        if (list == null)
        {
            context.Reply.Null();
            return;
        }
        if (!context.TryInteger(args[2], out long index))
            return;
        QuickListCursor at = list.Seek(index);
        if (at.IsValid)
            context.Reply.BulkString(at.Element);
        else
            context.Reply.Null();
    }

    private static void LSet(CommandContext context, CommandArgs args)
    {
        if (!context.TryWrite(args[1], out QuickList? list))
            return;
        if (list == null)
        {
            context.Reply.Error(Errors.NoSuchKey);
            return;
        }
        if (!context.TryInteger(args[2], out long index))
            return;
        QuickListCursor at = list.Seek(index);
        if (!at.IsValid)
        {
            context.Reply.Error(Errors.IndexOutOfRange);
            return;
        }
        list.Replace(at, args[3], context.Options);
        context.Reply.Ok();
        context.Keyspace.Modified(args[1], EventClass.List, "lset"u8);
    }

    private static void LInsert(CommandContext context, CommandArgs args)
    {
        bool isAfter = args.Is(2, "after"u8);
        if (!isAfter && !args.Is(2, "before"u8))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }
        if (!context.TryWrite(args[1], out QuickList? list))
            return;
        if (list == null)
        {
            context.Reply.Integer(0);
            return;
        }
        PackedElement pivot = PackedElement.Of(args[3]);
        QuickListCursor at = list.First;
        while (at.IsValid && !at.Element.Equals(pivot))
            at = at.Next();
        if (!at.IsValid)
        {
            context.Reply.Integer(-1);
            return;
        }
        list.Insert(at, args[4], isAfter, context.Options);
        context.Keyspace.Modified(args[1], EventClass.List, "linsert"u8);
        context.Reply.Integer(list.Count);
    }

    private static void LRem(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[2], out long most) || !context.TryWrite(args[1], out QuickList? list))
            return;
        if (list == null)
        {
            context.Reply.Integer(0);
            return;
        }
        bool isForward = most >= 0;
        ulong left = most == 0 ? ulong.MaxValue : isForward ? (ulong)most : 0 - (ulong)most;
        PackedElement element = PackedElement.Of(args[3]);
        QuickListCursor at = list.At(isForward ? ListEnd.Head : ListEnd.Tail);
        long removed = 0;
        while (at.IsValid && left > 0)
        {
            if (!at.Element.Equals(element))
            {
                at = isForward ? at.Next() : at.Previous();
                continue;
            }
            at = list.Remove(at, isForward);
            removed++;
            left--;
        }
        if (removed > 0)
            ListPops.Removed(context, args[1], list, "lrem"u8);
        context.Reply.Integer(removed);
    }

    private static void LTrim(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[2], out long start) || !context.TryInteger(args[3], out long end)
            || !context.TryWrite(args[1], out QuickList? list))
            return;
        if (list != null)
        {
            (start, long kept) = ListReplies.Clamp(start, end, list.Count);
            list.RemoveRange(start + kept, list.Count - start - kept);
            list.RemoveRange(0, start);
            ListPops.Removed(context, args[1], list, "ltrim"u8);
        }
        context.Reply.Ok();
    }

    private static void LPos(CommandContext context, CommandArgs args)
    {
        if (!ListSearch.TryParse(context, args, out ListSearch search) || !context.TryRead(args[1], out QuickList? list))
            return;
        search.Reply(context.Reply, list, PackedElement.Of(args[2]));
    }

    private static void LMove(CommandContext context, CommandArgs args)
    {
        if (TryEnd(context, args[3], out ListEnd from) && TryEnd(context, args[4], out ListEnd to))
            Move(context, args, from, to);
    }

    private static void RPopLPush(CommandContext context, CommandArgs args) => Move(context, args, ListEnd.Tail, ListEnd.Head);

    private static void LMPop(CommandContext context, CommandArgs args)
    {
        if (ListPops.TryParseMultiple(context, args, 1, out ListPops.Multiple pop) && !ListPops.TryPopFirst(context, args, pop))
            context.Reply.NullArray();
    }

    /// <summary>LEFT or RIGHT; false after an error reply.</summary>
    public static bool TryEnd(CommandContext context, ReadOnlySpan<byte> argument, out ListEnd end)
    {
        end = System.Text.Ascii.EqualsIgnoreCase(argument, "right"u8) ? ListEnd.Tail : ListEnd.Head;
        if (end == ListEnd.Tail || System.Text.Ascii.EqualsIgnoreCase(argument, "left"u8))
            return true;
        context.Reply.Error(Errors.Syntax);
        return false;
    }

    private static void Push(CommandContext context, CommandArgs args, ListEnd end, bool onlyExisting)
    {
        if (!context.TryWrite(args[1], out QuickList? list))
            return;
        if (list == null)
        {
            if (onlyExisting)
            {
                context.Reply.Integer(0);
                return;
            }
            list = new QuickList(context.Options.ListMaxListpackSize);
            context.Keyspace.Set(args[1], new RedisValue(list));
        }
        for (int index = 2; index < args.Count; index++)
            list.Push(end, args[index], context.Options);
        context.Reply.Integer(list.Count);
        context.Keyspace.Modified(args[1], EventClass.List, end == ListEnd.Head ? "lpush"u8 : "rpush"u8);
    }

    private static void Pop(CommandContext context, CommandArgs args, ListEnd end)
    {
        bool hasCount = args.Count == 3;
        long count = 1;
        if (args.Count > 3)
        {
            context.Reply.Error($"ERR wrong number of arguments for '{(end == ListEnd.Head ? "lpop" : "rpop")}' command");
            return;
        }
        if (hasCount && !context.TryInteger(args[2], 0, long.MaxValue, out count, Errors.NotPositive))
            return;
        if (!context.TryWrite(args[1], out QuickList? list))
            return;
        if (list == null)
        {
            if (hasCount)
                context.Reply.NullArray();
            else
                context.Reply.Null();
        }
        else if (!hasCount)
        {
            ListPops.PopOne(context, args[1], list, end);
        }
        else if (count == 0)
        {
            context.Reply.EmptyArray();
        }
        else
        {
            ListPops.PopRange(context, args[1], list, end, count);
        }
    }

    private static void Move(CommandContext context, CommandArgs args, ListEnd from, ListEnd to)
    {
        if (!ListPops.TryMove(context, args[1], args[2], from, to))
            context.Reply.Null();
    }
}
