using System.Globalization;
using System.Text;
using Raft.Core;
using Redis.Server.Keyspace;

namespace Redis.Server.Replication;

/// <summary>What a snapshot file tells Raft besides the data: it stands in the RDB file's auxiliary fields, which Redis ignores.</summary>
/// <param name="Last">The last entry that the snapshot covers.</param>
/// <param name="Time">Its time: cluster time as of the snapshot.</param>
/// <param name="ClusterId">The cluster's 32 characters.</param>
/// <param name="Configuration">The members as of the snapshot, and all node ids ever used.</param>
/// <param name="Blocked">The commands that wait for keys.</param>
internal sealed record SnapshotFields(EntryId Last, long Time, string ClusterId, ClusterConfiguration Configuration, IReadOnlyList<BlockedClient> Blocked)
{
    private const string LastIndex = "raft-last-index";
    private const string LastTerm = "raft-last-term";
    private const string LastTime = "raft-time";
    private const string Cluster = "raft-cluster-id";
    private const string Members = "raft-configuration";
    private const string Waiting = "raft-blocked";

    /// <summary>The fields as names and values.</summary>
    public IEnumerable<KeyValuePair<byte[], byte[]>> Write() =>
    [
        Field(LastIndex, Text(Last.Index)),
        Field(LastTerm, Text(Last.Term)),
        Field(LastTime, Text(Time)),
        Field(Cluster, Encoding.ASCII.GetBytes(ClusterId)),
        Field(Members, Configuration.Encode()),
        Field(Waiting, WriteBlocked()),
    ];

    /// <summary>The fields of a file, or null when it is not one of ours (then it is a plain Redis file).</summary>
    /// <exception cref="FormatException">The fields contradict their format.</exception>
    public static SnapshotFields? Read(IEnumerable<KeyValuePair<byte[], byte[]>> fields)
    {
        Dictionary<string, byte[]> values = [];
        foreach ((byte[] name, byte[] value) in fields)
        {
            values[Encoding.Latin1.GetString(name)] = value;
        }

        return !values.TryGetValue(LastIndex, out byte[]? index) ? null : new SnapshotFields(
            new EntryId(Number(values[LastTerm]), Number(index)),
            Number(values[LastTime]),
            Encoding.ASCII.GetString(values[Cluster]),
            ClusterConfiguration.Decode(values[Members]),
            ReadBlocked(values[Waiting]));
    }

    private static KeyValuePair<byte[], byte[]> Field(string name, byte[] value) => new(Encoding.ASCII.GetBytes(name), value);

    private static byte[] Text(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private static long Number(byte[] text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static List<BlockedClient> ReadBlocked(byte[] bytes)
    {
        using BinaryReader reader = new(new MemoryStream(bytes));
        List<BlockedClient> blocked = [];
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            EntryId id = new(reader.ReadInt64(), reader.ReadInt64());
            long deadline = reader.ReadInt64();
            RedisType type = (RedisType)reader.ReadByte();
            byte[][] keys = new byte[reader.ReadInt32()][];
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = reader.ReadBytes(reader.ReadInt32());
            }

            blocked.Add(new BlockedClient(id, deadline, type, keys, reader.ReadBytes(reader.ReadInt32())));
        }

        return blocked;
    }

    private byte[] WriteBlocked()
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write(Blocked.Count);
        foreach (BlockedClient client in Blocked)
        {
            writer.Write(client.Id.Term);
            writer.Write(client.Id.Index);
            writer.Write(client.Deadline);
            writer.Write((byte)client.Type);
            writer.Write(client.Keys.Length);
            foreach (byte[] key in client.Keys)
            {
                writer.Write(key.Length);
                writer.Write(key);
            }

            writer.Write(client.Frame.Length);
            writer.Write(client.Frame);
        }

        writer.Flush();
        return bytes.ToArray();
    }
}
