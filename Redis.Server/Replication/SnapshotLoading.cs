using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Keyspace.Snapshots;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Replication;

/// <summary>
/// Makes the state that of a snapshot file: at start, and when the leader has sent one. The file is read into a keyspace
/// of its own, on a thread of its own; the application keeps answering INFO and its kin and only swaps the keyspaces.
/// </summary>
internal sealed class SnapshotLoading(CommandContext context, Application application, ServerOptions options, ILogger logger) : IDisposable
{
    private const int ChecksumLength = 8;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Snapshots received from a leader and installed since start.</summary>
    public long Received { get; private set; }

    /// <summary>The loading in progress, or the last one.</summary>
    public LoadingProgress Progress { get; private set; } = LoadingProgress.None;

    /// <summary>Loads the store's file; the state before is let go of first. Not on the application's turn.</summary>
    /// <param name="store">Where the file is.</param>
    /// <param name="clusterId">Whose snapshot it has to be.</param>
    /// <param name="movesIn">Whether it may also be a Redis's, or another cluster's, to begin this cluster with.</param>
    /// <returns>What Raft must know of it, or null when it is not of this cluster: data without a place in the log.</returns>
    /// <exception cref="StorageException">The file is damaged, or another cluster's.</exception>
    /// <exception cref="OperationCanceledException">The node stops.</exception>
    public RaftSnapshot? Load(SnapshotStore store, string clusterId, bool movesIn = false)
    {
        try
        {
            using Stream file = store.OpenRead();
            ulong checksum = ReadChecksum(file);
            SnapshotFields? fields = ReadFields(store, clusterId, movesIn);
            RdbReader reader = new(file, context.Options) { Pace = new LoadingPace(() => options.Raft.Failures.KeyLoadDelay) };
            Keyspace.Keyspace loaded = new() { Now = fields?.Time ?? RaftClock.Now };
            Progress = new LoadingProgress(reader, file.Length);
            application.RunOnTurn(Empty);
            using (new Timer(_ => Report(store), null, ReportInterval, ReportInterval))
            {
                reader.Load(loaded, _stop.Token);
            }

            application.RunOnTurn(() => Adopt(loaded, reader.Extras));
            logger.LogInformation(
                "Loaded {Keys} keys from {File} in {Milliseconds} ms", reader.KeysRead, store.Path, RaftClock.Now - Progress.StartedAt);
            if (fields is null)
            {
                return null;
            }

            SnapshotId id = new(fields.Last, store.Size, checksum);
            store.Adopt(id);
            return new RaftSnapshot(id, fields.Time, fields.Configuration);
        }
        catch (Exception exception) when (exception is RdbFormatException or FormatException or EndOfStreamException)
        {
            throw new SnapshotDamagedException(store.Path, exception);
        }
    }

    /// <summary>Checks, keeps and loads the snapshot that a leader has sent. Not on the application's turn.</summary>
    /// <returns>The snapshot whose state this is now; null when its bytes are damaged: the state is as before then.</returns>
    public RaftSnapshot? Install(SnapshotStore store, SnapshotId id, string clusterId)
    {
        if (!IsIntact(store, id))
        {
            logger.LogWarning("The snapshot up to entry {Last} came damaged: it will be sent again", id.Last);
            store.DropReceived();
            return null;
        }

        store.Install(id);
        Received++;
        return Load(store, clusterId);
    }

    /// <summary>Ends a loading in progress.</summary>
    public void Dispose() => _stop.Cancel();

    private static SnapshotFields? ReadFields(SnapshotStore store, string clusterId, bool movesIn)
    {
        using Stream file = store.OpenRead();
        RdbReader reader = new(file, new Keyspace.DataOptions());
        reader.ReadFields();
        SnapshotFields? fields = SnapshotFields.Read(reader.Extras);
        if (fields?.ClusterId == clusterId)
        {
            return fields;
        }

        return movesIn ? null : throw new ForeignFileException(
            store.Path, fields is null ? "a redis-server" : $"cluster '{fields.ClusterId}'", $"a node of cluster '{clusterId}'");
    }

    private static ulong ReadChecksum(Stream file)
    {
        Span<byte> footer = stackalloc byte[ChecksumLength];
        if (file.Length < ChecksumLength)
        {
            throw new EndOfStreamException("It is too short to be an RDB file");
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

    /// <summary>Clients whose commands wait are told before the state that knows of them goes.</summary>
    private void Empty()
    {
        context.Waiting.UnblockAll();
        context.Keyspace.Flush();
    }

    private void Adopt(Keyspace.Keyspace loaded, RdbExtras extras)
    {
        context.Keyspace.TakeOver(loaded);
        foreach (ISnapshotPart part in context.SnapshotParts)
        {
            part.Restore(extras);
        }
    }

    private void Report(SnapshotStore store) => logger.LogInformation(
        "Loading {File}: {Keys} keys, {Percent:0.0} %", store.Path, Progress.LoadedKeys, Progress.Percent);
}
