namespace Raft.Storage;

/// <summary>Settings of a <see cref="RaftLog"/>.</summary>
public sealed record RaftLogOptions
{
    /// <summary>Smallest <see cref="SegmentBytes"/>.</summary>
    public const int MinSegmentBytes = 8 * 1024;

    /// <summary>Largest <see cref="SegmentBytes"/>.</summary>
    public const int MaxSegmentBytes = 1024 * 1024 * 1024;

    /// <summary>The cluster whose log it is, at most 32 ASCII characters; stands in every file.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The node whose log it is; stands in every file.</summary>
    public required int NodeId { get; init; }

    /// <summary>Files are named <c>FileName.0000000001</c> and so on. Default redisraft.db.</summary>
    public string FileName { get; init; } = "redisraft.db";

    /// <summary>Bytes of one file; a larger entry gets a file of its own. Default 16 MiB.</summary>
    public int SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Payload bytes of applied entries that are kept in memory; older ones are read from file. Default 64,000,000.</summary>
    public long MaxCacheBytes { get; init; } = 64_000_000;

    /// <summary>False: nothing is synced, and entries count as durable once written. A power cut then loses them.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>How long the log must be idle before a mark is written that proves all before it durable. Default 100 ms.</summary>
    public TimeSpan IdleMark { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Bytes a second up to which files are filled ahead of their use, which makes syncs short but doubles what is written.
    /// Default 8 MiB.
    /// </summary>
    public long MaxFillRate { get; init; } = 8 * 1024 * 1024;

    /// <summary>False in tests that drive the syncer themselves, one step at a time.</summary>
    internal bool HasThread { get; init; } = true;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentBytes, MinSegmentBytes, nameof(SegmentBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentBytes, MaxSegmentBytes, nameof(SegmentBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ClusterId.Length, Metadata.MaxClusterIdLength, nameof(ClusterId));
    }
}
