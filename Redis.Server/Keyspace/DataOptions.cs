namespace Redis.Server.Keyspace;

/// <summary>
/// Limits and encoding thresholds of the data types, named as in redis.conf. They decide how values are kept, what is
/// refused and what is drawn at random, so all replicas must use the same at the same entry: they change by entries only.
/// </summary>
internal sealed record DataOptions
{
    /// <summary>proto-max-bulk-len: the longest string, in bytes.</summary>
    public long ProtoMaxBulkLen { get; init; } = 512L * 1024 * 1024;

    /// <summary>list-max-listpack-size: elements a node, or -1 to -5 for 4 to 64 KiB.</summary>
    public int ListMaxListpackSize { get; init; } = -2;

    /// <summary>DEBUG QUICKLIST-PACKED-THRESHOLD: from so many bytes on an element of a list has a node to itself.</summary>
    public long QuickListPackedThreshold { get; init; } = 1L << 30;

    /// <summary>hash-max-listpack-entries</summary>
    public int HashMaxListpackEntries { get; init; } = 512;

    /// <summary>hash-max-listpack-value, in bytes.</summary>
    public int HashMaxListpackValue { get; init; } = 64;

    /// <summary>set-max-intset-entries</summary>
    public int SetMaxIntsetEntries { get; init; } = 512;

    /// <summary>zset-max-listpack-entries</summary>
    public int ZsetMaxListpackEntries { get; init; } = 128;

    /// <summary>zset-max-listpack-value, in bytes.</summary>
    public int ZsetMaxListpackValue { get; init; } = 64;

    /// <summary>hll-sparse-max-bytes</summary>
    public int HllSparseMaxBytes { get; init; } = 3000;

    /// <summary>Whether keys are removed when they fall due, and not only when somebody touches them (DEBUG SET-ACTIVE-EXPIRE).</summary>
    public bool ExpiresActively { get; init; } = true;

    /// <summary>Whether scripts may call commands that block, which do not wait there (DEBUG SET-DISABLE-DENY-SCRIPTS).</summary>
    public bool ScriptsMayBlock { get; init; }

    /// <summary>Whether RESTORE takes payloads with a wrong checksum (DEBUG SET-SKIP-CHECKSUM-VALIDATION).</summary>
    public bool IgnoresChecksums { get; init; }
}
