using System.Numerics;

namespace Redis.Server.Diagnostics;

/// <summary>
/// How often a command took how long: an HDR histogram from 1 ns to 1 s with two significant digits, as Redis keeps one a
/// command, so that percentiles and buckets come out the same.
/// </summary>
internal sealed class LatencyHistogram
{
    private const long Longest = 1_000_000_000;
    private const int SubBuckets = 256;
    private const int Half = SubBuckets / 2;
    private const int Buckets = 23;

    private readonly long[] _counts = new long[(Buckets + 1) * Half];

    /// <summary>Durations recorded.</summary>
    public long Count { get; private set; }

    public void Record(long nanoseconds)
    {
        _counts[IndexOf(Math.Clamp(nanoseconds, 1, Longest))]++;
        Count++;
    }

    /// <summary>The longest duration, in nanoseconds, that counts as equal to the one at this percentile; 0 when nothing was recorded.</summary>
    public long ValueAt(double percentile)
    {
        long wanted = Math.Max(1, (long)(percentile / 100 * Count + 0.5));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return HighestOf(i);
            }
        }

        return 0;
    }

    /// <summary>How many took at most so many microseconds, at 1, 2, 4, … of them (LATENCY HISTOGRAM); steps without any are left out.</summary>
    public IEnumerable<(long Microseconds, long Cumulative)> Distribution()
    {
        long before = 0;
        long seen = 0;
        int index = 0;
        for (long step = 1024; before < Count; step *= 2)
        {
            int last = Math.Min(IndexOf(step), _counts.Length - 1);
            for (; index <= last; index++)
            {
                seen += _counts[index];
            }

            if (seen > before)
            {
                yield return (HighestOf(last) / 1000, seen);
            }

            before = seen;
        }
    }

    private static int IndexOf(long value)
    {
        int bucket = BitOperations.Log2((ulong)value | (SubBuckets - 1)) - 7;
        return ((bucket + 1) * Half) + (int)(value >> bucket) - Half;
    }

    private static long HighestOf(int index)
    {
        int bucket = (index / Half) - 1;
        int sub = (index % Half) + Half;
        if (bucket < 0)
        {
            bucket = 0;
            sub -= Half;
        }

        return ((long)(sub + 1) << bucket) - 1;
    }
}
