using System.Text;
using Redis.Server.Commands;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>LATENCY: how long commands and events took on this node.</summary>
internal static class LatencyCommands
{
    private const CommandFlags Admin = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("latency", -2, CommandFlags.None, AclCategories.None,
        [
            new LocalCommand("doctor", 2, Admin, AclCategories.None, Doctor),
            new LocalCommand("graph", 3, Admin, AclCategories.None, Graph),
            HelpRow.Of("LATENCY"),
            new LocalCommand("histogram", -2, Admin, AclCategories.None, Histogram),
            new LocalCommand("history", 3, Admin, AclCategories.None, History),
            new LocalCommand("latest", 2, Admin, AclCategories.None, Latest),
            new LocalCommand("reset", -2, Admin, AclCategories.None, Reset),
        ]),
    ];

    private static LatencyEvents EventsOf(ClientConnection client) => client.Services.Meter.Latency;

    private static void Doctor(ClientConnection client, CommandArgs args, RespWriter reply) =>
        reply.VerbatimString("txt"u8, Encoding.ASCII.GetBytes(LatencyDoctor.Report(EventsOf(client), client.Services.Options.Diagnostics.LatencyMonitorThreshold > 0)));

    private static void Graph(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        string name = Encoding.Latin1.GetString(args[2]);
        if (EventsOf(client).Find(name) is { } series)
        {
            reply.VerbatimString("txt"u8, Encoding.ASCII.GetBytes(LatencyGraph.Draw(name, series, DateTimeOffset.UtcNow.ToUnixTimeSeconds())));
        }
        else
        {
            reply.Error("ERR No samples available for event '"u8, args[2], "'"u8);
        }
    }

    private static void History(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        List<(long, long)> samples = [.. EventsOf(client).Find(Encoding.Latin1.GetString(args[2]))?.Samples ?? []];
        reply.ArrayHeader(samples.Count);
        foreach ((long time, long milliseconds) in samples)
        {
            reply.ArrayHeader(2);
            reply.Integer(time);
            reply.Integer(milliseconds);
        }
    }

    private static void Latest(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        KeyValuePair<string, LatencySeries>[] all = [.. EventsOf(client).All];
        reply.ArrayHeader(all.Length);
        foreach ((string name, LatencySeries series) in all)
        {
            reply.ArrayHeader(4);
            reply.BulkString(name);
            reply.Integer(series.Latest.Time);
            reply.Integer(series.Latest.Milliseconds);
            reply.Integer(series.Worst);
        }
    }

    private static void Reset(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Count == 2)
        {
            reply.Integer(EventsOf(client).Clear());
            return;
        }

        int removed = 0;
        for (int i = 2; i < args.Count; i++)
        {
            removed += EventsOf(client).Remove(Encoding.Latin1.GetString(args[i])) ? 1 : 0;
        }

        reply.Integer(removed);
    }

    private static void Histogram(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        CommandStatistics statistics = client.Services.Meter.Statistics;
        IEnumerable<CommandRecord?> chosen = args.Count == 2 ? statistics.Records : Chosen(client.Services.Commands, args).Select(statistics.Find);
        CommandRecord[] records = [.. chosen.OfType<CommandRecord>().Where(record => record.Histogram is not null)];
        reply.MapHeader(records.Length);
        foreach (CommandRecord record in records)
        {
            reply.BulkString(record.Command.FullName);
            Write(record.Histogram!, reply);
        }
    }

    /// <summary>The commands of the arguments; a container stands for its subcommands, a name that is none for nothing.</summary>
    private static List<Command> Chosen(CommandTable table, CommandArgs args)
    {
        List<Command> chosen = [];
        for (int i = 2; i < args.Count; i++)
        {
            ReadOnlySpan<byte> name = args[i];
            int bar = name.IndexOf((byte)'|');
            Command? command = table.Find(bar < 0 ? name : name[..bar]);
            if (command is { Subcommands.Count: > 0 } && bar >= 0)
            {
                command = table.FindSubcommand(command, name[(bar + 1)..]);
            }

            if (command is not null)
            {
                chosen.AddRange([command, .. command.Subcommands]);
            }
        }

        return chosen;
    }

    private static void Write(LatencyHistogram histogram, RespWriter reply)
    {
        (long, long)[] steps = [.. histogram.Distribution()];
        reply.MapHeader(2);
        reply.BulkString("calls"u8);
        reply.Integer(histogram.Count);
        reply.BulkString("histogram_usec"u8);
        reply.MapHeader(steps.Length);
        foreach ((long microseconds, long cumulative) in steps)
        {
            reply.Integer(microseconds);
            reply.Integer(cumulative);
        }
    }
}
