using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Redis.Server.Keyspace;

/// <summary>
/// SipHash-1-3 (Aumasson, Bernstein) with one fixed key: every replica hashes alike, so a SCAN cursor stays good after a
/// change of leader, and colliding keys cannot be found without computing the keyed hash.
/// </summary>
internal static class SipHash
{
    private const ulong K0 = 0x7261_6674_2e63_6f72;
    private const ulong K1 = 0x6b65_7973_7061_6365;

    /// <summary>The 64-bit hash of <paramref name="data"/>.</summary>
    public static ulong Hash(ReadOnlySpan<byte> data)
    {
        ulong v0 = K0 ^ 0x736f6d6570736575, v1 = K1 ^ 0x646f72616e646f6d;
        ulong v2 = K0 ^ 0x6c7967656e657261, v3 = K1 ^ 0x7465646279746573;
        ulong tail = (ulong)data.Length << 56;
        while (data.Length >= 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(data);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
            data = data[8..];
        }

        for (int i = 0; i < data.Length; i++)
            tail |= (ulong)data[i] << (8 * i);
        v3 ^= tail;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= tail;
        v2 ^= 0xff;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
