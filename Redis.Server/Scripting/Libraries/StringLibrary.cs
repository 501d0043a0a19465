using System.Buffers;
using System.Globalization;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>The functions of Lua 5.1's string library that are not Lua 5.4's.</summary>
internal sealed class StringLibrary(LuaMachine machine)
{
    // proto-max-bulk-len's default, which no result of a command exceeds either.
    private const long LongestText = 512L << 20;

    public IEnumerable<(string Name, LuaFunction Function)> Functions =>
        [("find", lua => Find(lua, isFind: true)), ("match", lua => Find(lua, isFind: false)), ("match_at", MatchAt), ("gsub", Substitute), ("rep", Repeat), ("unsigned", Unsigned)];

    private static readonly SearchValues<byte> Specials = SearchValues.Create("^$*+?.([%-"u8);

    /// <summary>string.find and string.match</summary>
    private int Find(LuaThread lua, bool isFind)
    {
        string name = isFind ? "find" : "match";
        ReadOnlySpan<byte> text = Arguments.Text(lua, 1, name), pattern = Arguments.Text(lua, 2, name);
        long init = Arguments.Integer(lua, 3, name, 1);
        init = init < 0 ? Math.Max(text.Length + init, 0) : Math.Max(init - 1, 0);
        if (init > text.Length)
            init = text.Length; // as Lua 5.1
        if (isFind && (lua.IsTrue(4) || pattern.IndexOfAny(Specials) < 0))
        {
            machine.Spend(lua, (text.Length - init) / 16);
            int at = text[(int)init..].IndexOf(pattern);
            if (at < 0)
                return PushNil(lua);
            lua.Push((double)(init + at + 1));
            lua.Push((double)(init + at + pattern.Length));
            return 2;
        }

        PatternMatch match = new(machine, lua, text, pattern);
        bool isAnchored = pattern is [(byte)'^', ..];
        for (int start = (int)init; start <= text.Length; start++)
        {
            int end = match.MatchAt(start, isAnchored ? 1 : 0);
            if (end >= 0)
            {
                int results = 0;
                if (isFind)
                {
                    lua.Push((double)(start + 1));
                    lua.Push((double)end);
                    results = 2;
                }

                return results + PushCaptures(lua, match, text, start, end, isWholeCounted: !isFind);
            }

            if (isAnchored || match.IsOver)
                break;
        }

        return PushNil(lua);
    }

    /// <summary>
    /// (text, pattern, from[, neverAnchored]): the first match from there: its first and last position, the whole match, the captures (the
    /// whole match if there are none).
    /// </summary>
    private int MatchAt(LuaThread lua)
    {
        ReadOnlySpan<byte> text = Arguments.Text(lua, 1, "gsub"), pattern = Arguments.Text(lua, 2, "gsub");
        bool isAnchored = pattern is [(byte)'^', ..] && !lua.IsTrue(4);
        PatternMatch match = new(machine, lua, text, pattern);
        for (int start = (int)lua.Number(3) - 1; start <= text.Length; start++)
        {
            int end = match.MatchAt(start, isAnchored ? 1 : 0);
            if (end >= 0)
            {
                lua.Push((double)(start + 1));
                lua.Push((double)end);
                lua.Push(text[start..end]);
                return 3 + PushCaptures(lua, match, text, start, end, isWholeCounted: true);
            }

            if (isAnchored || match.IsOver)
                break;
        }

        return PushNil(lua);
    }

    /// <summary>string.gsub with a text as replacement.</summary>
    private int Substitute(LuaThread lua)
    {
        ReadOnlySpan<byte> text = Arguments.Text(lua, 1, "gsub"), pattern = Arguments.Text(lua, 2, "gsub");
        if (lua.TypeOf(3) is not (LuaType.String or LuaType.Number))
            throw LuaErrorException.Argument(3, "gsub", "string/function/table expected");
        ReadOnlySpan<byte> replacement = Arguments.Text(lua, 3, "gsub");
        long limit = Arguments.Integer(lua, 4, "gsub", text.Length + 1L);
        bool isAnchored = pattern is [(byte)'^', ..];
        PatternMatch match = new(machine, lua, text, pattern);
        ArrayBufferWriter<byte> result = new(text.Length + 16);
        int start = 0;
        long count = 0;
        while (count < limit)
        {
            int end = match.MatchAt(start, isAnchored ? 1 : 0);
            if (end >= 0)
            {
                count++;
                Replace(match, text, replacement, start, end, result);
            }

            if (end > start)
                start = end;
            else if (start < text.Length)
                result.Write(text.Slice(start++, 1));
            else
                break;
            if (isAnchored || match.IsOver)
                break;
        }

        if (start < text.Length)
            result.Write(text[start..]);
        lua.Push(result.WrittenSpan);
        lua.Push((double)count);
        return 2;
    }

    private static void Replace(PatternMatch match, ReadOnlySpan<byte> text, ReadOnlySpan<byte> replacement, int start, int end, ArrayBufferWriter<byte> result)
    {
        for (int i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] != '%')
            {
                result.Write(replacement.Slice(i, 1));
                continue;
            }

            i++;
            if (i >= replacement.Length || !char.IsAsciiDigit((char)replacement[i]))
            {
                result.Write(i < replacement.Length ? replacement.Slice(i, 1) : "\0"u8); // C reads the text's end
            }
            else if (replacement[i] == '0')
            {
                result.Write(text[start..end]);
            }
            else
            {
                (int from, int length) = match.Capture(replacement[i] - '1', start, end);
                if (length < 0)
                    result.Write(System.Text.Encoding.ASCII.GetBytes(from.ToString(CultureInfo.InvariantCulture)));
                else
                    result.Write(text.Slice(from, length));
            }

            if (result.WrittenCount > LongestText)
                throw new LuaErrorException("resulting string too large");
        }
    }

    private int Repeat(LuaThread lua)
    {
        ReadOnlySpan<byte> text = lua.Bytes(1);
        long count = LuaNumbers.Truncate(lua.Number(2));
        if (count <= 0 || text.IsEmpty)
        {
            lua.Push(""u8);
            return 1;
        }

        if (count > LongestText / text.Length)
            throw new LuaErrorException("resulting string too large");
        int length = (int)(count * text.Length);
        machine.Spend(lua, length / 16);
        byte[] result = ArrayPool<byte>.Shared.Rent(length);
        for (int at = 0; at < length; at += text.Length)
            text.CopyTo(result.AsSpan(at));
        lua.Push(result.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(result);
        return 1;
    }

    /// <summary>%u of a negative number.</summary>
    private static int Unsigned(LuaThread lua)
    {
        lua.Push(((ulong)LuaNumbers.Truncate(lua.Number(1))).ToString(CultureInfo.InvariantCulture));
        return 1;
    }

    private static int PushCaptures(LuaThread lua, PatternMatch match, ReadOnlySpan<byte> text, int start, int end, bool isWholeCounted)
    {
        int count = match.Count == 0 && isWholeCounted ? 1 : match.Count;
        lua.TryReserve(count + 4);
        for (int i = 0; i < count; i++)
        {
            (int from, int length) = match.Capture(i, start, end);
            if (length < 0)
                lua.Push((double)from);
            else
                lua.Push(text.Slice(from, length));
        }

        return count;
    }

    private static int PushNil(LuaThread lua)
    {
        lua.PushNil();
        return 1;
    }
}
