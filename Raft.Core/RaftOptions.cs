namespace Raft.Core;

/// <summary>
/// Settings of one server. Times are simulated or real alike: the server knows only what it is told elapsed. A value out of its
/// range is refused with <see cref="ArgumentOutOfRangeException"/> when the options are given to <see cref="RaftServer"/>.
/// </summary>
/// <remarks>
/// Heartbeats several times shorter than the election timeout, and both well above a round trip and a sync of the disk,
/// keep a busy leader in office; the server does not enforce that.
/// </remarks>
public sealed record RaftOptions
{
    /// <summary>Silence from the leader after which a follower campaigns; randomised from here up to twice this. More than 0, default 1000 ms.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>How often an idle leader sends heartbeats. More than 0, default 200 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a transfer of leadership may take before the leader takes proposals again. More than 0, default 1000 ms.</summary>
    public TimeSpan TransferTimeout { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>AppendEntries with entries in flight to one peer. 1 or more, default 2.</summary>
    public int MaxAppendsInFlight { get; init; } = 2;

    /// <summary>Payload bytes in one AppendEntries, unless its only entry has more. 1 or more, default 2 MiB.</summary>
    public long MaxAppendBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Entries in one AppendEntries. 1 or more, default 65536.</summary>
    public int MaxAppendEntries { get; init; } = 65536;

    /// <summary>Snapshot chunks in flight to one peer. 1 or more, default 32.</summary>
    public int MaxSnapshotChunksInFlight { get; init; } = 32;

    /// <summary>Bytes of one snapshot chunk. 1 or more, default 65536.</summary>
    public int MaxSnapshotChunkBytes { get; init; } = 65536;

    /// <summary>
    /// Payload bytes that may wait at the leader to be committed and handed to the state machine; beyond it proposals
    /// are refused as <see cref="ProposeResult.Overloaded"/>, except that one is always taken. 0 or more, default 1 GiB.
    /// </summary>
    public long MaxUncommittedBytes { get; init; } = 1L << 30;

    /// <summary>Payload bytes of one entry; a larger one is refused as <see cref="ProposeResult.TooLarge"/>. 0 or more, default 1 GiB.</summary>
    public long MaxEntryBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Payload bytes, and 64 for each entry, that may be handed to <see cref="IRaftCallbacks.Apply"/> ahead of
    /// <see cref="RaftServer.EntriesApplied"/>. 0, which hands nothing over, or more; default 64 MiB.
    /// </summary>
    public long MaxUnappliedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Entries that stay in the log behind a snapshot, so that a follower a little behind needs no snapshot. 0 or more, default 10000.
    /// </summary>
    public int KeptEntries { get; init; } = 10_000;

    /// <summary>Payload bytes that stay in the log behind a snapshot at most. 0 or more, default 16 MiB.</summary>
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
    /// The most that two servers' clocks are assumed to run apart within one election timeout. 0 or more, default 250 ms. Nothing is
    /// answered by lease when it is as long as <see cref="ElectionTimeout"/>.
    /// </summary>
    public TimeSpan LeaseMargin { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The greatest <see cref="Priority"/>.</summary>
    public const int HighestPriority = 100;

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the exception names the option.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ElectionTimeout, TimeSpan.Zero, nameof(ElectionTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HeartbeatInterval, TimeSpan.Zero, nameof(HeartbeatInterval));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TransferTimeout, TimeSpan.Zero, nameof(TransferTimeout));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxAppendsInFlight, nameof(MaxAppendsInFlight));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxAppendBytes, nameof(MaxAppendBytes));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxAppendEntries, nameof(MaxAppendEntries));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSnapshotChunksInFlight, nameof(MaxSnapshotChunksInFlight));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSnapshotChunkBytes, nameof(MaxSnapshotChunkBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxUncommittedBytes, nameof(MaxUncommittedBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxEntryBytes, nameof(MaxEntryBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxUnappliedBytes, nameof(MaxUnappliedBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(KeptEntries, nameof(KeptEntries));
        ArgumentOutOfRangeException.ThrowIfNegative(KeptBytes, nameof(KeptBytes));
        ArgumentOutOfRangeException.ThrowIfNegative(Priority, nameof(Priority));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Priority, HighestPriority, nameof(Priority));
        ArgumentOutOfRangeException.ThrowIfLessThan(LeaseMargin, TimeSpan.Zero, nameof(LeaseMargin));
    }
}
