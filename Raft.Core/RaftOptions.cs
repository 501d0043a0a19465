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

    /// <summary>
    /// Payload bytes that may wait at the leader to be committed and handed to the state machine; beyond it proposals
    /// are refused as <see cref="ProposeResult.Overloaded"/>. Default 1 GiB.
    /// </summary>
    public long MaxUncommittedBytes { get; init; } = 1L << 30;

    /// <summary>Payload bytes of one entry. Default 1 GiB.</summary>
    public long MaxEntryBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Payload bytes, and 64 for each entry, that may be handed to <see cref="IRaftCallbacks.Apply"/> ahead of
    /// <see cref="RaftServer.EntriesApplied"/>. Default 64 MiB.
    /// </summary>
    public long MaxUnappliedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Entries that stay in the log behind a snapshot, so that a follower a little behind needs no snapshot. Default 10000.
    /// </summary>
    public int KeptEntries { get; init; } = 10_000;

    /// <summary>Payload bytes that stay in the log behind a snapshot at most. Default 16 MiB.</summary>
    public long KeptBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// 0 to <see cref="HighestPriority"/>, the default: who campaigns first when a leader is lost. The lowest waits one
    /// election timeout longer than the highest.
    /// </summary>
    public int Priority { get; init; } = HighestPriority;

    /// <summary>
    /// Lets a leader answer reads without asking, as long as a majority heard it within the election timeout less
    /// <see cref="LeaseMargin"/> (thesis, section 6.4.1). All servers must agree on this option and on the election
    /// timeout, and the host must call <see cref="RaftServer.Periodic"/> between taking a read from its client and
    /// requesting it here. Where the clocks run apart by more than the margin reads can be stale. Default false.
    /// </summary>
    public bool LeaseReads { get; init; }

    /// <summary>
    /// The most that two servers' clocks are assumed to run apart within one election timeout. Default 250 ms.
    /// </summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The greatest <see cref="Priority"/>.</summary>
    public const int HighestPriority = 100;
}
