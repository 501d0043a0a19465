using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.PubSub;

namespace Redis.Server.Clients.Local;

/// <summary>SUBSCRIBE and its kin: only the leader has subscribers. https://redis.io/docs/latest/develop/interact/pubsub/</summary>
internal static class SubscribeCommands
{
    private const CommandFlags Flags = CommandFlags.PubSub | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    private delegate void Change(ClientConnection client, CommandArgs args, RespWriter reply, SubscriptionKind kind);

    public static IReadOnlyList<Command> Rows { get; } =
    [
        Row("subscribe", -2, Subscribe, SubscriptionKind.Channel, isBarredFromMulti: true),
        Row("psubscribe", -2, Subscribe, SubscriptionKind.Pattern, isBarredFromMulti: true),
        Row("ssubscribe", -2, Subscribe, SubscriptionKind.ShardChannel, isBarredFromMulti: true, Keys.Range(1, -1, KeyFlags.NotKey)),
        Row("unsubscribe", -1, Unsubscribe, SubscriptionKind.Channel, isBarredFromMulti: false),
        Row("punsubscribe", -1, Unsubscribe, SubscriptionKind.Pattern, isBarredFromMulti: false),
        Row("sunsubscribe", -1, Unsubscribe, SubscriptionKind.ShardChannel, isBarredFromMulti: false, Keys.Range(1, -1, KeyFlags.NotKey)),
    ];

    private static LocalCommand Row(string name, int arity, Change change, SubscriptionKind kind, bool isBarredFromMulti, params IReadOnlyList<KeySpec> keys) =>
        new(name, arity, Flags, AclCategories.None, (client, args, reply) => Run(client, args, reply, change, kind), keys)
        {
            IsForLeader = true,
            IsBarredFromMulti = isBarredFromMulti,
            IsAllowedToSubscribers = true,
        };

    private static void Run(ClientConnection client, CommandArgs args, RespWriter reply, Change change, SubscriptionKind kind)
    {
        // Between the confirmation that this node leads and the command's turn it may have ceased to, and dismissed its subscribers.
        if (client.Services.Host.RefusalUnlessLeader() is { } refusal)
        {
            reply.Raw(refusal);
        }
        else if (!client.HasEnded)
        {
            bool wasMuted = reply.IsMuted;
            reply.IsMuted = client.IsMuted; // a message, which CLIENT REPLY OFF does not hold back
            change(client, args, reply, kind);
            reply.IsMuted = wasMuted;
        }
    }

    private static void Subscribe(ClientConnection client, CommandArgs args, RespWriter reply, SubscriptionKind kind)
    {
        ReadOnlySpan<byte> word = kind switch
        {
            SubscriptionKind.Channel => "subscribe"u8,
            SubscriptionKind.Pattern => "psubscribe"u8,
            _ => "ssubscribe"u8,
        };
        for (int i = 1; i < args.Count; i++)
        {
            client.Services.Channels.Subscribe(client, kind, args[i]);
            Confirm(reply, word);
            reply.BulkString(args[i]);
            reply.Integer(client.Subscriptions.CountShownWith(kind));
        }
    }

    private static void Unsubscribe(ClientConnection client, CommandArgs args, RespWriter reply, SubscriptionKind kind)
    {
        ReadOnlySpan<byte> word = kind switch
        {
            SubscriptionKind.Channel => "unsubscribe"u8,
            SubscriptionKind.Pattern => "punsubscribe"u8,
            _ => "sunsubscribe"u8,
        };
        byte[][] all = args.Count == 1 ? client.Subscriptions.NamesOf(kind) : [];
        if (args.Count == 1 && all.Length == 0)
        {
            Confirm(reply, word);
            reply.Null();
            reply.Integer(client.Subscriptions.CountShownWith(kind));
        }

        for (int i = 0; i < (args.Count == 1 ? all.Length : args.Count - 1); i++)
        {
            ReadOnlySpan<byte> name = args.Count == 1 ? all[i] : args[i + 1];
            client.Services.Channels.Unsubscribe(client, kind, name);
            Confirm(reply, word);
            reply.BulkString(name);
            reply.Integer(client.Subscriptions.CountShownWith(kind));
        }
    }

    private static void Confirm(RespWriter reply, ReadOnlySpan<byte> word)
    {
        reply.PushHeader(3);
        reply.BulkString(word);
    }
}
