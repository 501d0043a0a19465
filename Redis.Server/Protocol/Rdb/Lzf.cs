using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Redis.Server.Protocol.Rdb;

/// <summary>
/// LibLZF's format, in which RDB stores long strings. A control byte below 32 is followed by that many literals plus one; otherwise its
/// upper three bits (7: a length byte follows) give a match length less two, and its lower five with the next byte the distance less one.
/// The compressor makes LibLZF's "very fast" choices, so that its output is what redis-server writes for the same input.
/// </summary>
internal sealed class Lzf
{
    /// <summary>A three byte match unit yields at most this many bytes: no honest payload expands further.</summary>
    public const int MaxMatch = (1 << 8) + (1 << 3);

    private const int HashBits = 16;
    private const int MaxLiterals = 1 << 5;
    private const int MaxDistance = 1 << 13;

    // Where three bytes with this hash last began, plus _base. What earlier calls left is below _base, so the table needs no clearing.
    private readonly int[] _table = new int[1 << HashBits];
    private int _base = 1;

    /// <summary>Compresses into <paramref name="output"/>; 0 when it does not fit, which is how callers ask for "only if smaller".</summary>
    public int Compress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length < 3 || output.Length < 4)
        {
            return 0;
        }

        int start = NextBase(input.Length);
        ref byte source = ref MemoryMarshal.GetReference(input);
        int ip = 0;
        int op = 1; // output[op - literals - 1] is kept for the control byte of the run of literals under way
        int literals = 0;
        while (ip < input.Length - 2)
        {
            ref int slot = ref _table[Hash(ref source, ip)];
            int candidate = slot - start;
            slot = start + ip;
            if (candidate > 0 && ip - candidate - 1 < MaxDistance && SameThree(ref source, candidate, ip))
            {
                if (op - (literals == 0 ? 1 : 0) + 4 >= output.Length)
                {
                    return 0;
                }

                op = EndRun(output, op, literals);
                int length = MatchLength(input, candidate, ip);
                op = WriteMatch(output, op, length, ip - candidate - 1);
                literals = 0;
                op++;
                ip += length;
                if (ip >= input.Length - 2)
                {
                    break;
                }

                _table[Hash(ref source, ip - 2)] = start + ip - 2;
                _table[Hash(ref source, ip - 1)] = start + ip - 1;
                continue;
            }

            if (op >= output.Length)
            {
                return 0;
            }

            output[op++] = input[ip++];
            op = CountLiteral(output, op, ref literals);
        }

        return Finish(input, ip, output, op, literals);
    }

    private int NextBase(int length)
    {
        if (_base > int.MaxValue - length)
        {
            Array.Clear(_table);
            _base = 1;
        }

        int start = _base;
        _base += length;
        return start;
    }

    /// <summary>Expands <paramref name="input"/> to exactly fill <paramref name="output"/>; false if the input is damaged.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int ip = 0;
        int op = 0;
        while (ip < input.Length)
        {
            int control = input[ip++];
            if (control < MaxLiterals)
            {
                int count = control + 1;
                if (count > input.Length - ip || count > output.Length - op)
                {
                    return false;
                }

                input.Slice(ip, count).CopyTo(output[op..]);
                ip += count;
                op += count;
                continue;
            }

            int length = control >> 5;
            if (length == 7)
            {
                if (ip >= input.Length)
                {
                    return false;
                }

                length += input[ip++];
            }

            length += 2;
            if (ip >= input.Length)
            {
                return false;
            }

            int distance = (((control & 0x1f) << 8) | input[ip++]) + 1;
            if (distance > op || length > output.Length - op)
            {
                return false;
            }

            CopyMatch(output, op, distance, length);
            op += length;
        }

        return op == output.Length;
    }

    private static void CopyMatch(Span<byte> output, int op, int distance, int length)
    {
        if (distance >= length)
        {
            output.Slice(op - distance, length).CopyTo(output[op..]);
            return;
        }

        // Overlapping: the match repeats bytes it has just produced.
        for (int i = 0; i < length; i++)
        {
            output[op + i] = output[op + i - distance];
        }
    }

    private static int Finish(ReadOnlySpan<byte> input, int ip, Span<byte> output, int op, int literals)
    {
        if (op + 3 > output.Length)
        {
            return 0;
        }

        while (ip < input.Length)
        {
            output[op++] = input[ip++];
            op = CountLiteral(output, op, ref literals);
        }

        return EndRun(output, op, literals);
    }

    /// <summary>Writes the control byte of the run that ends here; an empty run gives its place back.</summary>
    private static int EndRun(Span<byte> output, int op, int literals)
    {
        if (literals == 0)
        {
            return op - 1;
        }

        output[op - literals - 1] = (byte)(literals - 1);
        return op;
    }

    private static int CountLiteral(Span<byte> output, int op, ref int literals)
    {
        if (++literals < MaxLiterals)
        {
            return op;
        }

        output[op - literals - 1] = MaxLiterals - 1;
        literals = 0;
        return op + 1;
    }

    private static int WriteMatch(Span<byte> output, int op, int length, int offset)
    {
        int stored = length - 2;
        if (stored < 7)
        {
            output[op++] = (byte)((offset >> 8) + (stored << 5));
        }
        else
        {
            output[op++] = (byte)((offset >> 8) + (7 << 5));
            output[op++] = (byte)(stored - 7);
        }

        output[op++] = (byte)offset;
        return op;
    }

    /// <summary>How far the text at <paramref name="candidate"/> and at <paramref name="ip"/> agree, at least 3. LibLZF's limit is two
    /// less than what is left, but its loop tests the limit only after the third byte, or after sixteen more when there are as many.</summary>
    private static int MatchLength(ReadOnlySpan<byte> input, int candidate, int ip)
    {
        int limit = Math.Min(input.Length - ip - 2, MaxMatch);
        limit = Math.Max(limit, limit > 16 ? 19 : 3);
        return 3 + input.Slice(ip + 3, limit - 3).CommonPrefixLength(input.Slice(candidate + 3, limit - 3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SameThree(ref byte source, int a, int b)
        => Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref source, a)) == Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref source, b))
            && Unsafe.Add(ref source, a + 2) == Unsafe.Add(ref source, b + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(ref byte source, int position)
    {
        uint h = ((uint)Unsafe.Add(ref source, position) << 16)
            | ((uint)Unsafe.Add(ref source, position + 1) << 8)
            | Unsafe.Add(ref source, position + 2);
        return (int)(((h >> ((3 * 8) - HashBits)) - (h * 5)) & ((1 << HashBits) - 1));
    }
}
