namespace Redis.Server.Keyspace;

/// <summary>
/// Redis's glob patterns (stringmatchlen): * ? [a-z] [^a] and \ to quote. Iterative: only the last star is ever tried again, so a
/// pattern costs at most its length times the text's.
/// </summary>
internal static class Glob
{
    /// <summary>Whether the whole <paramref name="text"/> matches.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text, bool ignoreCase = false)
    {
        // Redis does not even look for stars when there is no text.
        if (text.IsEmpty)
            return pattern.IsEmpty;
        int p = 0, t = 0, starPattern = -1, starText = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = ++p;
                starText = t;
                continue;
            }

            if (p < pattern.Length && MatchesOne(pattern, ref p, text[t], ignoreCase))
            {
                t++;
                continue;
            }

            if (starPattern < 0)
                return false;
            p = starPattern;
            t = ++starText;
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<byte> pattern, ref int p, byte c, bool ignoreCase)
    {
        switch (pattern[p])
        {
            case (byte)'?':
                p++;
                return true;
            case (byte)'[':
                return MatchesClass(pattern, ref p, c, ignoreCase);
            case (byte)'\\' when p + 1 < pattern.Length:
                p += 2;
                return Fold(pattern[p - 1], ignoreCase) == Fold(c, ignoreCase);
            default:
                p++;
                return Fold(pattern[p - 1], ignoreCase) == Fold(c, ignoreCase);
        }
    }

    private static bool MatchesClass(ReadOnlySpan<byte> pattern, ref int p, byte c, bool ignoreCase)
    {
        p++;
        bool negated = p < pattern.Length && pattern[p] == '^';
        if (negated)
            p++;
        bool matches = false;
        // A class that is not closed ends with the pattern.
        for (; p < pattern.Length && pattern[p] != ']'; p++)
        {
            if (pattern[p] == '\\' && p + 1 < pattern.Length)
            {
                p++;
                matches |= pattern[p] == c;
            }
            else if (p + 2 < pattern.Length && pattern[p + 1] == '-')
            {
                matches |= InRange(pattern[p], pattern[p + 2], c, ignoreCase);
                p += 2;
            }
            else
            {
                matches |= Fold(pattern[p], ignoreCase) == Fold(c, ignoreCase);
            }
        }

        if (p < pattern.Length)
            p++;
        return matches != negated;
    }

    /// <summary>Bounds in either order; bytes compare as C's signed char.</summary>
    private static bool InRange(byte first, byte last, byte c, bool ignoreCase)
    {
        (sbyte low, sbyte high) = (sbyte)first <= (sbyte)last ? ((sbyte)first, (sbyte)last) : ((sbyte)last, (sbyte)first);
        sbyte folded = (sbyte)Fold(c, ignoreCase);
        return folded >= (sbyte)Fold((byte)low, ignoreCase) && folded <= (sbyte)Fold((byte)high, ignoreCase);
    }

    private static byte Fold(byte b, bool ignoreCase) => ignoreCase && b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
