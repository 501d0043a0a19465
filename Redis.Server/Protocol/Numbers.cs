using System.Buffers.Text;
using System.Globalization;

namespace Redis.Server.Protocol;

/// <summary>Numbers as Redis reads and prints them (its util.c). Every function is independent of culture and platform.</summary>
internal static class Numbers
{
    /// <summary>Enough for any 64-bit integer in decimal.</summary>
    public const int MaxIntegerLength = 20;

    /// <summary>Enough for any double printed by <see cref="FormatDouble"/>.</summary>
    public const int MaxDoubleLength = 32;

    /// <summary>
    /// string2ll: only the canonical decimal form is a number. No plus sign, no space, no leading zero, no "-0", no overflow.
    /// </summary>
    public static bool TryParseInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.Length is 0 or > MaxIntegerLength)
            return false;
        if (text.Length == 1)
        {
            value = text[0] - '0';
            return (ulong)value <= 9;
        }

        bool negative = text[0] == '-';
        int i = negative ? 1 : 0;
        uint digit = (uint)(text[i] - '0');
        if (digit - 1 > 8)
            return false;
        ulong sum = digit;
        for (i++; i < text.Length; i++)
        {
            digit = (uint)(text[i] - '0');
            if (digit > 9 || sum > ulong.MaxValue / 10 || sum * 10 > ulong.MaxValue - digit)
                return false;
            sum = sum * 10 + digit;
        }

        if (negative ? sum > (ulong)long.MaxValue + 1 : sum > long.MaxValue)
            return false;
        value = negative ? (long)(0 - sum) : (long)sum;
        return true;
    }

    /// <summary>Writes <paramref name="value"/> in decimal; returns the length.</summary>
    public static int FormatInteger(long value, Span<byte> destination)
    {
        Utf8Formatter.TryFormat(value, destination, out int written);
        return written;
    }

    /// <summary>
    /// C's strtod over the whole text, as getDoubleFromObject uses it: decimal or hexadecimal, "inf", "infinity", with sign;
    /// not a number, leading space and an overflow to infinity are refused.
    /// </summary>
    public static bool TryParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        if (text.IsEmpty)
            return false;
        ReadOnlySpan<byte> digits = text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        bool negative = text[0] == '-';
        if (digits.IsEmpty)
            return false;
        if (System.Text.Ascii.EqualsIgnoreCase(digits, "inf"u8) || System.Text.Ascii.EqualsIgnoreCase(digits, "infinity"u8))
        {
            value = negative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (digits.Length > 2 && digits[0] == '0' && (digits[1] | 0x20) == 'x')
        {
            if (!HexFloat.TryParse(digits[2..], out value))
                return false;
        }
        else
        {
            const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            if (digits[0] is not ((>= (byte)'0' and <= (byte)'9') or (byte)'.')
                || digits[^1] == 0
                || !double.TryParse(digits, Style, CultureInfo.InvariantCulture, out value))
                return false;
        }

        // ERANGE: what is not zero must not become it.
        if (value == 0 && !IsZero(digits))
            return false;

        if (negative)
            value = -value;
        return !double.IsInfinity(value);
    }

    private static bool IsZero(ReadOnlySpan<byte> digits)
    {
        bool isHex = digits.Length > 2 && (digits[1] | 0x20) == 'x';
        ReadOnlySpan<byte> mantissa = isHex ? digits[2..] : digits;
        int end = mantissa.IndexOfAny(isHex ? "pP"u8 : "eE"u8);
        return !(end < 0 ? mantissa : mantissa[..end]).ContainsAnyExcept("0."u8);
    }

    /// <summary>printf's %.17g, "inf" and "-inf"; returns the length.</summary>
    public static int FormatDouble(double value, Span<byte> destination)
    {
        if (double.IsInfinity(value))
        {
            ReadOnlySpan<byte> name = value > 0 ? "inf"u8 : "-inf"u8;
            name.CopyTo(destination);
            return name.Length;
        }

        if (double.IsNaN(value))
        {
            "nan"u8.CopyTo(destination);
            return 3;
        }

        value.TryFormat(destination, out int written, "G17", CultureInfo.InvariantCulture);
        int exponent = destination[..written].IndexOf((byte)'E');
        if (exponent >= 0)
            destination[exponent] = (byte)'e';
        return written;
    }
}
