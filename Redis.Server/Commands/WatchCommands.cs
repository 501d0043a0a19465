using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>
/// WATCH: a confirmed read that remembers its keys for the client. UNWATCH, EXEC and DISCARD, which end it, belong to the
/// connection.
/// </summary>
internal static class WatchCommands
{
    private const CommandFlags Flags = CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale | CommandFlags.Fast | CommandFlags.AllowBusy;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("watch", -2, Flags, AclCategories.Transaction, Watch, Keys.Range(1, -1, KeyFlags.ReadOnly)),
    ];

    private static void Watch(CommandContext context, CommandArgs args)
    {
        if (context.Watches is not { } watches)
        {
            context.Reply.Error("ERR WATCH needs a client that can end it"u8);
            return;
        }

        // A key that is due by the leader's clock only: the command comes again once cluster time has caught up.
        for (int i = 1; i < args.Count; i++)
            context.Keyspace.Peek(args[i]);
        if (context.Keyspace.MetDueKey)
            return;
        for (int i = 1; i < args.Count; i++)
            context.Keyspace.Watch(args[i], watches, context.Entry.Term);
        context.Reply.Ok();
    }
}
