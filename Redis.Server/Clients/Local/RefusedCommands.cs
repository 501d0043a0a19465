using Redis.Server.Commands;

namespace Redis.Server.Clients.Local;

/// <summary>Commands that make no sense where the data is what a majority has agreed on: refused in one sentence.</summary>
internal static class RefusedCommands
{
    private static readonly string[] Names =
        ["sync", "psync", "replconf", "replicaof", "slaveof", "save", "bgrewriteaof", "failover", "migrate", "module"];

    public static IEnumerable<Command> Rows => Names.Select(name => new LocalCommand(
        name, -1, CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoMulti, AclCategories.None,
        (_, _, reply) => reply.Error("ERR not supported by RedisRaft"u8)));
}
