using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>List commands that wait for an element: BLPOP, BRPOP, BLMOVE, BRPOPLPUSH, BLMPOP.</summary>
internal static class BlockingListCommands
{
    private const KeyFlags Taken = KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete;
    private const KeyFlags Given = KeyFlags.ReadWrite | KeyFlags.Insert;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("blpop", -3, CommandFlags.Write | CommandFlags.NoScript | CommandFlags.Blocking, AclCategories.List, BLPop,
            Keys.Range(1, -2, Taken)),
        new("brpop", -3, CommandFlags.Write | CommandFlags.NoScript | CommandFlags.Blocking, AclCategories.List, BRPop,
            Keys.Range(1, -2, Taken)),
        new("blmove", 6, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.NoScript | CommandFlags.Blocking, AclCategories.List, BLMove,
            Keys.At(1, Taken), Keys.At(2, Given)),
        new("brpoplpush", 4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.NoScript | CommandFlags.Blocking, AclCategories.List, BRPopLPush,
            Keys.At(1, Taken), Keys.At(2, Given)),
        new("blmpop", -5, CommandFlags.Write | CommandFlags.Blocking | CommandFlags.MovableKeys, AclCategories.List, BLMPop,
            Keys.Counted(2, Taken)),
    ];

    private static void BLPop(CommandContext context, CommandArgs args) => Pop(context, args, ListEnd.Head);

    private static void BRPop(CommandContext context, CommandArgs args) => Pop(context, args, ListEnd.Tail);

    private static void BLMove(CommandContext context, CommandArgs args)
    {
        if (ListCommands.TryEnd(context, args[3], out ListEnd from) && ListCommands.TryEnd(context, args[4], out ListEnd to))
            Move(context, args, from, to);
    }

    private static void BRPopLPush(CommandContext context, CommandArgs args) => Move(context, args, ListEnd.Tail, ListEnd.Head);

    private static void BLMPop(CommandContext context, CommandArgs args)
    {
        if (!ListPops.TryParseMultiple(context, args, 2, out ListPops.Multiple pop) || !Timeout.TryParse(context, args[1], out long deadline))
            return;
        for (int i = pop.FirstKey; i < pop.FirstKey + pop.KeyCount; i++)
        {
            if (context.Waiting.MayTake(args[i]) && ListPops.TryPopWithKey(context, args[i], pop.End, pop.Count))
                return;
        }

        if (!context.Waiting.TryWait(args, pop.FirstKey, pop.KeyCount, RedisType.List, deadline))
            context.Reply.NullArray();
    }

    private static void Pop(CommandContext context, CommandArgs args, ListEnd end)
    {
        if (!Timeout.TryParse(context, args[^1], out long deadline))
            return;
        for (int i = 1; i < args.Count - 1; i++)
        {
            if (context.Waiting.MayTake(args[i]) && ListPops.TryPopPair(context, args[i], end))
                return;
        }

        if (!context.Waiting.TryWait(args, 1, args.Count - 2, RedisType.List, deadline))
            context.Reply.NullArray();
    }

    private static void Move(CommandContext context, CommandArgs args, ListEnd from, ListEnd to)
    {
        if (!Timeout.TryParse(context, args[^1], out long deadline) || ListPops.TryMove(context, args[1], args[2], from, to))
            return;
        if (!context.Waiting.TryWait(args, 1, 1, RedisType.List, deadline, movesOn: true))
            context.Reply.Null();
    }
}
