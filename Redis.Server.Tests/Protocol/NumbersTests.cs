using System.Globalization;
using System.Text;
using NUnit.Framework;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Protocol;

internal sealed class NumbersTests
{
    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Only_the_canonical_form_of_an_integer_is_one(long value, byte[] noise)
    {
        byte[] text = Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
        string other = Encoding.Latin1.GetString(noise);
        bool isCanonical = long.TryParse(other, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long parsed)
            && parsed.ToString(CultureInfo.InvariantCulture) == other;
        return Numbers.TryParseInteger(text, out long back) && back == value
            && Numbers.TryParseInteger(noise, out _) == isCanonical;
    }

    [TestCase("9223372036854775807", true)]
    [TestCase("9223372036854775808", false)]
    [TestCase("-9223372036854775808", true)]
    [TestCase("-9223372036854775809", false)]
    [TestCase("18446744073709551616", false)]
    [TestCase("00", false)]
    [TestCase("-0", false)]
    [TestCase("+1", false)]
    [TestCase("", false)]
    public void Integers_at_the_edges(string text, bool isInteger) =>
        Assert.That(Numbers.TryParseInteger(Encoding.ASCII.GetBytes(text), out _), Is.EqualTo(isInteger));

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool A_printed_double_reads_back(double value)
    {
        byte[] text = new byte[Numbers.MaxDoubleLength];
        int length = Numbers.FormatDouble(value, text);
        return double.IsNaN(value)
            || (Numbers.TryParseDouble(text.AsSpan(0, length), out double back) && BitConverter.DoubleToInt64Bits(back) == BitConverter.DoubleToInt64Bits(value));
    }

    [TestCase("0x1p-1074", 4.9406564584124654e-324)]
    [TestCase("0x1.8p3", 12)]
    [TestCase("0x.8", 0.5)]
    [TestCase("-0xff", -255)]
    [TestCase("0x1fffffffffffff8p0", 144115188075855872d)]
    public void Hexadecimal_floats(string text, double expected)
    {
        Assert.That(Numbers.TryParseDouble(Encoding.ASCII.GetBytes(text), out double value), Is.True);
        Assert.That(value, Is.EqualTo(expected));
    }

    [TestCase("0.1", "0.2", "0.3")]
    [TestCase("10.5", "0.1", "10.6")]
    [TestCase("5.0e3", "200", "5200")]
    [TestCase("3", "-3.0", "0")]
    [TestCase("1e20", "0.5", "100000000000000000000")]
    public void Long_doubles_add_as_on_x87(string left, string right, string expected)
    {
        Assert.That(LongDouble.TryParse(Encoding.ASCII.GetBytes(left), out LongDouble a), Is.True);
        Assert.That(LongDouble.TryParse(Encoding.ASCII.GetBytes(right), out LongDouble b), Is.True);
        Assert.That(LongDouble.TryAdd(a, b, out LongDouble sum), Is.True);
        Assert.That(sum.ToString(), Is.EqualTo(expected));
    }
}
