namespace Redis.Server.Keyspace;

/// <summary>What objects cost on the 64-bit managed heap: a header and a type pointer, rounded up to 8 bytes.</summary>
internal static class HeapSize
{
    /// <summary>Header, type pointer.</summary>
    public const int ObjectOverhead = 16;

    /// <summary>A byte array.</summary>
    public static long Array(int length) => (length + 24L + 7) & ~7L;
}
