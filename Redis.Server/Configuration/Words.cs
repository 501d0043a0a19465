using System.Text;

namespace Redis.Server.Configuration;

/// <summary>Splits and quotes configuration lines by the rules of redis.conf: "..." with \n \r \t \b \a \xHH, and '...' with \'.</summary>
internal static class Words
{
    /// <summary>The words of a line, or null when its quotes are not balanced.</summary>
    public static List<string>? Split(string line)
    {
        List<string> words = [];
        int at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at])) at++;
            if (at == line.Length) return words;
            string? word = ReadWord(line, ref at);
            if (word is null) return null;
            words.Add(word);
        }
    }

    /// <summary>The text as one word of a configuration line.</summary>
    public static string Quote(string text)
    {
        if (text.Length > 0 && text.All(c => c > ' ' && c is not ('"' or '\'' or '\\' or '#' or '\x7f'))) return text;
        StringBuilder quoted = new("\"");
        foreach (char c in text)
        {
            quoted.Append(c switch
            {
                '\\' or '"' => $"\\{c}",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\a' => "\\a",
                < ' ' or '\x7f' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    private static string? ReadWord(string line, ref int at)
    {
        StringBuilder word = new();
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
        {
            char c = line[at];
            if (c is '"' or '\'')
            {
                if (!ReadQuoted(line, ref at, word)) return null;
                if (at < line.Length && !char.IsWhiteSpace(line[at])) return null;
                break;
            }
            word.Append(c);
            at++;
        }
        return word.ToString();
    }

    private static bool ReadQuoted(string line, ref int at, StringBuilder word)
    {
        char quote = line[at++];
        while (at < line.Length)
        {
            char c = line[at++];
            if (c == quote) return true;
            if (c == '\\' && at < line.Length && (quote == '"' || line[at] == '\'')) word.Append(ReadEscape(line, ref at, quote));
            else word.Append(c);
        }
        return false;
    }

    private static char ReadEscape(string line, ref int at, char quote)
    {
        char c = line[at++];
        if (quote == '\'') return c;
        if (c == 'x' && at + 1 < line.Length && char.IsAsciiHexDigit(line[at]) && char.IsAsciiHexDigit(line[at + 1]))
        {
            at += 2;
            return (char)Convert.ToInt32(line[(at - 2)..at], 16);
        }
        return c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'a' => '\a', _ => c };
    }
}
