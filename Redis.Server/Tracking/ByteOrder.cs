namespace Redis.Server.Tracking;

/// <summary>Keys in the order of their bytes, as Redis's radix tree has them.</summary>
internal sealed class ByteOrder : IComparer<byte[]>
{
    public static ByteOrder Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
