using Redis.Server.Commands;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>SLOWLOG: the commands that took long on this node.</summary>
internal static class SlowLogCommands
{
    private const CommandFlags Admin = CommandFlags.Admin | CommandFlags.Loading | CommandFlags.Stale;
    private const int DefaultCount = 10;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("slowlog", -2, CommandFlags.None, AclCategories.None,
        [
            new LocalCommand("get", -2, Admin, AclCategories.None, Get),
            new LocalCommand("len", 2, Admin, AclCategories.None, (client, _, reply) => reply.Integer(client.Services.Meter.SlowLog.Count)),
            new LocalCommand("reset", 2, Admin, AclCategories.None, Reset),
            HelpRow.Of("SLOWLOG"),
        ]),
    ];

    private static void Get(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        long count = DefaultCount;
        if (args.Count > 3)
        {
            reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try SLOWLOG HELP."u8);
            return;
        }

        if (args.Count == 3 && (!Numbers.TryParseInteger(args[2], out count) || count < -1))
        {
            reply.Error("ERR count should be greater than or equal to -1"u8);
            return;
        }

        SlowLog log = client.Services.Meter.SlowLog;
        int shown = count == -1 ? log.Count : (int)Math.Min(count, log.Count);
        reply.ArrayHeader(shown);
        foreach (SlowLogEntry entry in log.Entries.Take(shown))
        {
            Write(entry, reply);
        }
    }

    private static void Write(SlowLogEntry entry, RespWriter reply)
    {
        reply.ArrayHeader(6);
        reply.Integer(entry.Id);
        reply.Integer(entry.Time);
        reply.Integer(entry.Microseconds);
        reply.ArrayHeader(entry.Arguments.Count);
        foreach (byte[] argument in entry.Arguments)
        {
            reply.BulkString(argument);
        }

        reply.BulkString(entry.Address);
        reply.BulkString(entry.Name);
    }

    private static void Reset(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        client.Services.Meter.SlowLog.Clear();
        reply.Ok();
    }
}
