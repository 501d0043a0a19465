using System.Text;
using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>RAFT.CONFIG GET and SET, which earlier versions of RedisRaft had: CONFIG for the raft.* options, named without the prefix.</summary>
internal static class RaftConfigCommand
{
    private const string Prefix = "raft.";
    private const CommandFlags Flags = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoMulti | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } = [new LocalCommand("raft.config", -2, Flags, AclCategories.None, Run)];

    private static void Run(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (args.Is(1, "get"u8) && args.Count == 3)
        {
            List<(string Name, string Value)> found = client.Services.Options.Table.Get([FullName(args[2])]);
            reply.MapHeader(found.Count);
            foreach ((string name, string value) in found)
            {
                reply.BulkString(name[Prefix.Length..]);
                reply.BulkString(value);
            }
        }
        else if (args.Is(1, "set"u8) && args.Count == 4)
        {
            if (client.Services.Options.Table.Set([(FullName(args[2]), Encoding.Latin1.GetString(args[3]))]) is { } refusal)
            {
                reply.Error(refusal);
            }
            else
            {
                reply.Ok();
            }
        }
        else
        {
            reply.Error("ERR Unknown RAFT.CONFIG subcommand or wrong number of arguments"u8);
        }
    }

    private static string FullName(ReadOnlySpan<byte> name)
    {
        string text = Encoding.Latin1.GetString(name);
        return text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text : Prefix + text;
    }
}
