namespace Redis.Server.Keyspace;

/// <summary>Dense registers of a HyperLogLog: 6 bits each, from the least significant bit of the first byte on.</summary>
internal static class HllDense
{
    public const int BitsPerRegister = 6;

    private const int Mask = (1 << BitsPerRegister) - 1;

    public static byte Get(ReadOnlySpan<byte> registers, int index)
    {
        int at = index * BitsPerRegister / 8;
        int shift = index * BitsPerRegister & 7;
        int bits = registers[at] >> shift;
        if (shift > 8 - BitsPerRegister)
        {
            bits |= registers[at + 1] << (8 - shift);
        }

        return (byte)(bits & Mask);
    }

    public static void Set(Span<byte> registers, int index, byte value)
    {
        int at = index * BitsPerRegister / 8;
        int shift = index * BitsPerRegister & 7;
        registers[at] = (byte)((registers[at] & ~(Mask << shift)) | (value << shift));
        if (shift > 8 - BitsPerRegister)
        {
            registers[at + 1] = (byte)((registers[at + 1] & ~(Mask >> (8 - shift))) | (value >> (8 - shift)));
        }
    }

    /// <summary>Raises a register; false if it was as high already.</summary>
    public static bool Raise(Span<byte> registers, int index, byte value)
    {
        if (Get(registers, index) >= value)
        {
            return false;
        }

        Set(registers, index, value);
        return true;
    }

    /// <summary>Counts how many registers have each value. Four registers are three bytes.</summary>
    public static void Count(ReadOnlySpan<byte> registers, Span<int> histogram)
    {
        for (; registers.Length >= 3; registers = registers[3..])
        {
            int bits = registers[0] | (registers[1] << 8) | (registers[2] << 16);
            histogram[bits & Mask]++;
            histogram[(bits >> 6) & Mask]++;
            histogram[(bits >> 12) & Mask]++;
            histogram[bits >> 18]++;
        }
    }

    /// <summary>Raises each byte of <paramref name="maxima"/> to the register of the same index.</summary>
    public static void MergeInto(ReadOnlySpan<byte> registers, Span<byte> maxima)
    {
        for (; registers.Length >= 3; registers = registers[3..], maxima = maxima[4..])
        {
            int bits = registers[0] | (registers[1] << 8) | (registers[2] << 16);
            maxima[0] = Math.Max(maxima[0], (byte)(bits & Mask));
            maxima[1] = Math.Max(maxima[1], (byte)((bits >> 6) & Mask));
            maxima[2] = Math.Max(maxima[2], (byte)((bits >> 12) & Mask));
            maxima[3] = Math.Max(maxima[3], (byte)(bits >> 18));
        }
    }
}
