namespace Redis.Server.Protocol;

/// <summary>Splits a typed line into words as Redis's sdssplitargs does: spaces, "double quotes with \xHH escapes", 'single quotes'.</summary>
internal static class InlineCommand
{
    /// <summary>False when a quote is left open or is followed by something that is not a space.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, out List<byte[]> words)
    {
        words = [];
        // The C string ends at a NUL byte.
        int end = line.IndexOf((byte)0);
        if (end >= 0)
            line = line[..end];
        int i = 0;
        while (true)
        {
            while (i < line.Length && IsSpace(line[i]))
                i++;
            if (i == line.Length)
                return true;
            List<byte> word = [];
            if (!ReadWord(line, ref i, word))
                return false;
            words.Add([.. word]);
        }
    }

    private static bool ReadWord(ReadOnlySpan<byte> line, ref int i, List<byte> word)
    {
        while (i < line.Length)
        {
            byte b = line[i];
            if (IsSpace(b))
                return true;
            if (b is (byte)'"' or (byte)'\'')
            {
                i++;
                return b == '"' ? ReadDoubleQuoted(line, ref i, word) : ReadSingleQuoted(line, ref i, word);
            }

            word.Add(b);
            i++;
        }

        return true;
    }

    private static bool ReadDoubleQuoted(ReadOnlySpan<byte> line, ref int i, List<byte> word)
    {
        for (; i < line.Length; i++)
        {
            byte b = line[i];
            if (b == '"')
                return EndsWord(line, ref i);
            if (b != '\\' || i + 1 >= line.Length)
            {
                word.Add(b);
                continue;
            }

            if (line[i + 1] == 'x' && i + 3 < line.Length
                && char.IsAsciiHexDigit((char)line[i + 2]) && char.IsAsciiHexDigit((char)line[i + 3]))
            {
                word.Add((byte)(HexValue(line[i + 2]) << 4 | HexValue(line[i + 3])));
                i += 3;
                continue;
            }

            i++;
            word.Add(line[i] switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => (byte)'\b',
                (byte)'a' => (byte)'\a',
                byte other => other,
            });
        }

        return false;
    }

    private static bool ReadSingleQuoted(ReadOnlySpan<byte> line, ref int i, List<byte> word)
    {
        for (; i < line.Length; i++)
        {
            if (line[i] == '\'')
                return EndsWord(line, ref i);
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] == '\'')
                i++;
            word.Add(line[i]);
        }

        return false;
    }

    private static bool EndsWord(ReadOnlySpan<byte> line, ref int i)
    {
        i++;
        return i == line.Length || IsSpace(line[i]);
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);
}
