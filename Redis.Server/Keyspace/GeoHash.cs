using System.Runtime.Intrinsics.X86;

namespace Redis.Server.Keyspace;

/// <summary>A point in degrees.</summary>
internal readonly record struct GeoPoint(double Longitude, double Latitude)
{
    public const double MaxLongitude = 180;

    /// <summary>Where the Mercator projection of the whole world is a square (EPSG:900913).</summary>
    public const double MaxLatitude = 85.05112878;

    /// <summary>Whether a geo command accepts it; not for NaN.</summary>
    public bool IsValid => Longitude is >= -MaxLongitude and <= MaxLongitude && Latitude is >= -MaxLatitude and <= MaxLatitude;
}

/// <summary>A rectangle in degrees.</summary>
internal readonly record struct GeoBox(double West, double South, double East, double North);

/// <summary>
/// A cell of the world cut in halves <paramref name="Step"/> times each way: bits of latitude (even) and longitude (odd) interleaved.
/// A sorted set's score is a cell of step 26, 52 bits, which a double holds exactly.
/// </summary>
internal readonly record struct GeoHash(ulong Bits, int Step)
{
    public const int MaxStep = 26;

    /// <summary>Bytes that <see cref="WriteText"/> writes.</summary>
    public const int TextLength = 11;

    private const ulong LatitudeBits = 0x5555555555555555;
    private const ulong LongitudeBits = 0xaaaaaaaaaaaaaaaa;

    private static ReadOnlySpan<byte> Alphabet => "0123456789bcdefghjkmnpqrstuvwxyz"u8;

    /// <summary>Whether it stands for "no cell".</summary>
    public bool IsNone => Step == 0;

    /// <summary>The lowest score of a point in this cell.</summary>
    public ulong FirstScore => Bits << (2 * (MaxStep - Step));

    /// <summary>The lowest score above those in this cell.</summary>
    public ulong EndScore => (Bits + 1) << (2 * (MaxStep - Step));

    /// <summary>The cell of a valid point.</summary>
    public static GeoHash Encode(GeoPoint point, int step = MaxStep) => Encode(point, step, GeoPoint.MaxLatitude);

    /// <summary>The point in the middle of the cell that a score stands for.</summary>
    public static GeoPoint PointOf(double score)
    {
        GeoBox box = new GeoHash(ScoreBits(score), MaxStep).Box();
        return new GeoPoint(
            Math.Clamp((box.West + box.East) / 2, -GeoPoint.MaxLongitude, GeoPoint.MaxLongitude),
            Math.Clamp((box.South + box.North) / 2, -GeoPoint.MaxLatitude, GeoPoint.MaxLatitude));
    }

    /// <summary>The text that geohash.org uses, of 11 characters, the last without information. There latitudes go to 90 degrees.</summary>
    public static void WriteText(GeoPoint point, Span<byte> text)
    {
        ulong bits = Encode(point, MaxStep, 90).Bits;
        for (int i = 0; i < TextLength - 1; i++)
        {
            text[i] = Alphabet[(int)(bits >> (52 - ((i + 1) * 5))) & 31];
        }

        text[TextLength - 1] = Alphabet[0];
    }

    /// <summary>The rectangle this cell covers.</summary>
    public GeoBox Box()
    {
        uint latitude = Even(Bits);
        uint longitude = Even(Bits >> 1);
        return new GeoBox(
            Edge(longitude, GeoPoint.MaxLongitude),
            Edge(latitude, GeoPoint.MaxLatitude),
            Edge(longitude + 1L, GeoPoint.MaxLongitude),
            Edge(latitude + 1L, GeoPoint.MaxLatitude));
    }

    /// <summary>The cell so many to the east (-1: west) and to the north (-1: south), around the edges of the world.</summary>
    public GeoHash Move(int east, int north)
    {
        ulong mask = ulong.MaxValue >> (64 - (Step * 2));
        ulong x = Advance(Bits & LongitudeBits, east, LatitudeBits & mask, LongitudeBits & mask);
        ulong y = Advance(Bits & LatitudeBits, north, LongitudeBits & mask, LatitudeBits & mask);
        return this with { Bits = x | y };
    }

    /// <summary>Adds one to a number spread over every second bit: the bits between are set to carry over them, or to borrow.</summary>
    private static ulong Advance(ulong value, int direction, ulong between, ulong own) => direction switch
    {
        > 0 => (value + between + 1) & own,
        < 0 => ((value | between) - (between + 1)) & own,
        _ => value,
    };

    /// <summary>A sorted set may hold any score; as Redis does, take its integer part.</summary>
    private static ulong ScoreBits(double score) => score switch
    {
        >= 18446744073709551616.0 => 0,
        >= 9223372036854775808.0 => (ulong)(long)(score - 9223372036854775808.0) ^ (1UL << 63),
        >= 0 => (ulong)score,
        > -9223372036854775809.0 => (ulong)(long)score,
        _ => 1UL << 63,
    };

    private static GeoHash Encode(GeoPoint point, int step, double maxLatitude)
    {
        double cells = 1UL << step;
        double latitude = (point.Latitude + maxLatitude) / (maxLatitude + maxLatitude) * cells;
        double longitude = (point.Longitude + GeoPoint.MaxLongitude) / (GeoPoint.MaxLongitude + GeoPoint.MaxLongitude) * cells;
        return new GeoHash(Spread((uint)latitude) | (Spread((uint)longitude) << 1), step);
    }

    private double Edge(long cell, double max) => -max + (cell * 1.0 / (1UL << Step) * (max + max));

    /// <summary>Moves bit i to bit 2i.</summary>
    private static ulong Spread(uint value)
    {
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.ParallelBitDeposit(value, LatitudeBits);
        }

        ulong x = value;
        x = (x | (x << 16)) & 0x0000FFFF0000FFFF;
        x = (x | (x << 8)) & 0x00FF00FF00FF00FF;
        x = (x | (x << 4)) & 0x0F0F0F0F0F0F0F0F;
        x = (x | (x << 2)) & 0x3333333333333333;
        return (x | (x << 1)) & LatitudeBits;
    }

    /// <summary>Moves bit 2i to bit i.</summary>
    private static uint Even(ulong bits)
    {
        if (Bmi2.X64.IsSupported)
        {
            return (uint)Bmi2.X64.ParallelBitExtract(bits, LatitudeBits);
        }

        ulong x = bits & LatitudeBits;
        x = (x | (x >> 1)) & 0x3333333333333333;
        x = (x | (x >> 2)) & 0x0F0F0F0F0F0F0F0F;
        x = (x | (x >> 4)) & 0x00FF00FF00FF00FF;
        x = (x | (x >> 8)) & 0x0000FFFF0000FFFF;
        return (uint)(x | (x >> 16));
    }
}
