using Redis.Server.Commands;

namespace Redis.Server.Clients.Local;

/// <summary>Commands that make no sense where the data is what a majority has agreed on: refused in one sentence.</summary>
internal static class RefusedCommands
{
    private static readonly string[] Names =
        ["sync", "psync", "replconf", "replicaof", "slaveof", "save", "bgrewriteaof", "failover", "migrate", "module"];

    // Hash slots are not shared with other clusters: these would move them.
    private static readonly string[] ShardingNames = ["raft.shardgroup", "raft.import", "raft.scan"];

    public static IEnumerable<Command> Rows =>
        [.. Names.Select(name => Refused(name, "ERR not supported by RedisRaft")), .. ShardingNames.Select(name => Refused(name, "ERR RedisRaft sharding not enabled"))];

    private static LocalCommand Refused(string name, string error) => new(
        name, -1, CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoMulti, AclCategories.None, (_, _, reply) => reply.Error(error));
}
