using System.Text;
using Raft.Core;
using Redis.Server.Clients.Local.Lolwut;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Operations;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>The server: https://redis.io/docs/latest/commands/?group=server</summary>
internal static class ServerCommands
{
    private const CommandFlags Admin = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("time", 1, CommandFlags.Fast | CommandFlags.Loading | CommandFlags.Stale, AclCategories.None, Time) { IsTransparent = true },
        new LocalCommand("info", -1, CommandFlags.Loading | CommandFlags.Stale, AclCategories.Dangerous, Info),
        new LocalCommand("lastsave", 1, CommandFlags.Fast | CommandFlags.Loading | CommandFlags.Stale, AclCategories.Admin | AclCategories.Dangerous, (client, _, reply) => reply.Integer(client.Services.Host.Snapshots.LastSavedAt)),
        new LocalCommand("role", 1, CommandFlags.Fast | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale, AclCategories.Admin | AclCategories.Dangerous, Role),
        new LocalCommand("lolwut", -1, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.None, LolwutCommand.Run),
        new LocalCommand("bgsave", -1, CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoAsyncLoading, AclCategories.None, (client, args, reply) => BackgroundSave(client, args, reply, "Background saving started"u8))
        {
            InTransaction = (client, args, reply) =>
            {
                BackgroundSave(client, args, reply, "Background saving scheduled"u8); // Redis does not fork inside EXEC
                return true;
            },
        },
        new LocalCommand("shutdown", -1, Admin | CommandFlags.NoMulti | CommandFlags.AllowBusy, AclCategories.None, Shutdown),
    ];

    private static void Time(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        long microseconds = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        reply.ArrayHeader(2);
        reply.BulkInteger(microseconds / 1_000_000);
        reply.BulkInteger(microseconds % 1_000_000);
    }

    private static void Info(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        HashSet<string> sections = new(StringComparer.OrdinalIgnoreCase);
        for (int i = 1; i < args.Count; i++)
        {
            sections.Add(Encoding.Latin1.GetString(args[i]));
        }

        reply.VerbatimString("txt"u8, Encoding.UTF8.GetBytes(client.Services.Info.Write(sections)));
    }

    /// <summary>BGSAVE: a snapshot, as Raft takes them by itself.</summary>
    private static void BackgroundSave(ClientConnection client, CommandArgs args, RespWriter reply, ReadOnlySpan<byte> done)
    {
        RaftHost host = client.Services.Host;
        if (args.Count > 2 || (args.Count == 2 && !args.Is(1, "schedule"u8)))
        {
            reply.Error(Errors.Syntax);
        }
        else if (!host.Consensus.IsStarted)
        {
            reply.Raw(host.Admission.Refusal(null)!);
        }
        else if (host.Snapshots.IsInProgress)
        {
            reply.Error("ERR Background save already in progress"u8);
        }
        else
        {
            _ = host.TakeSnapshotAsync(keepsTail: true);
            reply.SimpleString(done);
        }
    }

    /// <summary>
    /// SHUTDOWN [NOSAVE|SAVE] [NOW] [FORCE] [ABORT]. Everything acknowledged is in the log: SAVE only makes the next start
    /// quicker. NOW does not wait for another leader.
    /// </summary>
    private static bool Shutdown(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        bool saves = false, savesNot = false, isHurried = false, isForced = false, aborts = false;
        for (int i = 1; i < args.Count; i++)
        {
            saves |= args.Is(i, "save"u8);
            savesNot |= args.Is(i, "nosave"u8);
            isHurried |= args.Is(i, "now"u8);
            isForced |= args.Is(i, "force"u8);
            aborts |= args.Is(i, "abort"u8);
            if (!(args.Is(i, "save"u8) || args.Is(i, "nosave"u8) || args.Is(i, "now"u8) || args.Is(i, "force"u8) || args.Is(i, "abort"u8)))
            {
                reply.Error(Errors.Syntax);
                return true;
            }
        }

        if ((saves && savesNot) || (aborts && (saves || savesNot || isHurried || isForced)))
        {
            reply.Error(Errors.Syntax);
            return true;
        }

        if (aborts)
        {
            reply.Error("ERR No shutdown in progress."u8);
            return true;
        }

        if (!savesNot && client.Services.Scripts.Watch.BusyError is { } busy)
        {
            reply.Raw(busy);
            return true;
        }

        _ = EndAsync(client.Services, saves, isHurried);
        return false; // the connection's end is the answer
    }

    private static async Task EndAsync(ClientServices services, bool saves, bool isHurried)
    {
        if (saves && services.Host.Consensus.IsStarted)
        {
            await services.Host.TakeSnapshotAsync(keepsTail: true).ConfigureAwait(false);
        }

        services.RequestShutdown(isHurried);
    }

    /// <summary>ROLE: the group in Redis's words, as in INFO replication; offsets are indexes of the Raft log.</summary>
    private static void Role(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        RaftStatus? status = host.Consensus.Read((server, _) => server.Status(), null);
        if (status is not null && status.Role != RaftRole.Leader)
        {
            (string leader, int port) = status.Configuration.Find(status.Leader) is { } found ? HostPort.Parse(found.Address) : ("", 0);
            reply.ArrayHeader(5);
            reply.BulkString("slave"u8);
            reply.BulkString(leader);
            reply.Integer(port);
            reply.BulkString(status.Leader == 0 ? "connect"u8 : host.Admission.State == NodeState.Loading ? "sync"u8 : "connected"u8);
            reply.Integer(host.Application.AppliedIndex);
            return;
        }

        IReadOnlyList<PeerStatus> peers = status?.Peers ?? [];
        reply.ArrayHeader(3);
        reply.BulkString("master"u8);
        reply.Integer(status?.Cursors.Last ?? 0);
        reply.ArrayHeader(peers.Count);
        foreach (PeerStatus peer in peers)
        {
            (string address, int port) = HostPort.Parse(peer.Address);
            reply.ArrayHeader(3);
            reply.BulkString(address);
            reply.BulkInteger(port);
            reply.BulkInteger(peer.Match);
        }
    }
}
