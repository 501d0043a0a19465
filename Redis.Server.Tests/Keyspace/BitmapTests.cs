using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class BitmapTests
{
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool Count_and_Find_agree_with_a_look_at_every_bit(byte[] bytes, byte repetitions, ushort a, ushort b, bool value)
    {
        byte[] map = [.. bytes, .. new byte[repetitions & 63], .. bytes, .. Enumerable.Repeat((byte)0xFF, repetitions & 31), 0x10];
        int bits = map.Length * 8;
        int first = Math.Min(a % bits, b % bits);
        int last = Math.Max(a % bits, b % bits);
        int count = 0;
        long found = -1;
        for (int i = first; i <= last; i++)
        {
            bool bit = Bitmap.Get(map, i);
            count += bit ? 1 : 0;
            if (bit == value && found < 0)
                found = i;
        }

        return Bitmap.Count(map, first, last) == count && Bitmap.Find(map, value, first, last) == found;
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool A_field_keeps_its_neighbours_and_comes_back(byte[] bytes, ushort offset, byte width, long value, bool signed)
    {
        byte[] map = [.. bytes, .. new byte[10]];
        BitField field = new(signed, 1 + (width % (signed ? 64 : 63)));
        int bit = offset % ((map.Length * 8) - field.Width);
        byte[] changed = [.. map];
        _ = field.TryAdd(value, 0, BitFieldOverflow.Wrap, out long fitted);
        field.Set(changed, bit, fitted);
        for (int i = 0; i < map.Length * 8; i++)
        {
            if ((i < bit || i >= bit + field.Width) && Bitmap.Get(map, i) != Bitmap.Get(changed, i))
                return false;
        }

        return field.Get(changed, bit) == fitted;
    }

    [FsCheck.NUnit.Property]
    public bool Combine_works_byte_by_byte(byte[] left, byte[] right, byte more)
    {
        byte[] a = [.. left, .. Enumerable.Range(0, more).Select(i => (byte)(i * 7))];
        byte[] b = [.. right, .. Enumerable.Range(0, more).Select(i => (byte)(i * 13))];
        int length = Math.Min(a.Length, b.Length);
        return Same(BitOperation.And, (x, y) => (byte)(x & y))
            && Same(BitOperation.Or, (x, y) => (byte)(x | y))
            && Same(BitOperation.Xor, (x, y) => (byte)(x ^ y));

        bool Same(BitOperation operation, Func<byte, byte, byte> each)
        {
            byte[] result = [.. a];
            Bitmap.Combine(operation, result, b);
            return result.AsSpan(0, length).SequenceEqual(a.Zip(b, each).ToArray()) && result.AsSpan(length).SequenceEqual(a.AsSpan(length));
        }
    }
}
