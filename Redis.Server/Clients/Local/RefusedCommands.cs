using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Clients.Local;

/// <summary>Commands that make no sense where the data is what a majority has agreed on: refused in one sentence, which begins as RedisRaft's.</summary>
internal static class RefusedCommands
{
    private const CommandFlags Admin = CommandFlags.Admin | CommandFlags.NoScript;
    private const CommandFlags Sync = Admin | CommandFlags.NoAsyncLoading | CommandFlags.NoMulti;
    private const CommandFlags ReplicaOf = Admin | CommandFlags.Stale | CommandFlags.NoAsyncLoading;
    private const KeyFlags Moved = KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete;
    private const string Replication = "nodes replicate the Raft log, join with RAFT.CLUSTER JOIN";
    private const string Modules = "modules cannot be loaded";

    public static IReadOnlyList<Command> Rows { get; } =
    [
        Row("sync", 1, Sync, Replication),
        Row("psync", -3, Sync, Replication),
        Row("replconf", -1, Admin | CommandFlags.Loading | CommandFlags.Stale | CommandFlags.AllowBusy, Replication),
        Row("replicaof", 3, ReplicaOf, Replication),
        Row("slaveof", 3, ReplicaOf, Replication),
        Row("failover", -1, Admin | CommandFlags.Stale, "hand leadership over with RAFT.TRANSFER_LEADER"),
        Row("save", 1, Sync, "every write is in the log already, BGSAVE takes a snapshot"),
        Row("bgrewriteaof", 1, Admin | CommandFlags.NoAsyncLoading, "the Raft log takes the place of the append-only file, BGSAVE compacts it"),
        Row("migrate", -6, CommandFlags.Write | CommandFlags.MovableKeys, "keys cannot leave the group one by one", AclCategories.Keyspace | AclCategories.Dangerous,
            Keys.At(3, Moved), Keys.BehindRange("KEYS", -2, -1, Moved | KeyFlags.Incomplete)),
        new("module", -2, CommandFlags.None, AclCategories.None,
        [
            new LocalCommand("list", 2, Admin, AclCategories.None, List),
            HelpRow.Of("MODULE"),
            Row("load", -3, Admin | CommandFlags.NoAsyncLoading, Modules),
            Row("loadex", -3, Admin | CommandFlags.NoAsyncLoading, Modules),
            Row("unload", 3, Admin | CommandFlags.NoAsyncLoading, Modules),
        ]),
        // Hash slots are not shared with other clusters: these would move them.
        Sharding("raft.shardgroup", -2), Sharding("raft.import", -4), Sharding("raft.scan", -3),
    ];

    private static LocalCommand Sharding(string name, int arity) => new(
        name, arity, Admin | CommandFlags.NoMulti, AclCategories.None, (_, _, reply) => reply.Error("ERR RedisRaft sharding not enabled"));

    /// <summary>Whether the command is one of these (RAFT.DEBUG COMMANDSPEC).</summary>
    public static bool Includes(Command command) => Rows.Contains(command) || (command.Container is { } container && Rows.Contains(container));

    private static LocalCommand Row(string name, int arity, CommandFlags flags, string because, AclCategories categories = AclCategories.None, params IReadOnlyList<KeySpec> keys) =>
        new(name, arity, flags, categories, (_, _, reply) => reply.Error($"ERR not supported by RedisRaft: {because}"), keys);

    /// <summary>What an orchestrator of RedisRaft looks for; here it is built in.</summary>
    private static void List(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        reply.ArrayHeader(1);
        reply.MapHeader(4);
        reply.BulkString("name"u8);
        reply.BulkString("raft"u8);
        reply.BulkString("ver"u8);
        reply.Integer(1);
        reply.BulkString("path"u8);
        reply.BulkString(""u8);
        reply.BulkString("args"u8);
        reply.EmptyArray();
    }
}
