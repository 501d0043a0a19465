using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>
/// DEBUG, behind enable-debug-command, and for RAFT.DEBUG EXEC always: its harmless part. What would change data on one
/// node alone goes through the log, or is refused.
/// </summary>
internal static class DebugCommands
{
    private const CommandFlags Flags = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    private const string EndsFromOutside = "a node is ended and started from outside";
    private const string NoClusterBus = "nodes do not talk over Redis Cluster's bus";
    private const string NoAllocator = "memory is the .NET runtime's, not jemalloc's";

    // Redis's ten million would take as long here as there: seconds in which nobody else is answered.
    private const int RandomMatches = 100_000;

    private static readonly byte[] Accepted = "OK"u8.ToArray();

    private static readonly Dictionary<string, Subcommand> Subcommands = new(StringComparer.OrdinalIgnoreCase)
    {
        ["help"] = new(2, 2, Answer((_, _, reply) => HelpReply.Write(reply, "DEBUG"))),
        ["change-repl-id"] = Refused("the history of a Raft log has no other name"),
        ["config-rewrite-force-all"] = new(2, 2, Answer(RewriteAll)),
        ["aof-flush-sleep"] = Refused("there is no append-only file"),
        ["assert"] = Refused(EndsFromOutside),
        ["client-eviction"] = Refused("clients are not kept in pools by their size"),
        ["clusterlink"] = Refused(NoClusterBus),
        ["crash-and-recover"] = Refused(EndsFromOutside),
        ["drop-cluster-packet-filter"] = Refused(NoClusterBus),
        ["jmap"] = Refused("there is no such thing here"),
        ["leak"] = Refused("it harms the server"),
        ["mallctl"] = Refused(NoAllocator),
        ["mallctl-str"] = Refused(NoAllocator),
        ["oom"] = Refused(EndsFromOutside),
        ["panic"] = Refused(EndsFromOutside),
        ["restart"] = Refused(EndsFromOutside),
        ["segfault"] = Refused(EndsFromOutside),
        ["replicate"] = Refused("what only some nodes got would make them differ"),
        ["digest"] = new(2, 2, Answer(DebugValues.Digest)),
        ["digest-value"] = new(2, int.MaxValue, Answer(DebugValues.DigestValue)),
        ["error"] = new(3, 3, Answer((_, args, reply) => reply.Error(args[2]))),
        ["log"] = new(3, 3, Answer(Log)),
        ["htstats"] = new(3, 3, Answer(DebugValues.TableStatistics)),
        ["htstats-key"] = new(3, 3, Answer(DebugValues.TableStatisticsOfKey)),
        ["listpack"] = new(3, 3, Answer(DebugValues.ListPack)),
        ["loadaof"] = new(2, 2, Answer(Reload)),
        ["object"] = new(3, 3, Answer(DebugValues.Object)),
        ["pause-cron"] = new(3, 3, Answer(Accept)),
        ["populate"] = new(3, 5, DebugPopulate.Run),
        ["protocol"] = new(3, 3, Answer(DebugProtocol.Run)),
        ["quicklist"] = new(3, 4, Answer(DebugValues.QuickList)),
        ["quicklist-packed-threshold"] = new(3, 3, Answer(PackedThreshold)),
        ["reload"] = new(2, 5, Answer(Reload)),
        ["replybuffer"] = new(4, 4, Answer(Accept)),
        ["sdslen"] = new(3, 3, Answer(DebugValues.StringLength)),
        ["set-active-expire"] = new(3, 3, Switch((options, isOn) => options with { ExpiresActively = isOn })),
        ["set-disable-deny-scripts"] = new(3, 3, Switch((options, isOn) => options with { ScriptsMayBlock = isOn })),
        ["set-skip-checksum-validation"] = new(3, 3, Switch((options, isOn) => options with { IgnoresChecksums = isOn })),
        ["sleep"] = new(3, 3, Answer(Sleep)),
        ["stringmatch-len"] = new(4, 4, Answer((_, args, reply) => reply.Integer(Glob.Matches(args[2], args[3])))),
        ["stringmatch-test"] = new(2, 2, Answer(MatchAtRandom)),
        ["structsize"] = new(2, 2, Answer((_, _, reply) => reply.SimpleString("bits:64"u8))),
    };

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("debug", -2, Flags, AclCategories.None, (client, args, reply) =>
        {
            CommandAccess access = client.Services.Options.Security.DebugCommand;
            if (access == CommandAccess.Yes || (access == CommandAccess.Local && client.IsLocal))
            {
                return Run(client, args, reply);
            }

            reply.Error("ERR not supported by RedisRaft: DEBUG needs enable-debug-command yes or local, in the configuration file"u8);
            return true;
        }),
    ];

    /// <summary>Runs a DEBUG subcommand without asking whether it is enabled. False: the reply comes later.</summary>
    public static bool Run(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (Subcommands.TryGetValue(Encoding.Latin1.GetString(args[1]), out Subcommand? found) && args.Count >= found.Least && args.Count <= found.Most)
        {
            return found.Run(client, args, reply);
        }

        reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try DEBUG HELP."u8);
        return true;
    }

    private static LocalHandler Answer(LocalReplyHandler handler) => (client, args, reply) =>
    {
        handler(client, args, reply);
        return true;
    };

    private static LocalHandler Switch(Func<DataOptions, bool, DataOptions> change) => Answer((client, args, reply) =>
    {
        bool isOn = Numbers.TryParseInteger(args[2], out long value) && value != 0; // to C's atoi what is no number is 0
        Adjust(client, reply, options => change(options, isOn));
    });

    private static Subcommand Refused(string because) =>
        new(2, int.MaxValue, Answer((_, _, reply) => reply.Error($"ERR not supported by RedisRaft: {because}")));

    private static void Accept(ClientConnection client, CommandArgs args, RespWriter reply) => reply.SimpleString(Accepted);

    private static void Log(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        client.Services.Logger.LogWarning("DEBUG LOG: {Message}", Encoding.UTF8.GetString(args[2]));
        reply.Ok();
    }

    /// <summary>Whether any pattern of bytes brings the matcher down.</summary>
    private static void MatchAtRandom(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        Span<byte> bytes = stackalloc byte[64];
        for (int i = 0; i < RandomMatches; i++)
        {
            Random.Shared.NextBytes(bytes);
            int pattern = Random.Shared.Next(32), text = Random.Shared.Next(32);
            Glob.Matches(bytes[..pattern], bytes[32..(32 + text)]);
        }

        reply.SimpleString("Apparently Redis did not crash: test passed"u8);
    }

    private static void Sleep(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        // As C's strtod: what is no number is none.
        if (double.TryParse(Encoding.Latin1.GetString(args[2]), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds > 0)
        {
            Thread.Sleep(TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue / 1000)));
        }

        reply.Ok();
    }

    private static void PackedThreshold(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (MemorySize.TryParse(Encoding.Latin1.GetString(args[2]), out long bytes) && bytes <= (4L << 30) - (1 << 20))
        {
            long threshold = bytes == 0 ? new DataOptions().QuickListPackedThreshold : bytes;
            Adjust(client, reply, options => options with { QuickListPackedThreshold = threshold });
        }
        else
        {
            reply.Error("ERR argument must be a memory value bigger than 1 and smaller than 4gb"u8);
        }
    }

    private static void RewriteAll(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        ServerOptions options = client.Services.Options;
        if (ConfigRewrite.Write(options, Security.ConfiguredUsers.Lines(client.Services.Users, options.Security), writesDefaults: true) is { } refusal)
        {
            reply.Error(refusal);
        }
        else
        {
            reply.Ok();
        }
    }

    /// <summary>Changes an option that decides data: on all nodes, from an entry on.</summary>
    private static void Adjust(ClientConnection client, RespWriter reply, Func<DataOptions, DataOptions> change)
    {
        client.Services.Host.SharedOptions.Debug(change);
        reply.Ok();
    }

    private static void Reload(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        bool savesFirst = true;
        for (int i = 2; i < args.Count; i++)
        {
            savesFirst &= !args.Is(i, "nosave"u8);
            if (!(args.Is(i, "merge"u8) || args.Is(i, "noflush"u8) || args.Is(i, "nosave"u8)))
            {
                reply.Error("ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."u8);
                return;
            }
        }

        Replication.RaftHost host = client.Services.Host;
        if (!savesFirst)
        {
            reply.Error("ERR not supported by RedisRaft: an older file's data would be this node's alone"u8);
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
            host.Snapshots.Reload();
            reply.Ok();
        }
    }

    private sealed record Subcommand(int Least, int Most, LocalHandler Run);
}
