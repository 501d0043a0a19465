using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>MONITOR.</summary>
internal static class MonitorCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand(
            "monitor", 1, CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale, AclCategories.None, Watch)
        {
            InTransaction = (_, _, reply) =>
            {
                reply.Error("ERR MONITOR isn't allowed for DENY BLOCKING client"u8); // EXEC owes one reply a command
                return true;
            },
        },
    ];

    private static void Watch(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        // A client that watches and asks again gets no second reply, as in Redis.
        if (client.IsMonitor || client.HasEnded)
        {
            return;
        }

        client.IsMonitor = true;
        client.Services.Meter.Monitors.Add(client);
        reply.Ok();
    }
}
