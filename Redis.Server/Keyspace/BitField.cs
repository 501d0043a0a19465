namespace Redis.Server.Keyspace;

/// <summary>What BITFIELD does when a result does not fit its type.</summary>
internal enum BitFieldOverflow
{
    Wrap,
    Saturate,
    Fail,
}

/// <summary>A BITFIELD type such as i16 or u8, and its arithmetic.</summary>
internal readonly record struct BitField(bool IsSigned, int Width)
{
    private Int128 Min => IsSigned ? -((Int128)1 << (Width - 1)) : 0;

    private Int128 Max => ((Int128)1 << (IsSigned ? Width - 1 : Width)) - 1;

    /// <summary>The value at a bit.</summary>
    public long Get(ReadOnlySpan<byte> bytes, long bit) => Narrow(Bitmap.GetField(bytes, bit, Width));

    public void Set(Span<byte> bytes, long bit, long value) => Bitmap.SetField(bytes, bit, Width, (ulong)value);

    /// <summary>Makes a result fit; false if it does not and is to fail.</summary>
    public bool TryFit(Int128 value, BitFieldOverflow overflow, out long fitted)
    {
        if (value >= Min && value <= Max)
        {
            fitted = (long)value;
            return true;
        }

        fitted = overflow == BitFieldOverflow.Saturate
            ? (long)(value > Max ? Max : Min)
            : Narrow((ulong)(UInt128)(value & ulong.MaxValue));
        return overflow != BitFieldOverflow.Fail;
    }

    private long Narrow(ulong bits)
    {
        int unused = 64 - Width;
        return IsSigned ? (long)(bits << unused) >> unused : (long)((bits << unused) >> unused);
    }
}
