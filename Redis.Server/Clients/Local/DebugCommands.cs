using System.Text;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>DEBUG, behind enable-debug-command, and for RAFT.DEBUG EXEC always.</summary>
internal static class DebugCommands
{
    private const CommandFlags Flags = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("debug", -2, Flags, AclCategories.None, (client, args, reply) =>
        {
            CommandAccess access = client.Services.Options.Security.DebugCommand;
            if (access == CommandAccess.Yes || (access == CommandAccess.Local && client.IsLocal))
            {
                Run(client, args, reply);
            }
            else
            {
                reply.Error("ERR not supported by RedisRaft"u8);
            }
        }),
    ];

    /// <summary>Runs a DEBUG subcommand without asking whether it is enabled.</summary>
    public static void Run(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Is(1, "digest"u8) && args.Count == 2)
        {
            reply.SimpleString(Encoding.ASCII.GetBytes(client.Services.Keyspace.ComputeDigest().ToString()));
        }
        else if (args.Is(1, "sleep"u8) && args.Count == 3 && Numbers.TryParseDouble(args[2], out double seconds) && seconds >= 0)
        {
            Thread.Sleep(TimeSpan.FromSeconds(seconds));
            reply.Ok();
        }
        else if (args.Is(1, "populate"u8) && args.Count is >= 3 and <= 5)
        {
            Populate(client, args, reply);
        }
        else if (args.Is(1, "stringmatch-len"u8) || args.Is(1, "jmap"u8))
        {
            reply.Error("ERR not supported by RedisRaft"u8);
        }
        else
        {
            reply.Error("ERR unknown subcommand or wrong number of arguments for '"u8, args[1], "'. Try DEBUG HELP."u8);
        }
    }

    /// <summary>POPULATE count [prefix [size]]: keys prefix:0, prefix:1, … on this node alone.</summary>
    private static void Populate(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        long size = -1;
        if (!Numbers.TryParseInteger(args[2], out long count) || count < 0
            || (args.Count > 4 && (!Numbers.TryParseInteger(args[4], out size) || size < 0)))
        {
            reply.Error(Errors.NotInteger);
            return;
        }

        string prefix = args.Count > 3 ? Encoding.Latin1.GetString(args[3]) : "key";
        Keyspace.Keyspace keyspace = client.Services.Keyspace;
        for (long i = 0; i < count; i++)
        {
            byte[] key = Encoding.Latin1.GetBytes($"{prefix}:{i}");
            if (keyspace.Peek(key).IsNone)
            {
                byte[] value = Encoding.Latin1.GetBytes($"value:{i}");
                Array.Resize(ref value, size < 0 ? value.Length : (int)size);
                keyspace.SetString(key, value);
            }
        }

        reply.Ok();
    }
}
