using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;
using Redis.Server.PubSub;

namespace Redis.Server.Clients.Local;

/// <summary>PUBSUB and its subcommands: the leader's, as it alone has subscribers.</summary>
internal static class PubSubCommands
{
    private const CommandFlags Flags = CommandFlags.PubSub | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("pubsub", -2, CommandFlags.None, AclCategories.None,
        [
            Row("channels", -2, (client, args, reply) => List(client, args, reply, SubscriptionKind.Channel)),
            Row("numpat", 2, (client, _, reply) => reply.Integer(client.Services.Channels.Count(SubscriptionKind.Pattern))),
            Row("numsub", -2, (client, args, reply) => CountSubscribers(client, args, reply, SubscriptionKind.Channel)),
            Row("shardchannels", -2, (client, args, reply) => List(client, args, reply, SubscriptionKind.ShardChannel)),
            Row("shardnumsub", -2, (client, args, reply) => CountSubscribers(client, args, reply, SubscriptionKind.ShardChannel)),
            new LocalCommand("help", 2, CommandFlags.Loading | CommandFlags.Stale, AclCategories.None,
                (_, _, reply) => HelpReply.Write(reply, "PUBSUB")) { IsTransparent = true },
        ]),
    ];

    private static LocalCommand Row(string name, int arity, LocalReplyHandler run) =>
        new(name, arity, Flags, AclCategories.None, run) { IsForLeader = true, IsTransparent = true };

    private static void List(ClientConnection client, CommandArgs args, RespWriter reply, SubscriptionKind kind)
    {
        if (args.Count > 3)
        {
            reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try PUBSUB HELP."u8);
            return;
        }

        Channels channels = client.Services.Channels;
        int place = reply.BeginDeferred();
        int found = 0;
        for (int i = 0; i < channels.Count(kind); i++)
        {
            byte[] name = channels.NameAt(kind, i);
            if (args.Count == 2 || Glob.Matches(args[2], name))
            {
                reply.BulkString(name);
                found++;
            }
        }

        reply.EndDeferred(place, '*', found);
    }

    private static void CountSubscribers(ClientConnection client, CommandArgs args, RespWriter reply, SubscriptionKind kind)
    {
        reply.ArrayHeader((args.Count - 2) * 2);
        for (int i = 2; i < args.Count; i++)
        {
            reply.BulkString(args[i]);
            reply.Integer(client.Services.Channels.SubscribersOf(kind, args[i]));
        }
    }
}
