using System.Buffers.Binary;

namespace Redis.Server.Keyspace;

/// <summary>
/// The HyperLogLog that a string value holds, in Redis's bytes: "HYLL", encoding, three unused, cached cardinality (8, little endian, highest
/// bit: stale), registers. Here is what both encodings share; <see cref="HllDense"/> and <see cref="HllSparse"/> have the registers.
/// </summary>
internal static class HyperLogLog
{
    /// <summary>log2 of the number of registers.</summary>
    public const int RegisterBits = 14;

    public const int Registers = 1 << RegisterBits;

    /// <summary>Bits of the hash that are left to count zeros in.</summary>
    public const int RestBits = 64 - RegisterBits;

    public const int HeaderLength = 16;

    public const int DenseLength = HeaderLength + (Registers * HllDense.BitsPerRegister / 8);

    private const int EncodingAt = 4;
    private const int CachedAt = 8;
    private const byte Dense = 0;
    private const byte Sparse = 1;
    private const byte Stale = 0x80;

    // 0.5 / ln 2
    private const double AlphaInfinity = 0.721347520444481703680;

    /// <summary>An empty one: sparse, one run of zeros over all registers.</summary>
    public static byte[] Create()
    {
        byte[] bytes = new byte[HeaderLength + 2];
        WriteHeader(bytes, Sparse);
        HllSparse.WriteZeros(bytes.AsSpan(HeaderLength), Registers);
        return bytes;
    }

    /// <summary>Whether a string looks like a HyperLogLog. The registers of a sparse one are checked where they are read.</summary>
    public static bool IsValid(ReadOnlySpan<byte> value)
        => value.Length >= HeaderLength
            && value.StartsWith("HYLL"u8)
            && value[EncodingAt] <= Sparse
            && (value[EncodingAt] != Dense || value.Length == DenseLength);

    public static bool IsSparse(ReadOnlySpan<byte> value) => value[EncodingAt] == Sparse;

    /// <summary>Marks the cached cardinality as stale.</summary>
    public static void Invalidate(Span<byte> value) => value[CachedAt + 7] |= Stale;

    /// <summary>The cached cardinality, unless it is stale.</summary>
    public static bool TryGetCached(ReadOnlySpan<byte> value, out ulong cardinality)
    {
        cardinality = BinaryPrimitives.ReadUInt64LittleEndian(value[CachedAt..]);
        return (value[CachedAt + 7] & Stale) == 0;
    }

    /// <summary>Stores the cardinality.</summary>
    public static void Cache(Span<byte> value, ulong cardinality) => BinaryPrimitives.WriteUInt64LittleEndian(value[CachedAt..], cardinality);

    /// <summary>The dense form of a sparse one; null if that is damaged.</summary>
    public static byte[]? ToDense(ReadOnlySpan<byte> sparse)
    {
        byte[] dense = new byte[DenseLength];
        sparse[..HeaderLength].CopyTo(dense);
        dense[EncodingAt] = Dense;
        Span<byte> registers = dense.AsSpan(HeaderLength);
        foreach (HllSparse.Run run in new HllSparse.Runs(sparse[HeaderLength..]))
        {
            if (run.First + run.Length > Registers)
            {
                return null;
            }

            for (int i = 0; run.Value != 0 && i < run.Length; i++)
            {
                HllDense.Set(registers, run.First + i, run.Value);
            }
        }

        return HllSparse.IsComplete(sparse[HeaderLength..]) ? dense : null;
    }

    /// <summary>Raises every register of <paramref name="maxima"/> (a byte each) to the one here; false if this one is damaged.</summary>
    public static bool TryMergeInto(ReadOnlySpan<byte> value, Span<byte> maxima)
    {
        ReadOnlySpan<byte> registers = value[HeaderLength..];
        if (!IsSparse(value))
        {
            HllDense.MergeInto(registers, maxima);
            return true;
        }

        foreach (HllSparse.Run run in new HllSparse.Runs(registers))
        {
            if (run.First + run.Length > Registers)
            {
                return false;
            }

            foreach (ref byte maximum in maxima.Slice(run.First, run.Length))
            {
                maximum = Math.Max(maximum, run.Value);
            }
        }

        return HllSparse.IsComplete(registers);
    }

    /// <summary>The estimate; false if the sparse registers are damaged.</summary>
    public static bool TryCount(ReadOnlySpan<byte> value, out ulong cardinality)
    {
        Span<int> histogram = stackalloc int[64];
        histogram.Clear();
        ReadOnlySpan<byte> registers = value[HeaderLength..];
        if (IsSparse(value))
        {
            foreach (HllSparse.Run run in new HllSparse.Runs(registers))
            {
                histogram[run.Value] += run.Length;
            }
        }
        else
        {
            HllDense.Count(registers, histogram);
        }

        cardinality = Estimate(histogram);
        return !IsSparse(value) || HllSparse.IsComplete(registers);
    }

    /// <summary>The estimate from registers of a byte each.</summary>
    public static ulong Count(ReadOnlySpan<byte> maxima)
    {
        Span<int> histogram = stackalloc int[64];
        histogram.Clear();
        foreach (byte register in maxima)
        {
            histogram[register]++;
        }

        return Estimate(histogram);
    }

    private static void WriteHeader(Span<byte> bytes, byte encoding)
    {
        "HYLL"u8.CopyTo(bytes);
        bytes[EncodingAt] = encoding;
    }

    /// <summary>Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, algorithm 6.</summary>
    private static ulong Estimate(ReadOnlySpan<int> histogram)
    {
        const double m = Registers;
        double z = m * Tau((m - histogram[RestBits + 1]) / m);
        for (int j = RestBits; j >= 1; j--)
        {
            z += histogram[j];
            z *= 0.5;
        }

        z += m * Sigma(histogram[0] / m);
        return (ulong)Math.Round(AlphaInfinity * m * m / z, MidpointRounding.AwayFromZero);
    }

    private static double Tau(double x)
    {
        if (x is 0.0 or 1.0)
        {
            return 0.0;
        }

        double y = 1.0;
        double z = 1 - x;
        double previous;
        do
        {
            x = Math.Sqrt(x);
            previous = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        }
        while (previous != z);
        return z / 3;
    }

    private static double Sigma(double x)
    {
        if (x == 1.0)
        {
            return double.PositiveInfinity;
        }

        double y = 1.0;
        double z = x;
        double previous;
        do
        {
            x *= x;
            previous = z;
            z += x * y;
            y += y;
        }
        while (previous != z);
        return z;
    }
}
