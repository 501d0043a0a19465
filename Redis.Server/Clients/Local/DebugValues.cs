using System.Globalization;
using System.Text;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>The subcommands of DEBUG that look at values: this node's own, whatever it leads or follows.</summary>
internal static class DebugValues
{
    // A DUMP payload is the value with its type before and a version and checksum after it.
    private const int DumpFrame = 1 + 2 + 8;

    public static void Digest(ClientConnection client, CommandArgs args, RespWriter reply) =>
        reply.SimpleString(Encoding.ASCII.GetBytes(Keyspace.Digest.Of(client.Services.Keyspace).ToString()));

    public static void DigestValue(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        reply.ArrayHeader(args.Count - 2);
        for (int i = 2; i < args.Count; i++)
        {
            Digest digest = default;
            RedisValue value = client.Services.Keyspace.Peek(args[i]);
            if (!value.IsNone)
            {
                value.AddTo(ref digest);
            }

            reply.SimpleString(Encoding.ASCII.GetBytes(digest.ToString()));
        }
    }

    public static void Object(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!TryFind(client, args, reply, out RedisValue value))
        {
            return;
        }

        using DumpPayload dump = new();
        int idle = client.Services.Keyspace.IdleSeconds(args[2]);
        long clock = ((RaftClock.Now / 1000) - idle) & 0xFFFFFF;
        string list = value.Object is QuickList quickList ? ListDetails(quickList) : "";
        reply.SimpleString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"Value at:0x{value.GetHashCode():x12} refcount:{ObjectCommands.RefCountOf(value)} encoding:{value.Encoding} " +
            $"serializedlength:{dump.Write(value).Length - DumpFrame} lru:{clock} lru_seconds_idle:{idle}{list}")));
    }

    public static void ListPack(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (TryFind(client, args, reply, out RedisValue value))
        {
            Print(reply, value.Encoding == "listpack", "Listpack structure printed on stdout", "ERR Not a listpack encoded object.");
        }
    }

    public static void QuickList(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (TryFind(client, args, reply, out RedisValue value))
        {
            Print(reply, value.Object is QuickList, "Quicklist structure printed on stdout", "ERR Not a quicklist encoded object.");
        }
    }

    public static void StringLength(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!TryFind(client, args, reply, out RedisValue value))
        {
            return;
        }

        string text = string.Create(CultureInfo.InvariantCulture,
            $"key_sds_len:{args[2].Length}, key_sds_avail:0, key_zmalloc: {HeapSize.Array(args[2].Length)}, " +
            $"val_sds_len:{(value.IsString ? value.Length : 0)}, val_sds_avail:0, val_zmalloc: {value.MemoryBytes}");
        Print(reply, value.IsString && !value.IsInteger, text, "ERR Not an sds encoded string.");
    }

    public static void TableStatistics(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!Numbers.TryParseInteger(args[2], out long number))
        {
            reply.Error(Errors.NotInteger);
        }
        else if (number != 0)
        {
            reply.Error("ERR Out of range database"u8);
        }
        else
        {
            Keyspace.Keyspace keyspace = client.Services.Keyspace;
            reply.VerbatimString("txt"u8, Encoding.ASCII.GetBytes($"[Dictionary HT]\n{Table(keyspace.Count)}[Expires HT]\n{Table(keyspace.ExpiringCount)}"));
        }
    }

    public static void TableStatisticsOfKey(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!TryFind(client, args, reply, out RedisValue value))
        {
            return;
        }

        if (value.Encoding is "hashtable" or "skiplist")
        {
            reply.VerbatimString("txt"u8, Encoding.ASCII.GetBytes(Table(value.Object!.Count)));
        }
        else
        {
            reply.Error("ERR The value stored at the specified key is not represented using an hash table"u8);
        }
    }

    private static string Table(int count) => count == 0
        ? "Hash table 0 stats (main hash table):\nNo stats available for empty dictionaries\n"
        : string.Create(CultureInfo.InvariantCulture,
            $"Hash table 0 stats (main hash table):\n table size: {System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count)}\n number of elements: {count}\n");

    private static string ListDetails(QuickList list)
    {
        long bytes = 0;
        for (QuickListNode? node = list.Head; node is not null; node = node.Next)
        {
            bytes += node.Size;
        }

        double average = list.NodeCount == 0 ? 0 : (double)list.Count / list.NodeCount;
        return string.Create(CultureInfo.InvariantCulture,
            $" ql_nodes:{list.NodeCount} ql_avg_node:{average:0.00} ql_listpack_max:{list.Fill} ql_compressed:0 ql_uncompressed_size:{bytes}");
    }

    private static void Print(RespWriter reply, bool isRight, string text, string error)
    {
        if (isRight)
        {
            reply.SimpleString(Encoding.ASCII.GetBytes(text));
        }
        else
        {
            reply.Error(error);
        }
    }

    private static bool TryFind(ClientConnection client, CommandArgs args, RespWriter reply, out RedisValue value)
    {
        value = client.Services.Keyspace.Peek(args[2]);
        if (value.IsNone)
        {
            reply.Error(Errors.NoSuchKey);
        }

        return !value.IsNone;
    }
}
