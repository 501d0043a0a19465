using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Replication;

/// <summary>How far the loading of a snapshot is. Any thread may ask.</summary>
internal sealed class LoadingProgress(RdbReader reader, long totalBytes)
{
    /// <summary>Before the first loading.</summary>
    public static LoadingProgress None { get; } = new(new RdbReader(Stream.Null, new Keyspace.DataOptions()), 0);

    /// <summary>Unix time in milliseconds.</summary>
    public long StartedAt { get; } = RaftClock.Now;

    public long TotalBytes => totalBytes;

    public long LoadedBytes => reader.Offset;

    /// <summary>What the writer of the file used in memory, 0 when it does not say so.</summary>
    public long UsedMemory => reader.UsedMemory;

    public long LoadedKeys => reader.KeysRead;

    public double Percent => totalBytes == 0 ? 0 : 100.0 * LoadedBytes / totalBytes;

    /// <summary>Seconds that the rest will take at the speed so far; 1 or more.</summary>
    public long SecondsLeft => LoadedBytes == 0
        ? 1 : Math.Max(1, (RaftClock.Now - StartedAt) * (totalBytes - LoadedBytes) / LoadedBytes / 1000);
}
