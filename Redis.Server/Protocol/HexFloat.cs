namespace Redis.Server.Protocol;

/// <summary>C's hexadecimal floating constants ("1.8p3" after the 0x), which strtod accepts and so Redis does.</summary>
internal static class HexFloat
{
    /// <summary>Parses what follows "0x"; rounds once, to nearest even.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        ulong mantissa = 0;
        bool sticky = false, seenDigit = false, seenPoint = false;
        long exponent = 0;
        int i = 0;
        for (; i < text.Length; i++)
        {
            if (text[i] == '.' && !seenPoint)
            {
                seenPoint = true;
                continue;
            }

            if (!char.IsAsciiHexDigit((char)text[i]))
                break;
            seenDigit = true;
            uint digit = (uint)Convert.ToInt32(((char)text[i]).ToString(), 16);
            if (mantissa >> 58 == 0)
            {
                mantissa = mantissa << 4 | digit;
                exponent -= seenPoint ? 4 : 0;
            }
            else
            {
                sticky |= digit != 0;
                exponent += seenPoint ? 0 : 4;
            }
        }

        if (!seenDigit)
            return false;
        if (i < text.Length && !TryParseExponent(text[i..], ref exponent))
            return false;
        // A sticky bit below 59 or more significant bits keeps the one rounding right.
        value = Scale(mantissa << 1 | (sticky ? 1u : 0), exponent - 1);
        return true;
    }

    private static bool TryParseExponent(ReadOnlySpan<byte> text, ref long exponent)
    {
        if ((text[0] | 0x20) != 'p' || text.Length < 2)
            return false;
        bool negative = text[1] == '-';
        int i = negative || text[1] == '+' ? 2 : 1;
        if (i == text.Length)
            return false;
        long power = 0;
        for (; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit((char)text[i]))
                return false;
            power = Math.Min(power * 10 + (text[i] - '0'), 1_000_000);
        }

        exponent += negative ? -power : power;
        return true;
    }

    private static double Scale(ulong mantissa, long exponent)
    {
        if (mantissa == 0)
            return 0;
        // Subnormal results would round twice in ScaleB: drop the bits below 2^-1074 here, keeping a sticky bit.
        int length = 64 - System.Numerics.BitOperations.LeadingZeroCount(mantissa);
        long precision = Math.Min(53, length + exponent + 1074);
        long excess = length - Math.Max(precision, 0);
        if (precision < 0)
            return 0;
        if (excess > 0)
        {
            ulong rest = excess == 64 ? mantissa : mantissa & ((1UL << (int)excess) - 1);
            ulong half = 1UL << (int)(excess - 1);
            mantissa = excess == 64 ? 0 : mantissa >> (int)excess;
            if (rest > half || (rest == half && (mantissa & 1) == 1))
                mantissa++;
            exponent += excess;
        }

        return Math.ScaleB(mantissa, (int)Math.Clamp(exponent, -5000, 5000));
    }
}
