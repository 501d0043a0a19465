using System.Text;
using Redis.Server.Protocol;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>Arguments of Lua functions, checked and converted as Lua 5.1 does it.</summary>
internal static class Arguments
{
    /// <summary>luaL_checklstring: a string, or a number as text.</summary>
    public static ReadOnlySpan<byte> Text(LuaThread lua, int index, string function) => lua.TypeOf(index) switch
    {
        LuaType.String => lua.Bytes(index),
        LuaType.Number => Encoding.ASCII.GetBytes(LuaNumbers.Format(lua.Number(index), 14)),
        _ => throw LuaErrorException.Type(lua, index, function, "string"),
    };

    /// <summary>luaL_checknumber</summary>
    public static double Number(LuaThread lua, int index, string function) =>
        lua.TryNumber(index, out double value) ? value : throw LuaErrorException.Type(lua, index, function, "number");

    /// <summary>
    /// A table is about to be serialised: counts as instructions, so that one that contains itself several times cannot go on for ever.
    /// </summary>
    public static void ChargeTable(LuaMachine machine, LuaThread lua, int written)
    {
        const int Cost = 20, Largest = 512 << 20;
        if (!machine.Spend(lua, Cost) || written > Largest)
            throw new LuaErrorException("the result is too large");
    }

    /// <summary>luaL_optinteger: towards zero.</summary>
    public static long Integer(LuaThread lua, int index, string function, long absent) =>
        lua.IsNoneOrNil(index) ? absent : LuaNumbers.Truncate(Number(lua, index, function));
}

/// <summary>Numbers as C's printf and casts treat them.</summary>
internal static class LuaNumbers
{
    /// <summary>%.14g, %.17g: in JSON, in texts, in arguments of commands.</summary>
    public static string Format(double value, int digits)
    {
        if (double.IsNaN(value))
            return "-nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        if (value == Math.Floor(value) && Math.Abs(value) < Math.Pow(10, Math.Min(digits, 14)) && (value != 0 || !double.IsNegative(value)))
            return ((long)value).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return value.ToString($"G{digits}", System.Globalization.CultureInfo.InvariantCulture).Replace('E', 'e');
    }

    /// <summary>A cast to a 64-bit integer, as x86-64 does it.</summary>
    public static long Truncate(double value) =>
        double.IsNaN(value) || value >= 9223372036854775808.0 || value < -9223372036854775808.0 ? long.MinValue : (long)value;
}
