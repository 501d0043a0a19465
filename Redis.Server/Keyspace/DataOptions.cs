namespace Redis.Server.Keyspace;

/// <summary>
/// Limits and encoding thresholds of the data types, named as in redis.conf. The same on every replica: they decide how
/// values are kept and what is refused.
/// </summary>
internal sealed class DataOptions
{
    /// <summary>proto-max-bulk-len: the longest string, in bytes.</summary>
    public long ProtoMaxBulkLen { get; set; } = 512L * 1024 * 1024;

    /// <summary>list-max-listpack-size: elements a node, or -1 to -5 for 4 to 64 KiB.</summary>
    public int ListMaxListpackSize { get; set; } = -2;

    /// <summary>hash-max-listpack-entries</summary>
    public int HashMaxListpackEntries { get; set; } = 512;

    /// <summary>hash-max-listpack-value, in bytes.</summary>
    public int HashMaxListpackValue { get; set; } = 64;

    /// <summary>set-max-intset-entries</summary>
    public int SetMaxIntsetEntries { get; set; } = 512;

    /// <summary>zset-max-listpack-entries</summary>
    public int ZsetMaxListpackEntries { get; set; } = 128;

    /// <summary>zset-max-listpack-value, in bytes.</summary>
    public int ZsetMaxListpackValue { get; set; } = 64;

    /// <summary>hll-sparse-max-bytes</summary>
    public int HllSparseMaxBytes { get; set; } = 3000;
}
