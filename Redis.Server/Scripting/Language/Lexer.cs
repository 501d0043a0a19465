using System.Globalization;
using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting.Language;

/// <summary>Splits Lua 5.1 source into tokens, with the errors of its llex.c.</summary>
/// <param name="source">Chars are bytes.</param>
/// <param name="chunk">Name of the chunk in messages.</param>
internal sealed class Lexer(string source, string chunk)
{
    private static readonly HashSet<string> Reserved =
    [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or", "repeat",
        "return", "then", "true", "until", "while",
    ];

    private static readonly string[] LongSymbols = ["...", "..", "==", ">=", "<=", "~="];

    private int _position;

    /// <summary>Line of the position reached.</summary>
    public int Line { get; private set; } = 1;

    private char Current => _position < source.Length ? source[_position] : '\0';

    private bool IsAtEnd => _position >= source.Length;

    public Token Next()
    {
        SkipBlanks();
        if (IsAtEnd)
            return new Token(TokenKind.End, "<eof>", Line);
        int start = _position;
        char c = Current;
        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (char.IsAsciiLetterOrDigit(Current) || Current == '_')
                _position++;
            string word = source[start.._position];
            return new Token(Reserved.Contains(word) ? TokenKind.Symbol : TokenKind.Name, word, Line);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(At(1))))
            return ReadNumber();
        if (c is '"' or '\'')
            return ReadString(c);
        if (c == '[' && LongBracketLevel() is >= 0 and int level)
            return ReadLongString(level);
        if (c == '[' && At(1) == '=')
            throw Error("invalid long string delimiter", source[start..(_position + 1)]);
        foreach (string symbol in LongSymbols)
        {
            if (string.CompareOrdinal(source, _position, symbol, 0, symbol.Length) == 0)
            {
                _position += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, Line);
            }
        }

        _position++;
        return new Token(TokenKind.Symbol, c.ToString(), Line);
    }

    public LuaSyntaxException Error(string message, string? near)
    {
        near = near is [< (char)32 or (char)127] ? $"char({(int)near[0]})" : near;
        return new LuaSyntaxException(near == null ? $"{chunk}:{Line}: {message}" : $"{chunk}:{Line}: {message} near '{near}'");
    }

    private char At(int offset) => _position + offset < source.Length ? source[_position + offset] : '\0';

    private void SkipBlanks()
    {
        while (!IsAtEnd)
        {
            char c = Current;
            if (c is '\n' or '\r')
            {
                SkipLineEnd();
            }
            else if (c is ' ' or '\t' or '\v' or '\f')
            {
                _position++;
            }
            else if (c == '-' && At(1) == '-')
            {
                _position += 2;
                SkipComment();
            }
            else
            {
                return;
            }
        }
    }

    private void SkipComment()
    {
        if (Current == '[' && LongBracketLevel() is >= 0 and int level)
        {
            ReadLongBracket(level, "unfinished long comment");
            return;
        }

        while (!IsAtEnd && Current is not ('\n' or '\r'))
            _position++;
    }

    /// <summary>One line end: \n, \r, \r\n or \n\r.</summary>
    private void SkipLineEnd()
    {
        char first = source[_position++];
        if (Current is '\n' or '\r' && Current != first)
            _position++;
        Line++;
    }

    private Token ReadNumber()
    {
        int start = _position;
        while (char.IsAsciiDigit(Current) || Current == '.')
            _position++;
        if (Current is 'e' or 'E')
        {
            _position++;
            if (Current is '+' or '-')
                _position++;
        }

        while (char.IsAsciiLetterOrDigit(Current) || Current == '_')
            _position++;
        string text = source[start.._position];
        return TryParse(text, out double value)
            ? new Token(TokenKind.Number, text, Line, Number: value)
            : throw Error("malformed number", text);
    }

    private static bool TryParse(string text, out double value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            bool isHex = ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits);
            value = bits;
            return isHex || Numbers.TryParseDouble(Encoding.Latin1.GetBytes(text), out value);
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value);
    }

    private Token ReadString(char quote)
    {
        int start = _position++;
        StringBuilder value = new();
        while (Current != quote || IsAtEnd)
        {
            if (IsAtEnd)
                throw Error("unfinished string", "<eof>");
            if (Current is '\n' or '\r')
                throw Error("unfinished string", source[start.._position]);
            if (Current != '\\')
            {
                value.Append(source[_position++]);
                continue;
            }

            int escape = _position++;
            ReadEscape(value, start, escape);
        }

        _position++;
        return new Token(TokenKind.String, source[start.._position], Line, value.ToString());
    }

    private void ReadEscape(StringBuilder value, int start, int escape)
    {
        const string Letters = "abfnrtv";
        const string Meanings = "\a\b\f\n\r\t\v";
        if (IsAtEnd)
            return; // the end is reported by the string
        char c = Current;
        if (c is '\n' or '\r')
        {
            value.Append('\n');
            SkipLineEnd();
        }
        else if (!char.IsAsciiDigit(c))
        {
            int letter = Letters.IndexOf(c, StringComparison.Ordinal);
            value.Append(letter < 0 ? c : Meanings[letter]);
            _position++;
        }
        else
        {
            int code = 0;
            for (int digits = 0; digits < 3 && char.IsAsciiDigit(Current); digits++)
                code = code * 10 + (source[_position++] - '0');
            if (code > 255)
                throw Error("escape sequence too large", source[start..escape]);
            value.Append((char)code);
        }
    }

    /// <summary>At [: the number of = before a second [, or -1.</summary>
    private int LongBracketLevel()
    {
        int level = 0;
        while (At(level + 1) == '=')
            level++;
        return At(level + 1) == '[' ? level : -1;
    }

    private Token ReadLongString(int level)
    {
        int start = _position;
        string value = ReadLongBracket(level, "unfinished long string");
        return new Token(TokenKind.String, source[start.._position], Line, value);
    }

    private string ReadLongBracket(int level, string unfinished)
    {
        _position += level + 2;
        if (Current is '\n' or '\r')
            SkipLineEnd();
        string close = $"]{new string('=', level)}]";
        StringBuilder value = new();
        while (string.CompareOrdinal(source, _position, close, 0, close.Length) != 0)
        {
            if (IsAtEnd)
                throw Error(unfinished, "<eof>");
            if (Current is '\n' or '\r')
            {
                SkipLineEnd();
                value.Append('\n');
            }
            else
            {
                value.Append(source[_position++]);
            }
        }

        _position += close.Length;
        return value.ToString();
    }
}
