using System.Globalization;
using System.Text;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>CLUSTER: the Raft group shown as one shard that owns every slot, so that cluster clients find the leader.</summary>
internal static class ClusterCommands
{
    private const CommandFlags Flags = CommandFlags.Loading | CommandFlags.Stale;
    private const int LastSlot = 16383;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("cluster", -2, CommandFlags.None, AclCategories.None,
        [
            HelpRow.Of("CLUSTER"),
            new LocalCommand("slots", 2, Flags, AclCategories.None, Member(Slots)),
            new LocalCommand("shards", 2, Flags, AclCategories.None, Member(Shards)),
            new LocalCommand("nodes", 2, Flags, AclCategories.None, Member(Nodes)),
            new LocalCommand("info", 2, Flags, AclCategories.None, Member(Info)),
            new LocalCommand("myid", 2, Flags, AclCategories.None, Member(MyId)),
            new LocalCommand("keyslot", 3, Flags, AclCategories.None, Member(KeySlotOf)),
            new LocalCommand("countkeysinslot", 3, Flags, AclCategories.None, Member(CountKeysInSlot)),
            new LocalCommand("getkeysinslot", 4, Flags, AclCategories.None, Member(GetKeysInSlot)),
        ]),
        new LocalCommand("readonly", 1, CommandFlags.Fast | Flags, AclCategories.Connection, (client, _, reply) => SwitchReads(client, true, reply)),
        new LocalCommand("readwrite", 1, CommandFlags.Fast | Flags, AclCategories.Connection, (client, _, reply) => SwitchReads(client, false, reply)),
        new LocalCommand("asking", 1, CommandFlags.Fast, AclCategories.Connection, (_, _, reply) => reply.Ok()),
    ];

    private delegate void GroupHandler(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply);

    /// <summary>READONLY, READWRITE: whether this client takes reads from a follower.</summary>
    private static void SwitchReads(ClientConnection client, bool takesFollowerReads, RespWriter reply)
    {
        client.TakesFollowerReads = takesFollowerReads;
        reply.Ok();
    }

    /// <summary>All of these need a cluster to speak of.</summary>
    private static LocalReplyHandler Member(GroupHandler handler) => (client, args, reply) =>
    {
        NodeState state = client.Services.Host.Admission.State;
        if (state is NodeState.Uninitialized or NodeState.Joining)
        {
            reply.Raw(client.Services.Host.Admission.Refusal(null)!);
            return;
        }

        handler(client, GroupView.Of(client.Services.Host), args, reply);
    };

    private static void Slots(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply)
    {
        if (group.Leader is null)
        {
            reply.Raw(Admission.NoLeader);
            return;
        }

        reply.ArrayHeader(1);
        reply.ArrayHeader(2 + group.LeaderFirst.Count);
        reply.Integer(0);
        reply.Integer(LastSlot);
        foreach (Member member in group.LeaderFirst)
        {
            (string host, int port) = HostPort.Parse(member.Address);
            reply.ArrayHeader(4);
            reply.BulkString(host);
            reply.Integer(port);
            reply.BulkString(group.NameOf(member.Id));
            reply.EmptyArray();
        }
    }

    private static void Shards(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply)
    {
        reply.ArrayHeader(1);
        reply.MapHeader(2);
        reply.BulkString("slots"u8);
        reply.ArrayHeader(2);
        reply.Integer(0);
        reply.Integer(LastSlot);
        reply.BulkString("nodes"u8);
        reply.ArrayHeader(group.LeaderFirst.Count);
        foreach (Member member in group.LeaderFirst)
        {
            (string host, int port) = HostPort.Parse(member.Address);
            reply.MapHeader(7);
            reply.BulkString("id"u8);
            reply.BulkString(group.NameOf(member.Id));
            reply.BulkString("port"u8);
            reply.Integer(port);
            reply.BulkString("ip"u8);
            reply.BulkString(host);
            reply.BulkString("endpoint"u8);
            reply.BulkString(host);
            reply.BulkString("role"u8);
            reply.BulkString(member.Id == group.Leader?.Id ? "master" : "replica");
            reply.BulkString("replication-offset"u8);
            reply.Integer(0);
            reply.BulkString("health"u8);
            reply.BulkString("online"u8);
        }
    }

    private static void Nodes(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply)
    {
        StringBuilder text = new();
        foreach (Member member in group.LeaderFirst)
        {
            (_, int port) = HostPort.Parse(member.Address);
            bool leads = member.Id == group.Leader?.Id;
            string flags = (member.Id == group.Self ? "myself," : "") + (leads ? "master" : "slave");
            string master = leads || group.Leader is null ? "-" : group.NameOf(group.Leader.Id);
            text.Append(CultureInfo.InvariantCulture, $"{group.NameOf(member.Id)} {member.Address}@{port} {flags} {master} 0 0 {group.Term} connected");
            text.Append(leads ? " 0-16383\r\n" : "\r\n");
        }

        reply.VerbatimString("txt"u8, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static void Info(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply)
    {
        string state = group.Leader is null ? "fail" : "ok";
        string text = string.Create(CultureInfo.InvariantCulture,
            $"cluster_state:{state}\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:16384\r\ncluster_slots_pfail:0\r\n" +
            $"cluster_slots_fail:0\r\ncluster_known_nodes:{group.LeaderFirst.Count}\r\ncluster_size:1\r\n" +
            $"cluster_current_epoch:{group.Term}\r\ncluster_my_epoch:{group.Term}\r\ncluster_stats_messages_sent:0\r\n" +
            $"cluster_stats_messages_received:0\r\ntotal_cluster_links_buffer_limit_exceeded:0\r\n");
        reply.VerbatimString("txt"u8, Encoding.UTF8.GetBytes(text));
    }

    private static void MyId(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply) =>
        reply.BulkString(group.NameOf(group.Self));

    private static void KeySlotOf(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply) =>
        reply.Integer(KeySlot.Of(args[2]));

    private static void CountKeysInSlot(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply)
    {
        if (TrySlot(args[2], reply, out int slot))
        {
            reply.Integer(KeysIn(client.Services.Keyspace, slot).Count());
        }
    }

    private static void GetKeysInSlot(ClientConnection client, GroupView group, CommandArgs args, RespWriter reply)
    {
        if (!TrySlot(args[2], reply, out int slot))
        {
            return;
        }

        if (!Numbers.TryParseInteger(args[3], out long count) || count is < 0 or > int.MaxValue)
        {
            reply.Error("ERR Invalid number of keys"u8);
            return;
        }

        byte[][] keys = [.. KeysIn(client.Services.Keyspace, slot).Take((int)count)];
        reply.ArrayHeader(keys.Length);
        foreach (byte[] key in keys)
        {
            reply.BulkString(key);
        }
    }

    private static bool TrySlot(ReadOnlySpan<byte> text, RespWriter reply, out int slot)
    {
        bool isSlot = Numbers.TryParseInteger(text, out long number) && number is >= 0 and <= LastSlot;
        slot = (int)number;
        if (!isSlot)
        {
            reply.Error("ERR Invalid slot"u8);
        }

        return isSlot;
    }

    private static IEnumerable<byte[]> KeysIn(Keyspace.Keyspace keyspace, int slot) =>
        Enumerable.Range(0, keyspace.Count).Where(i => !keyspace.IsDueAt(i) && KeySlot.Of(keyspace.KeyAt(i)) == slot).Select(i => keyspace.KeyAt(i).ToArray());
}
