using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Redis.Server.Keyspace;

/// <summary>Operations on the bits of a string. Bit 0 is the most significant bit of the first byte.</summary>
internal static class Bitmap
{
    public static bool Get(ReadOnlySpan<byte> bytes, long bit)
    {
        long at = bit >> 3;
        return at < bytes.Length && (bytes[(int)at] >> (int)(7 - (bit & 7)) & 1) != 0;
    }

    /// <summary>Sets or clears a bit that is there.</summary>
    public static void Set(Span<byte> bytes, long bit, bool value)
    {
        ref byte target = ref bytes[(int)(bit >> 3)];
        int mask = 1 << (int)(7 - (bit & 7));
        target = (byte)(value ? target | mask : target & ~mask);
    }

    /// <summary>Bits set from bit <paramref name="first"/> to bit <paramref name="last"/>, both inclusive and there.</summary>
    public static long Count(ReadOnlySpan<byte> bytes, long first, long last)
    {
        int start = (int)(first >> 3);
        int end = (int)(last >> 3);
        long count = Count(bytes[start..(end + 1)]);
        count -= BitOperations.PopCount((uint)(bytes[start] & ~(0xFF >> (int)(first & 7))));
        count -= BitOperations.PopCount((uint)(bytes[end] & (0x7F >> (int)(last & 7))));
        return count;
    }

    /// <summary>Bits set.</summary>
    public static long Count(ReadOnlySpan<byte> bytes)
    {
        // Four independent sums: the processor counts one word a cycle, each of these adds needs three.
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        long a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 4 <= words.Length; i += 4)
        {
            a += BitOperations.PopCount(words[i]);
            b += BitOperations.PopCount(words[i + 1]);
            c += BitOperations.PopCount(words[i + 2]);
            d += BitOperations.PopCount(words[i + 3]);
        }

        for (; i < words.Length; i++)
        {
            a += BitOperations.PopCount(words[i]);
        }

        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..])
        {
            a += BitOperations.PopCount(rest);
        }

        return a + b + c + d;
    }

    /// <summary>The first bit of this value from bit <paramref name="first"/> to bit <paramref name="last"/>, both inclusive and there; or -1.</summary>
    public static long Find(ReadOnlySpan<byte> bytes, bool value, long first, long last)
    {
        byte other = value ? (byte)0 : (byte)0xFF;
        int start = (int)(first >> 3);
        int end = (int)(last >> 3);

        // In the first byte, what lies before the range is made to look like the other value.
        int before = 0xFF & ~(0xFF >> (int)(first & 7));
        int head = value ? bytes[start] & ~before : bytes[start] | before;
        long found;
        if ((byte)head != other)
        {
            found = ((long)start << 3) + FirstInByte((byte)head, value);
        }
        else
        {
            int skipped = bytes[(start + 1)..(end + 1)].IndexOfAnyExcept(other);
            if (skipped < 0)
            {
                return -1;
            }

            int at = start + 1 + skipped;
            found = ((long)at << 3) + FirstInByte(bytes[at], value);
        }

        return found <= last ? found : -1;
    }

    /// <summary>destination = destination op source, over the length of the shorter.</summary>
    public static void Combine(BitOperation operation, Span<byte> destination, ReadOnlySpan<byte> source)
    {
        int length = Math.Min(destination.Length, source.Length);
        int i = 0;
        for (; i + Vector256<byte>.Count <= length; i += Vector256<byte>.Count)
        {
            Vector256<byte> left = Vector256.Create<byte>(destination[i..]);
            Vector256<byte> right = Vector256.Create(source[i..]);
            Vector256<byte> result = operation switch
            {
                BitOperation.And => left & right,
                BitOperation.Or => left | right,
                _ => left ^ right,
            };
            result.CopyTo(destination[i..]);
        }

        for (; i < length; i++)
        {
            destination[i] = (byte)(operation switch
            {
                BitOperation.And => destination[i] & source[i],
                BitOperation.Or => destination[i] | source[i],
                _ => destination[i] ^ source[i],
            });
        }
    }

    /// <summary>Turns every bit over.</summary>
    public static void Invert(Span<byte> bytes)
    {
        int i = 0;
        for (; i + Vector256<byte>.Count <= bytes.Length; i += Vector256<byte>.Count)
        {
            (~Vector256.Create<byte>(bytes[i..])).CopyTo(bytes[i..]);
        }

        for (; i < bytes.Length; i++)
        {
            bytes[i] = (byte)~bytes[i];
        }
    }

    /// <summary>An unsigned integer of up to 64 bits at any bit; bits after the end are zeros.</summary>
    public static ulong GetField(ReadOnlySpan<byte> bytes, long bit, int width)
    {
        Span<byte> window = stackalloc byte[9];
        window.Clear();
        long at = bit >> 3;
        if (at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[(int)at..];
            rest[..Math.Min(rest.Length, window.Length)].CopyTo(window);
        }

        UInt128 bits = ((UInt128)BinaryPrimitives.ReadUInt64BigEndian(window) << 8) | window[8];
        return (ulong)(bits >> (72 - (int)(bit & 7) - width)) & Mask(width);
    }

    /// <summary>Writes an unsigned integer of up to 64 bits at any bit that is there.</summary>
    public static void SetField(Span<byte> bytes, long bit, int width, ulong value)
    {
        for (int i = 0; i < width; i++)
        {
            Set(bytes, bit + i, (value >> (width - 1 - i) & 1) != 0);
        }
    }

    private static ulong Mask(int width) => ulong.MaxValue >> (64 - width);

    private static int FirstInByte(byte b, bool value) => BitOperations.LeadingZeroCount((uint)(value ? b : (byte)~b)) - 24;
}

/// <summary>How BITOP combines strings.</summary>
internal enum BitOperation
{
    And,
    Or,
    Xor,
    Not,
}
