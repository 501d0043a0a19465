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
    private ulong Mask => ulong.MaxValue >> (64 - Width);

    private long Max => (long)(IsSigned ? Mask >> 1 : Mask);

    private long Min => IsSigned ? ~Max : 0;

    /// <summary>The value at a bit.</summary>
    public long Get(ReadOnlySpan<byte> bytes, long bit) => Narrow(Bitmap.GetField(bytes, bit, Width));

    public void Set(Span<byte> bytes, long bit, long value) => Bitmap.SetField(bytes, bit, Width, (ulong)value);

    /// <summary>
    /// Adds and makes the sum fit; false if it does not and is to fail. <paramref name="value"/> need not fit itself: BITFIELD SET
    /// adds 0. Overflow is told by Redis's own arithmetic, which wraps around for values near the least there is.
    /// </summary>
    public bool TryAdd(long value, long increment, BitFieldOverflow overflow, out long result)
    {
        bool isOver = IsSigned ? IsOver(value, increment) : (ulong)value > (ulong)Max || (increment > 0 && increment > Max - value);
        bool isUnder = !isOver && (IsSigned ? IsUnder(value, increment) : increment < 0 && increment < -value);
        long sum = unchecked(value + increment);
        if (!isOver && !isUnder)
            result = sum;
        else if (overflow == BitFieldOverflow.Saturate)
            result = isOver ? Max : Min;
        else
            result = Narrow((ulong)sum);
        return (!isOver && !isUnder) || overflow != BitFieldOverflow.Fail;
    }

    private bool IsOver(long value, long increment)
    {
        long room = unchecked(Max - value);
        return value > Max || (Width != 64 && increment > room) || (value >= 0 && increment > 0 && increment > room);
    }

    private bool IsUnder(long value, long increment)
    {
        long room = unchecked(Min - value);
        return value < Min || (Width != 64 && increment < room) || (value < 0 && increment < 0 && increment < room);
    }

    private long Narrow(ulong bits)
    {
        int unused = 64 - Width;
        return IsSigned ? (long)(bits << unused) >> unused : (long)((bits << unused) >> unused);
    }
}
