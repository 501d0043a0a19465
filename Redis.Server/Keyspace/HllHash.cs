using System.Buffers.Binary;
using System.Numerics;

namespace Redis.Server.Keyspace;

/// <summary>Where an element falls in a HyperLogLog: which register, and how long a run of zero bits it shows.</summary>
internal static class HllHash
{
    private const ulong Seed = 0xadc83b19;
    private const ulong M = 0xc6a4a7935bd1e995;
    private const int R = 47;

    /// <summary>The register, and the position (from 1) of the lowest set bit of the rest of the hash.</summary>
    public static (int Register, byte Count) Locate(ReadOnlySpan<byte> element)
    {
        ulong hash = Murmur64A(element);
        int register = (int)(hash & (HyperLogLog.Registers - 1));
        ulong rest = (hash >> HyperLogLog.RegisterBits) | (1UL << HyperLogLog.RestBits);
        return (register, (byte)(BitOperations.TrailingZeroCount(rest) + 1));
    }

    /// <summary>MurmurHash64A (Austin Appleby, public domain), little endian.</summary>
    public static ulong Murmur64A(ReadOnlySpan<byte> data)
    {
        ulong h = Seed ^ ((ulong)data.Length * M);
        while (data.Length >= 8)
        {
            ulong k = BinaryPrimitives.ReadUInt64LittleEndian(data) * M;
            k ^= k >> R;
            h = (h ^ (k * M)) * M;
            data = data[8..];
        }

        if (!data.IsEmpty)
        {
            ulong tail = 0;
            for (int i = data.Length - 1; i >= 0; i--)
            {
                tail = (tail << 8) | data[i];
            }

            h = (h ^ tail) * M;
        }

        h ^= h >> R;
        h *= M;
        return h ^ (h >> R);
    }
}
