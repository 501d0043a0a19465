using Redis.Server.Keyspace;
using Redis.Server.Protocol;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>The functions of Lua 5.1's math library that are not Lua 5.4's; randomness is the entry's.</summary>
internal sealed class MathLibrary(Func<DeterministicRandom> entry)
{
    private readonly DeterministicRandom _own = new();
    private DeterministicRandom? _random;

    public IEnumerable<(string Name, LuaFunction Function)> Functions =>
        [("frexp", SplitExponent), ("cosh", Applied("cosh", Math.Cosh)), ("sinh", Applied("sinh", Math.Sinh)), ("tanh", Applied("tanh", Math.Tanh)), ("random", Random), ("randomseed", Seed), ("number", ToNumber), ("bits", LowBits)];

    /// <summary>A script begins: it has no seed of its own.</summary>
    public void Begin() => _random = null;

    /// <summary>A text as C's strtod reads it or, with a base, strtoul: there negative and too large numbers wrap and stay at the limit. Nil: it is none.</summary>
    private static int ToNumber(LuaThread lua)
    {
        ReadOnlySpan<byte> text = lua.Bytes(1);
        text = text.IndexOf((byte)0) is >= 0 and int end ? text[..end] : text;
        text = text.Trim(" \t\n\v\f\r"u8);
        double value;
        bool isNumber = lua.IsNoneOrNil(2) ? TryFloat(text, out value) : TryUnsigned(text, (int)lua.Number(2), out value);
        if (isNumber)
            lua.Push(value);
        else
            lua.PushNil();
        return 1;
    }

    private static bool TryFloat(ReadOnlySpan<byte> text, out double value)
    {
        ReadOnlySpan<byte> digits = text is [(byte)'+' or (byte)'-', ..] ? text[1..] : text;
        value = double.NaN;
        return System.Text.Ascii.EqualsIgnoreCase(digits, "nan"u8) || Numbers.TryParseDouble(text, out value);
    }

    private static bool TryUnsigned(ReadOnlySpan<byte> text, int radix, out double value)
    {
        bool isNegative = text is [(byte)'-', ..];
        if (text is [(byte)'+' or (byte)'-', ..])
            text = text[1..];
        if (radix == 16 && text is [(byte)'0', (byte)'x' or (byte)'X', _, ..])
            text = text[2..];
        ulong sum = 0;
        bool isTooLarge = false;
        value = 0;
        foreach (byte c in text)
        {
            int digit = char.IsAsciiDigit((char)c) ? c - '0' : char.IsAsciiLetter((char)c) ? (c | 0x20) - 'a' + 10 : radix;
            if (digit >= radix)
                return false;
            UInt128 next = ((UInt128)sum * (ulong)radix) + (ulong)digit;
            isTooLarge |= next > ulong.MaxValue;
            sum = (ulong)next;
        }

        value = isTooLarge ? ulong.MaxValue : isNegative ? unchecked(0UL - sum) : sum;
        return !text.IsEmpty;
    }

    private static LuaFunction Applied(string name, Func<double, double> function) => lua =>
    {
        lua.Push(function(Arguments.Number(lua, 1, name)));
        return 1;
    };

    private static int SplitExponent(LuaThread lua)
    {
        double value = Arguments.Number(lua, 1, "frexp");
        int exponent = value == 0 || !double.IsFinite(value) ? 0 : Math.ILogB(value) + 1;
        lua.Push(exponent == 0 ? value : Math.ScaleB(value, -exponent));
        lua.Push((double)exponent);
        return 2;
    }

    /// <summary>LuaBitOp's way to 32 bits: rounded to a whole number, halves to even; of what is beyond 2^51 whatever the sum's lowest bits are.</summary>
    private static int LowBits(LuaThread lua)
    {
        const double Magic = 6755399441055744.0; // 2^52 + 2^51
        lua.Push((double)unchecked((uint)BitConverter.DoubleToInt64Bits(lua.Number(1) + Magic)));
        return 1;
    }

    private int Seed(LuaThread lua)
    {
        _own.Seed(0, LuaNumbers.Truncate(lua.Number(1)));
        _random = _own;
        return 0;
    }

    /// <summary>math.random([m [, n]])</summary>
    private int Random(LuaThread lua)
    {
        double drawn = (_random ?? entry()).NextDouble();
        switch (lua.Top)
        {
            case 0:
                lua.Push(drawn);
                return 1;
            case 1:
                double to = Math.Floor(Arguments.Number(lua, 1, "random"));
                if (to < 1)
                    throw LuaErrorException.Argument(1, "random", "interval is empty");
                lua.Push(Math.Floor(drawn * to) + 1);
                return 1;
            case 2:
                double low = Math.Floor(Arguments.Number(lua, 1, "random")), high = Math.Floor(Arguments.Number(lua, 2, "random"));
                if (low > high)
                    throw LuaErrorException.Argument(2, "random", "interval is empty");
                lua.Push(Math.Floor(drawn * (high - low + 1)) + low);
                return 1;
            default:
                throw new LuaErrorException("wrong number of arguments");
        }
    }
}
