using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Sorted set commands that wait for a member: BZPOPMIN, BZPOPMAX, BZMPOP.</summary>
internal static class BlockingSortedSetCommands
{
    private const KeyFlags Taken = KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("bzpopmin", -3, CommandFlags.Write | CommandFlags.NoScript | CommandFlags.Blocking | CommandFlags.Fast, AclCategories.SortedSet, BZPopMin,
            Keys.Range(1, -2, Taken)),
        new("bzpopmax", -3, CommandFlags.Write | CommandFlags.NoScript | CommandFlags.Blocking | CommandFlags.Fast, AclCategories.SortedSet, BZPopMax,
            Keys.Range(1, -2, Taken)),
        new("bzmpop", -5, CommandFlags.Write | CommandFlags.Blocking | CommandFlags.MovableKeys, AclCategories.SortedSet, BZMPop,
            Keys.Counted(2, Taken)),
    ];

    private static void BZPopMin(CommandContext context, CommandArgs args) => Pop(context, args, isMax: false);

    private static void BZPopMax(CommandContext context, CommandArgs args) => Pop(context, args, isMax: true);

    private static void BZMPop(CommandContext context, CommandArgs args)
    {
        if (!SortedSetPops.TryParseMultiple(context, args, 2, out SortedSetPops.Multiple pop) || !Timeout.TryParse(context, args[1], out long deadline))
            return;
        for (int i = pop.FirstKey; i < pop.FirstKey + pop.KeyCount; i++)
        {
            if (context.Waiting.MayTake(args[i]) && SortedSetPops.TryPopWithKey(context, args[i], pop.IsMax, pop.Count))
                return;
        }

        if (!context.Waiting.TryWait(args, pop.FirstKey, pop.KeyCount, RedisType.SortedSet, deadline))
            context.Reply.NullArray();
    }

    private static void Pop(CommandContext context, CommandArgs args, bool isMax)
    {
        if (!Timeout.TryParse(context, args[^1], out long deadline))
            return;
        for (int i = 1; i < args.Count - 1; i++)
        {
            if (context.Waiting.MayTake(args[i]) && SortedSetPops.TryPopTriple(context, args[i], isMax))
                return;
        }

        if (!context.Waiting.TryWait(args, 1, args.Count - 2, RedisType.SortedSet, deadline))
            context.Reply.NullArray();
    }
}
