namespace Redis.Server.Keyspace;

/// <summary>
/// Sparse registers of a HyperLogLog as runs: 00llllll is l+1 zeros, 01llllll llllllll is l+1 zeros, 1vvvvvll is l+1 registers of value v+1.
/// </summary>
internal static class HllSparse
{
    /// <summary>The highest register that a run can hold.</summary>
    public const int MaxValue = 32;

    /// <summary>Bytes that one change can add: a long run of zeros split around a value.</summary>
    public const int MaxGrowth = 3;

    private const int MaxValueRun = 4;
    private const int MaxShortZeros = 64;

    // Runs looked at for merging after a change, from the one before it on.
    private const int MergeWindow = 5;

    /// <summary>One run.</summary>
    internal readonly record struct Run(int Position, int Size, int First, int Length, byte Value)
    {
        public int Last => First + Length - 1;
    }

    /// <summary>Writes a run of zeros in its shortest form; returns its size.</summary>
    public static int WriteZeros(Span<byte> destination, int length)
    {
        if (length <= MaxShortZeros)
        {
            destination[0] = (byte)(length - 1);
            return 1;
        }

        destination[0] = (byte)(0x40 | ((length - 1) >> 8));
        destination[1] = (byte)(length - 1);
        return 2;
    }

    /// <summary>Whether the runs cover every register exactly once.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> runs)
    {
        int covered = 0;
        foreach (Run run in new Runs(runs))
        {
            covered = run.First + run.Length;
        }

        return covered == HyperLogLog.Registers;
    }

    /// <summary>
    /// Raises a register in the runs <paramref name="bytes"/>[<paramref name="start"/>..<paramref name="end"/>], which has room for
    /// <see cref="MaxGrowth"/> more bytes.
    /// </summary>
    public static HllChange Raise(byte[] bytes, int start, ref int end, int index, byte value, int maxLength)
    {
        if (value > MaxValue)
        {
            return HllChange.NeedsDense;
        }

        if (!TryFind(bytes.AsSpan(start, end - start), index, out Run run, out int previous))
        {
            return HllChange.Damaged;
        }

        if (run.Value >= value)
        {
            return HllChange.None;
        }

        Span<byte> replacement = stackalloc byte[5];
        int size = Split(run, index, value, replacement);
        int growth = size - run.Size;
        if (growth > 0 && end + growth > maxLength)
        {
            return HllChange.NeedsDense;
        }

        int after = start + run.Position + run.Size;
        bytes.AsSpan(after, end - after).CopyTo(bytes.AsSpan(after + growth));
        replacement[..size].CopyTo(bytes.AsSpan(start + run.Position));
        end += growth;
        Merge(bytes, start + previous, ref end);
        return HllChange.Raised;
    }

    private static bool TryFind(ReadOnlySpan<byte> runs, int index, out Run found, out int previous)
    {
        previous = 0;
        foreach (Run run in new Runs(runs))
        {
            if (index <= run.Last)
            {
                found = run;
                return run.Position + run.Size <= runs.Length;
            }

            previous = run.Position;
        }

        found = default;
        return false;
    }

    /// <summary>The run with one register changed: what is left of it, the register, what is left of it.</summary>
    private static int Split(Run run, int index, byte value, Span<byte> destination)
    {
        int size = 0;
        if (index != run.First)
        {
            size += WriteRun(destination, run.Value, index - run.First);
        }

        size += WriteValues(destination[size..], value, 1);
        if (index != run.Last)
        {
            size += WriteRun(destination[size..], run.Value, run.Last - index);
        }

        return size;
    }

    private static int WriteRun(Span<byte> destination, byte value, int length)
        => value == 0 ? WriteZeros(destination, length) : WriteValues(destination, value, length);

    private static int WriteValues(Span<byte> destination, byte value, int length)
    {
        destination[0] = (byte)(0x80 | ((value - 1) << 2) | (length - 1));
        return 1;
    }

    /// <summary>Joins neighbouring runs of the same value where they fit one.</summary>
    private static void Merge(byte[] bytes, int position, ref int end)
    {
        for (int i = 0; i < MergeWindow && position < end; i++)
        {
            byte run = bytes[position];
            if (run < 0x80)
            {
                position += run >= 0x40 ? 2 : 1;
                continue;
            }

            if (position + 1 < end && CanJoin(run, bytes[position + 1]))
            {
                bytes[position + 1] = (byte)(run + (bytes[position + 1] & 3) + 1);
                bytes.AsSpan(position + 1, end - position - 1).CopyTo(bytes.AsSpan(position));
                end--;
                continue;
            }

            position++;
        }
    }

    private static bool CanJoin(byte left, byte right) => (left & ~3) == (right & ~3) && (left & 3) + (right & 3) + 2 <= MaxValueRun;

    /// <summary>Enumerates runs. A long run of zeros whose second byte is missing comes out with the size of two.</summary>
    internal ref struct Runs(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _position;
        private int _first;

        public Run Current { get; private set; }

        public readonly Runs GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_position >= _bytes.Length || _first > HyperLogLog.Registers)
            {
                return false;
            }

            byte b = _bytes[_position];
            Current = b switch
            {
                >= 0x80 => new Run(_position, 1, _first, (b & 3) + 1, (byte)(((b >> 2) & 31) + 1)),
                >= 0x40 => new Run(_position, 2, _first, (((b & 63) << 8) | (_position + 1 < _bytes.Length ? _bytes[_position + 1] : 0)) + 1, 0),
                _ => new Run(_position, 1, _first, b + 1, 0),
            };
            _position += Current.Size;
            _first += Current.Length;
            return true;
        }
    }
}

/// <summary>What came of raising a register.</summary>
internal enum HllChange
{
    /// <summary>It was as high already.</summary>
    None,

    Raised,

    /// <summary>The sparse form cannot hold it, or would become too long.</summary>
    NeedsDense,

    /// <summary>The registers are not what a HyperLogLog has.</summary>
    Damaged,
}
