using System.Text;
using Redis.Server.Commands;
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
        new LocalCommand("bgsave", -1, CommandFlags.Admin | CommandFlags.NoScript, AclCategories.None, BackgroundSave),
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
    private static void BackgroundSave(ClientConnection client, CommandArgs args, RespWriter reply)
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
            reply.SimpleString("Background saving started"u8);
        }
    }

    private static bool Shutdown(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        for (int i = 1; i < args.Count; i++)
        {
            if (!(args.Is(i, "nosave"u8) || args.Is(i, "save"u8) || args.Is(i, "now"u8) || args.Is(i, "force"u8)))
            {
                reply.Error(args.Is(i, "abort"u8) ? "ERR No shutdown in progress."u8 : Errors.Syntax);
                return true;
            }
        }

        client.Services.RequestShutdown();
        return false; // the connection's end is the answer
    }
}
