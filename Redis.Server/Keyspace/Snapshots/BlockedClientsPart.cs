using Raft.Core;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>The commands that wait for keys, in order of arrival.</summary>
internal sealed class BlockedClientsPart(BlockedClients clients) : ISnapshotPart
{
    private const string Field = "raft-blocked";

    public void Save(RdbExtras extras)
    {
        using MemoryStream bytes = new();
        using BinaryWriter writer = new(bytes);
        writer.Write(clients.Count);
        foreach (BlockedClient client in clients.InOrderOfArrival)
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
        extras.Add(Field, bytes.ToArray());
    }

    public void Restore(RdbExtras extras)
    {
        clients.Clear();
        if (extras.Find(Field) is not { } bytes)
            return;
        using BinaryReader reader = new(new MemoryStream(bytes));
        try
        {
            for (int left = reader.ReadInt32(); left > 0; left--)
                clients.Add(Read(reader));
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException)
        {
            throw new FormatException("the waiting commands cannot be made out", exception);
        }
    }

    private static BlockedClient Read(BinaryReader reader)
    {
        EntryId id = new(reader.ReadInt64(), reader.ReadInt64());
        long deadline = reader.ReadInt64();
        RedisType type = (RedisType)reader.ReadByte();
        byte[][] keys = new byte[ReadLength(reader)][];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = reader.ReadBytes(ReadLength(reader));
        return new BlockedClient(id, deadline, type, keys, reader.ReadBytes(ReadLength(reader)));
    }

    /// <summary>A length that the bytes left can hold.</summary>
    private static int ReadLength(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        return length >= 0 && length <= reader.BaseStream.Length - reader.BaseStream.Position ? length : throw new EndOfStreamException();
    }
}
