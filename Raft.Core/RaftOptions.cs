namespace Raft.Core;

/// <summary>Settings of one server. Times are simulated or real alike: the server knows only what it is told elapsed.</summary>
public sealed record RaftOptions
{
    /// <summary>Silence from the leader after which a follower campaigns; randomised from here up to twice this. Default 1000 ms.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>How often an idle leader sends heartbeats. Default 200 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a transfer of leadership may take before the leader takes proposals again. Default 1000 ms.</summary>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>AppendEntries with entries in flight to one peer. 1 or more, default 2.</summary>
    public int MaxAppendsInFlight { get; init; } = 2;

    /// <summary>Payload bytes in one AppendEntries. Default 2 MiB.</summary>
    public long MaxAppendBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Entries in one AppendEntries. Default 65536.</summary>
    public int MaxAppendEntries { get; init; } = 65536;

    /// <summary>Snapshot chunks in flight to one peer. Default 32.</summary>
    public int MaxSnapshotChunksInFlight { get; init; } = 32;

    /// <summary>Bytes of one snapshot chunk. Default 65536.</summary>
    public int MaxSnapshotChunkBytes { get; init; } = 65536;

    /// <summary>Payload bytes that may wait for commitment at the leader. Default 1 GiB.</summary>
    public long MaxUncommittedBytes { get; init; } = 1L << 30;

    /// <summary>Payload bytes of one entry. Default 1 GiB.</summary>
    public long MaxEntryBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Payload bytes and entries that may be handed to <see cref="IRaftCallbacks.Apply"/> ahead of
    /// <see cref="RaftServer.EntriesApplied"/>. Default 64 MiB.
    /// </summary>
    public long MaxUnappliedBytes { get; init; } = 64 * 1024 * 1024;
}
