namespace Redis.Server.Commands;

/// <summary>
/// PUBLISH and SPUBLISH. They go through the log, so that a message has its place among the writes and is delivered once,
/// by the node that leads when it is applied. They change no data: replicas have no subscribers.
/// </summary>
internal static class PublishCommands
{
    private const CommandFlags Flags =
        CommandFlags.PubSub | CommandFlags.Loading | CommandFlags.Stale | CommandFlags.Fast | CommandFlags.Logged | CommandFlags.MayReplicate;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("publish", 3, Flags, AclCategories.None, (context, args) =>
            context.Reply.Integer(context.Channels.Publish(args[1], args[2]))),
        new("spublish", 3, Flags, AclCategories.None, (context, args) =>
            context.Reply.Integer(context.Channels.PublishToShard(args[1], args[2])),
            Keys.At(1, KeyFlags.NotKey)),
    ];
}
