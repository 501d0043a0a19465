using System.Globalization;
using System.Numerics;

namespace Redis.Server.Protocol;

/// <summary>
/// The 80-bit floating point of x87, which C calls long double and INCRBYFLOAT and HINCRBYFLOAT calculate with: 64 bits of
/// mantissa, rounded once to nearest even. In software, so that every replica on every processor gets Redis's digits.
/// </summary>
internal readonly struct LongDouble
{
    private const int MantissaBits = 64;
    private const int MinExponent = -16445;
    private const int MaxExponent = 16384 - MantissaBits;

    /// <summary>Redis's MAX_LONG_DOUBLE_CHARS: longer texts are no numbers.</summary>
    private const int MaxTextLength = 5 * 1024;

    private readonly BigInteger _mantissa;
    private readonly int _exponent;
    private readonly int _infinity;

    private LongDouble(BigInteger mantissa, int exponent, int infinity = 0)
    {
        _mantissa = mantissa;
        _exponent = exponent;
        _infinity = infinity;
    }

    /// <summary>An integer, exact as long double has 64 bits.</summary>
    public static LongDouble FromInteger(long value) => new(value, 0);

    /// <summary>Whether this is neither a number nor small enough.</summary>
    public bool IsInfinite => _infinity != 0;

    /// <summary>Redis's string2ld: strtold over the whole text; a value that overflows or vanishes is refused.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out LongDouble value)
    {
        value = default;
        if (text.Length is 0 or >= MaxTextLength)
            return false;
        bool negative = text[0] == '-';
        ReadOnlySpan<byte> digits = negative || text[0] == '+' ? text[1..] : text;
        if (System.Text.Ascii.EqualsIgnoreCase(digits, "inf"u8) || System.Text.Ascii.EqualsIgnoreCase(digits, "infinity"u8))
        {
            value = new LongDouble(0, 0, negative ? -1 : 1);
            return true;
        }

        bool isHex = digits.Length > 2 && digits[0] == '0' && (digits[1] | 0x20) == 'x';
        if (!(isHex ? Scan(digits[2..], 16, 'p', out BigInteger whole, out long power) : Scan(digits, 10, 'e', out whole, out power)))
            return false;
        if (whole.IsZero)
            return true;
        if (Math.Abs(power) > 60_000)
            return false;
        value = isHex
            ? Round(power >= 0 ? whole << (int)power : whole, BigInteger.One << (int)Math.Max(0, -power), negative)
            : Round(whole * BigInteger.Pow(10, (int)Math.Max(0, power)), BigInteger.Pow(10, (int)Math.Max(0, -power)), negative);
        return !value.IsInfinite && !value._mantissa.IsZero;
    }

    /// <summary>The sum, rounded as the processor would; false when it is not a finite number.</summary>
    public static bool TryAdd(LongDouble left, LongDouble right, out LongDouble sum)
    {
        sum = default;
        if (left.IsInfinite || right.IsInfinite)
            return false;
        int exponent = Math.Min(left._exponent, right._exponent);
        BigInteger exact = (left._mantissa << (left._exponent - exponent)) + (right._mantissa << (right._exponent - exponent));
        sum = exponent >= 0
            ? Round(BigInteger.Abs(exact) << exponent, BigInteger.One, exact.Sign < 0)
            : Round(BigInteger.Abs(exact), BigInteger.One << -exponent, exact.Sign < 0);
        return !sum.IsInfinite;
    }

    /// <summary>
    /// The least integer not below a thousand times this (seconds to milliseconds). What does not fit becomes
    /// long.MinValue, as when an x86 processor converts it.
    /// </summary>
    public long CeilingOfThousandths()
    {
        if (IsInfinite)
            return long.MinValue;
        BigInteger thousandfold = _mantissa * 1000;
        thousandfold = _exponent >= 0
            ? thousandfold << _exponent
            : (thousandfold + (BigInteger.One << -_exponent) - 1) >> -_exponent;
        return thousandfold > long.MaxValue || thousandfold < long.MinValue ? long.MinValue : (long)thousandfold;
    }

    /// <summary>Redis's ld2string for humans: printf's %.17Lf without trailing zeros.</summary>
    public override string ToString()
    {
        if (IsInfinite)
            return _infinity > 0 ? "inf" : "-inf";
        BigInteger scaled = BigInteger.Abs(_mantissa) * BigInteger.Pow(10, 17);
        scaled = _exponent >= 0 ? scaled << _exponent : DivideToEven(scaled, BigInteger.One << -_exponent);
        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(18, '0');
        string text = $"{digits[..^17]}.{digits[^17..]}".TrimEnd('0').TrimEnd('.');
        return _mantissa.Sign < 0 && text != "0" ? "-" + text : text;
    }

    private static bool Scan(ReadOnlySpan<byte> text, int radix, char exponentMark, out BigInteger whole, out long power)
    {
        whole = BigInteger.Zero;
        power = 0;
        int end = 0, digitCount = 0;
        bool seenPoint = false;
        char[] digits = new char[text.Length + 1];
        digits[digitCount++] = '0';
        for (; end < text.Length; end++)
        {
            char c = (char)text[end];
            if (c == '.' && !seenPoint)
            {
                seenPoint = true;
                continue;
            }

            if (!(radix == 16 ? char.IsAsciiHexDigit(c) : char.IsAsciiDigit(c)))
                break;
            digits[digitCount++] = c;
            power -= seenPoint ? (radix == 16 ? 4 : 1) : 0;
        }

        if (digitCount == 1)
            return false;
        NumberStyles style = radix == 16 ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        whole = BigInteger.Parse(digits.AsSpan(0, digitCount), style, CultureInfo.InvariantCulture);
        return end == text.Length || TryScanExponent(text[end..], exponentMark, ref power);
    }

    private static bool TryScanExponent(ReadOnlySpan<byte> text, char mark, ref long power)
    {
        if ((text[0] | 0x20) != mark || text.Length < 2)
            return false;
        bool negative = text[1] == '-';
        int i = negative || text[1] == '+' ? 2 : 1;
        if (i == text.Length)
            return false;
        long exponent = 0;
        for (; i < text.Length; i++)
        {
            if (!char.IsAsciiDigit((char)text[i]))
                return false;
            exponent = Math.Min(exponent * 10 + (text[i] - '0'), 1_000_000);
        }

        power += negative ? -exponent : exponent;
        return true;
    }

    /// <summary>The nearest long double to numerator / denominator.</summary>
    private static LongDouble Round(BigInteger numerator, BigInteger denominator, bool negative)
    {
        if (numerator.IsZero)
            return default;
        int exponent = (int)(numerator.GetBitLength() - denominator.GetBitLength()) - MantissaBits;
        BigInteger mantissa = Quotient(numerator, denominator, exponent);
        if (mantissa.GetBitLength() < MantissaBits)
            mantissa = Quotient(numerator, denominator, --exponent);
        if (exponent < MinExponent)
            mantissa = Quotient(numerator, denominator, exponent = MinExponent);
        if (mantissa.GetBitLength() > MantissaBits)
        {
            // Rounding up carried to 2^64, or the first guess was one bit too long: the quotient again decides the last bit.
            mantissa = Quotient(numerator, denominator, ++exponent);
        }

        if (exponent > MaxExponent)
            return new LongDouble(0, 0, negative ? -1 : 1);
        return new LongDouble(negative ? -mantissa : mantissa, exponent);
    }

    private static BigInteger Quotient(BigInteger numerator, BigInteger denominator, int exponent) => exponent >= 0
        ? DivideToEven(numerator, denominator << exponent)
        : DivideToEven(numerator << -exponent, denominator);

    private static BigInteger DivideToEven(BigInteger numerator, BigInteger denominator)
    {
        BigInteger quotient = BigInteger.DivRem(numerator, denominator, out BigInteger rest);
        int half = (rest * 2).CompareTo(denominator);
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
