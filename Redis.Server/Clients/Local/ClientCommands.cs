using System.Text;
using Redis.Server.Commands;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.PubSub;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>CLIENT and its subcommands.</summary>
internal static class ClientCommands
{
    private const CommandFlags Connection = CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    private static readonly string[] Types = ["normal", "master", "replica", "slave", "pubsub"];

    /// <summary>CLIENT UNBLOCK. Of a client whose command waits inside the state machine it enters the log instead (<see cref="UnblockEntry"/>).</summary>
    public static LocalCommand Unblock { get; } = new("unblock", -3, CommandFlags.Admin | Connection, AclCategories.Connection, EndWait);

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("client", -2, CommandFlags.None, AclCategories.None,
        [
            new LocalCommand("id", 2, Connection, AclCategories.Connection, (client, _, reply) => reply.Integer(client.Session.Id)),
            new LocalCommand("getname", 2, Connection, AclCategories.Connection, GetName),
            new LocalCommand("setname", 3, Connection, AclCategories.Connection, SetName),
            new LocalCommand("setinfo", 4, Connection, AclCategories.Connection, SetInfo),
            new LocalCommand("info", 2, Connection, AclCategories.Connection, (client, _, reply) => reply.VerbatimString("txt"u8, Encoding.Latin1.GetBytes(ClientDescription.Of(client) + "\n"))),
            new LocalCommand("list", -2, Connection | CommandFlags.Admin, AclCategories.Connection, List),
            new LocalCommand("kill", -3, Connection | CommandFlags.Admin, AclCategories.Connection, Kill),
            Unblock,
            new LocalCommand("pause", -3, CommandFlags.Admin | Connection, AclCategories.Connection, Pause),
            new LocalCommand("unpause", 2, CommandFlags.Admin | Connection, AclCategories.Connection, (client, _, reply) =>
            {
                client.Services.Pause.End();
                reply.Ok();
            }),
            new LocalCommand("reply", 3, Connection, AclCategories.Connection, SetReplyMode),
            new LocalCommand("no-evict", 3, Connection | CommandFlags.Admin, AclCategories.Connection, SetExemption),
            new LocalCommand("no-touch", 3, Connection, AclCategories.Connection, SetTouching),
            new LocalCommand("help", 2, CommandFlags.Loading | CommandFlags.Stale, AclCategories.Connection, (_, _, reply) => HelpReply.Write(reply, "CLIENT")) { IsTransparent = true },
            .. TrackingCommands.Rows,
        ]),
    ];

    public static bool IsValidName(string name) => name.All(c => c is >= '!' and <= '~');

    private static void GetName(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (client.Session.Name.Length == 0)
        {
            reply.Null();
        }
        else
        {
            reply.BulkString(client.Session.Name);
        }
    }

    private static void SetName(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        string name = Encoding.Latin1.GetString(args[2]);
        if (!IsValidName(name))
        {
            reply.Error("ERR Client names cannot contain spaces, newlines or special characters."u8);
            return;
        }

        client.Session.Name = name;
        reply.Ok();
    }

    private static void SetInfo(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        string value = Encoding.Latin1.GetString(args[3]);
        string attribute = Encoding.Latin1.GetString(args[2]);
        if (!IsValidName(value))
        {
            reply.Error($"ERR {attribute} cannot contain spaces, newlines or special characters.");
        }
        else if (args.Is(2, "lib-name"u8))
        {
            client.Session.LibraryName = value;
            reply.Ok();
        }
        else if (args.Is(2, "lib-ver"u8))
        {
            client.Session.LibraryVersion = value;
            reply.Ok();
        }
        else
        {
            reply.Error($"ERR Unrecognized option '{attribute}'");
        }
    }

    private static void SetExemption(ClientConnection client, CommandArgs args, RespWriter reply) =>
        client.Session.IsExemptFromEviction = Switch(args, reply, client.Session.IsExemptFromEviction);

    private static void SetTouching(ClientConnection client, CommandArgs args, RespWriter reply) =>
        client.LeavesAccessTimes = Switch(args, reply, client.LeavesAccessTimes);

    private static bool Switch(CommandArgs args, RespWriter reply, bool before)
    {
        if (args.Is(2, "on"u8) || args.Is(2, "off"u8))
        {
            reply.Ok();
            return args.Is(2, "on"u8);
        }

        reply.Error(Errors.Syntax);
        return before;
    }

    private static void List(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        IEnumerable<ClientConnection> chosen = client.Services.Clients.All;
        if (args.Count > 2)
        {
            if (args.Is(2, "type"u8) && args.Count == 4)
            {
                string type = Encoding.Latin1.GetString(args[3]).ToLowerInvariant();
                if (!Types.Contains(type))
                {
                    reply.Error("ERR Unknown client type '"u8, args[3], "'"u8);
                    return;
                }

                chosen = chosen.Where(c => c.IsOfType(type));
            }
            else if (args.Is(2, "id"u8) && args.Count > 3)
            {
                List<ClientConnection> named = []; // in this order, and as often as they are named
                for (int i = 3; i < args.Count; i++)
                {
                    if (!Numbers.TryParseInteger(args[i], out long id))
                    {
                        reply.Error("ERR Invalid client ID"u8);
                        return;
                    }

                    if (client.Services.Clients.Find(id) is { } found)
                    {
                        named.Add(found);
                    }
                }

                chosen = named;
            }
            else
            {
                reply.Error(Errors.Syntax);
                return;
            }
        }

        StringBuilder text = new();
        foreach (ClientConnection one in chosen)
        {
            text.Append(ClientDescription.Of(one)).Append('\n');
        }

        reply.VerbatimString("txt"u8, Encoding.Latin1.GetBytes(text.ToString()));
    }

    private static void Kill(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count == 3)
        {
            string address = Encoding.Latin1.GetString(args[2]);
            ClientConnection? found = client.Services.Clients.All.FirstOrDefault(c => c.Session.Address == address);
            if (found is null)
            {
                reply.Error("ERR No such client"u8);
                return;
            }

            reply.Ok();
            End(client, found);
            return;
        }

        if (!ClientFilter.TryParse(args, client.Services.Users, reply, out ClientFilter? filter))
        {
            return;
        }

        ClientConnection[] victims = [.. client.Services.Clients.All.Where(c => filter.Matches(c, client))];
        reply.Integer(victims.Length);
        foreach (ClientConnection victim in victims)
        {
            End(client, victim);
        }
    }

    private static void Pause(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count > 4)
        {
            reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try CLIENT HELP."u8);
        }
        else if (args.Count == 4 && !args.Is(3, "write"u8) && !args.Is(3, "all"u8))
        {
            reply.Error("ERR CLIENT PAUSE mode must be WRITE or ALL"u8);
        }
        else if (!Numbers.TryParseInteger(args[2], out long milliseconds))
        {
            reply.Error("ERR timeout is not an integer or out of range"u8);
        }
        else if (milliseconds < 0)
        {
            reply.Error("ERR timeout is negative"u8);
        }
        else
        {
            client.Services.Pause.Begin(args.Count == 4 && args.Is(3, "write"u8) ? PauseKind.Write : PauseKind.All, milliseconds);
            reply.Ok();
        }
    }

    private static void SetReplyMode(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Is(2, "on"u8))
        {
            client.ReplyMode = ReplyMode.On;
            reply.IsMuted = client.IsMuted;
            reply.Ok();
        }
        else if (args.Is(2, "off"u8))
        {
            client.ReplyMode = ReplyMode.Off;
            reply.IsMuted = true; // inside EXEC: from here on, as in Redis
        }
        else if (!args.Is(2, "skip"u8))
        {
            reply.Error(Errors.Syntax);
        }
        else if (client.ReplyMode != ReplyMode.Off)
        {
            client.ReplyMode = ReplyMode.SkipNext;
        }
    }

    private static void EndWait(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count > 4)
        {
            reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try CLIENT HELP."u8);
            return;
        }

        if (ReasonOf(args, 3) is not { } reason)
        {
            reply.Error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"u8);
            return;
        }

        if (!Numbers.TryParseInteger(args[2], out long id))
        {
            reply.Error(Errors.NotInteger);
            return;
        }

        ClientConnection? found = client.Services.Clients.Find(id);
        RaftHost host = client.Services.Host;
        reply.Integer(found is not null
            && (found.Session.Wait?.TrySetResult(reason) == true
                || host.Application.Unblock(found, reason)
                || host.Proxy.Tell(found, reason == UnblockReason.Error ? ProxyNote.Unblock : ProxyNote.TimeOut)));
    }

    /// <summary>How CLIENT UNBLOCK ends the wait, by its last argument, which may be missing; null when that is neither.</summary>
    public static UnblockReason? ReasonOf(CommandArgs args, int at) =>
        args.Count == at || args.Is(at, "timeout"u8) ? UnblockReason.TimedOut : args.Is(at, "error"u8) ? UnblockReason.Error : null;

    private static void End(ClientConnection caller, ClientConnection victim)
    {
        if (victim == caller)
        {
            caller.CloseAfterReply();
        }
        else
        {
            victim.Kill();
            victim.EndPushes();
        }
    }
}
