using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Keyspace;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Replication;

/// <summary>Makes the state that of a snapshot file: at start, and when the leader has sent one.</summary>
internal sealed class SnapshotLoading(CommandContext context, ILogger logger)
{
    private const int ChecksumLength = 8;

    private RdbReader? _reader;

    /// <summary>Snapshots received from a leader and installed since start.</summary>
    public long Received { get; private set; }

    /// <summary>Keys and bytes loaded so far by the loading in progress, or by the last one.</summary>
    public (long Keys, long Bytes) Progress => _reader is { } reader ? (reader.KeysRead, reader.Offset) : (0, 0);

    /// <summary>Loads the store's file into the keyspace, which is emptied before.</summary>
    /// <returns>What Raft must know of it, or null when it is a plain Redis file: data without a place in a log.</returns>
    /// <exception cref="StorageException">The file is damaged.</exception>
    public RaftSnapshot? Load(SnapshotStore store)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            using Stream file = store.OpenRead();
            ulong checksum = ReadChecksum(file);
            _reader = new RdbReader(file, context.Options);
            context.Keyspace.Flush();
            context.Keyspace.Blocked.Clear();
            _reader.Load(context.Keyspace);
            SnapshotFields? fields = SnapshotFields.Read(_reader.Fields);
            logger.LogInformation(
                "Loaded {Keys} keys from {File} in {Milliseconds:0} ms", context.Keyspace.Count, store.Path, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            return fields is null ? null : Adopt(store, fields, checksum);
        }
        catch (Exception exception) when (exception is RdbFormatException or FormatException or KeyNotFoundException or EndOfStreamException)
        {
            throw new StorageException(
                $"The snapshot '{store.Path}' is damaged: {exception.Message}. Restore it from a backup, or empty the data directory and let the node join again under a new id.",
                exception);
        }
    }

    /// <summary>Checks, keeps and loads the snapshot that a leader has sent. Application's turn, long.</summary>
    /// <returns>The snapshot whose state this is now; null when its bytes are damaged.</returns>
    public RaftSnapshot? Install(SnapshotStore store, SnapshotId id)
    {
        if (!IsIntact(store, id))
        {
            logger.LogWarning("The snapshot up to entry {Last} came damaged: it will be sent again", id.Last);
            store.DropReceived();
            return null;
        }

        store.Install(id);
        Received++;
        return Load(store);
    }

    private static ulong ReadChecksum(Stream file)
    {
        Span<byte> footer = stackalloc byte[ChecksumLength];
        if (file.Length < ChecksumLength)
        {
            throw new EndOfStreamException("it is too short to be an RDB file");
        }

        file.Position = file.Length - ChecksumLength;
        file.ReadExactly(footer);
        file.Position = 0;
        return BinaryPrimitives.ReadUInt64LittleEndian(footer);
    }

    private static bool IsIntact(SnapshotStore store, SnapshotId id)
    {
        using Stream file = store.OpenReceived(id);
        byte[] buffer = new byte[256 * 1024];
        long left = file.Length - ChecksumLength;
        ulong checksum = 0;
        while (left > 0)
        {
            int count = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            checksum = Crc64.Update(checksum, buffer.AsSpan(0, count));
            left -= count;
        }

        return file.Length == id.Size && checksum == id.Checksum;
    }

    private RaftSnapshot Adopt(SnapshotStore store, SnapshotFields fields, ulong checksum)
    {
        SnapshotId id = new(fields.Last, store.Size, checksum);
        store.Adopt(id);
        foreach (BlockedClient client in fields.Blocked)
        {
            context.Keyspace.Blocked.Add(client);
        }

        context.Keyspace.Now = fields.Time;
        return new RaftSnapshot(id, fields.Time, fields.Configuration);
    }
}
