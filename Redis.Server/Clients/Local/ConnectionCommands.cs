using System.Text;
using Redis.Server.Commands;
using Redis.Server.Operations;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.Replication;
using Redis.Server.Security;

namespace Redis.Server.Clients.Local;

/// <summary>The connection itself: https://redis.io/docs/latest/commands/?group=connection</summary>
internal static class ConnectionCommands
{
    private const CommandFlags Always = CommandFlags.Fast | CommandFlags.Loading | CommandFlags.Stale;
    private const CommandFlags NoAuth = Always | CommandFlags.NoScript | CommandFlags.NoAuth | CommandFlags.AllowBusy;

    /// <summary>What another node calls to become a peer.</summary>
    public static Command Peer { get; } = new(
        PeerHandshake.CommandName, -6, CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoMulti | CommandFlags.Local, AclCategories.None, handler: null);

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("ping", -1, CommandFlags.Fast, AclCategories.Connection, Ping) { IsTransparent = true, IsAllowedToSubscribers = true },
        new LocalCommand("echo", 2, Always, AclCategories.Connection, (_, args, reply) => reply.BulkString(args[1])) { IsTransparent = true },
        new LocalCommand("select", 2, Always, AclCategories.Connection, Select),
        new LocalCommand("auth", -2, NoAuth, AclCategories.Connection, Auth),
        new LocalCommand("hello", -1, NoAuth, AclCategories.Connection, Hello),
        new LocalCommand("reset", 1, NoAuth, AclCategories.Connection, Reset) { IsAllowedToSubscribers = true },
        new LocalCommand("quit", -1, CommandFlags.AllowBusy | NoAuth, AclCategories.Connection, Quit) { IsAllowedToSubscribers = true },
        Peer,
    ];

    private static void Ping(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count > 2)
        {
            reply.Error("ERR wrong number of arguments for 'ping' command"u8);
        }
        else if (client.IsInSubscribedMode)
        {
            reply.ArrayHeader(2);
            reply.BulkString("pong"u8);
            reply.BulkString(args.Count == 2 ? args[1] : []);
        }
        else if (args.Count == 2)
        {
            reply.BulkString(args[1]);
        }
        else
        {
            reply.SimpleString("PONG"u8);
        }
    }

    private static void Quit(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        reply.Ok();
        client.CloseAfterReply();
    }

    private static void Select(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!Numbers.TryParseInteger(args[1], out long number))
        {
            reply.Error(Errors.NotInteger);
        }
        else if (number is < int.MinValue or > int.MaxValue)
        {
            reply.Error("ERR value is out of range, value must between -2147483648 and 2147483647"u8);
        }
        else if (number != 0)
        {
            reply.Error("ERR DB index is out of range"u8);
        }
        else
        {
            reply.Ok();
        }
    }

    private static void Auth(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count > 3)
        {
            reply.Error(Errors.Syntax);
            return;
        }

        if (args.Count == 2 && client.Services.Users.Default.Rights.NeedsNoPassword)
        {
            reply.Error("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"u8);
            return;
        }

        if (TryAuthenticate(client, args[0], args.Count == 3 ? args[1] : "default"u8, args[^1], reply))
        {
            reply.Ok();
        }
    }

    private static bool TryAuthenticate(ClientConnection client, ReadOnlySpan<byte> command, ReadOnlySpan<byte> user, ReadOnlySpan<byte> password, RespWriter reply)
    {
        if (client.Services.Users.Authenticate(user, password) is not { } account)
        {
            client.Services.AclLog.Add(new AclLogEntry(AclReason.Auth, client.Transaction.IsOpen ? AclContext.Multi : AclContext.TopLevel, AclText.Of(command), AclText.Of(user), ClientDescription.Of(client)));
            reply.Error("WRONGPASS invalid username-password pair or user is disabled."u8);
            return false;
        }

        client.Session.IsAuthenticated = true;
        client.Session.User = account;
        return true;
    }

    private static void Hello(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        int version = client.ProtocolVersion;
        if (args.Count > 1)
        {
            if (!Numbers.TryParseInteger(args[1], out long wanted))
            {
                reply.Error("ERR Protocol version is not an integer or out of range"u8);
                return;
            }

            if (wanted is < 2 or > 3)
            {
                reply.Error("NOPROTO unsupported protocol version"u8);
                return;
            }

            version = (int)wanted;
        }

        // What is in front of an error has happened, as in Redis.
        for (int i = 2; i < args.Count; i++)
        {
            int more = args.Count - 1 - i;
            if (args.Is(i, "auth"u8) && more >= 2)
            {
                if (!TryAuthenticate(client, args[0], args[i + 1], args[i + 2], reply))
                {
                    return;
                }

                i += 2;
            }
            else if (args.Is(i, "setname"u8) && more >= 1)
            {
                string name = Encoding.Latin1.GetString(args[++i]);
                if (!ClientCommands.IsValidName(name))
                {
                    reply.Error("ERR Client names cannot contain spaces, newlines or special characters."u8);
                    return;
                }

                client.Session.Name = name;
            }
            else
            {
                reply.Error("ERR Syntax error in HELLO option '"u8, args[i], "'"u8);
                return;
            }
        }

        if (!client.Session.IsAuthenticated && !client.Services.Users.LetsAnyoneIn)
        {
            reply.Error("NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time"u8);
            return;
        }

        client.ProtocolVersion = version;
        Greet(client, version, reply);
    }

    private static void Greet(ClientConnection client, int version, RespWriter reply)
    {
        reply.Version = version;
        reply.MapHeader(7);
        reply.BulkString("server"u8);
        reply.BulkString("redis"u8);
        reply.BulkString("version"u8);
        reply.BulkString(ServerVersion.Redis);
        reply.BulkString("proto"u8);
        reply.Integer(version);
        reply.BulkString("id"u8);
        reply.Integer(client.Session.Id);
        reply.BulkString("mode"u8);
        reply.BulkString("standalone"u8);
        reply.BulkString("role"u8);
        reply.BulkString(client.Services.Host.IsFollower ? "replica"u8 : "master"u8);
        reply.BulkString("modules"u8);
        reply.EmptyArray();
    }

    private static void Reset(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        client.Transaction.Close();
        if (client.Watches is { } watches)
        {
            client.Services.Host.Application.Unwatch(watches);
        }

        client.EndPushes();
        client.ReplyMode = ReplyMode.On;
        reply.IsMuted = client.IsMuted;
        client.Session.IsExemptFromEviction = false;
        client.LeavesAccessTimes = false;
        client.Session.Name = "";
        client.Session.User = client.Services.Users.Default;
        client.Session.IsAuthenticated = client.Services.Users.LetsAnyoneIn;
        client.TakesFollowerReads = false;
        client.ProtocolVersion = 2;
        reply.SimpleString("RESET"u8);
    }
}
