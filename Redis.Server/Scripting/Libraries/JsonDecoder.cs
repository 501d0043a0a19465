using System.Buffers;
using System.Globalization;
using System.Text;
using Redis.Server.Protocol;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>cjson.decode: lua-cjson 2.1.0 as Redis has it, with its tokens in its messages.</summary>
internal sealed unsafe class JsonDecoder(LuaMachine machine, JsonOptions options)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private byte* _json;
    private int _length;
    private int _position;
    private int _tokenAt;
    private double _number;
    private string _problem = "";

    private enum TokenKind
    {
        ObjectBegin,
        ObjectEnd,
        ArrayBegin,
        ArrayEnd,
        String,
        Number,
        True,
        False,
        Null,
        Colon,
        Comma,
        End,
        Error,
    }

    public int Decode(LuaThread lua)
    {
        if (lua.Top != 1)
            throw LuaErrorException.Argument(1, "decode", "expected 1 argument");
        ReadOnlySpan<byte> json = Arguments.Text(lua, 1, "decode");
        if (json.Length >= 2 && (json[0] == 0 || json[1] == 0))
            throw new LuaErrorException("JSON parser does not support UTF-16 or UTF-32");
        machine.Spend(lua, json.Length / 4);
        fixed (byte* start = json)
        {
            _json = start;
            _length = json.Length;
            _position = 0;
            PushValue(lua, Next(), 0);
            TokenKind last = Next();
            if (last != TokenKind.End)
                throw Expected("the end", last);
        }

        return 1;
    }

    private LuaErrorException Expected(string what, TokenKind found)
    {
        string name = found switch
        {
            TokenKind.Error => _problem,
            TokenKind.ObjectBegin => "T_OBJ_BEGIN",
            TokenKind.ObjectEnd => "T_OBJ_END",
            TokenKind.ArrayBegin => "T_ARR_BEGIN",
            TokenKind.ArrayEnd => "T_ARR_END",
            TokenKind.True or TokenKind.False => "T_BOOLEAN",
            _ => "T_" + found.ToString().ToUpperInvariant(),
        };
        return new LuaErrorException($"Expected {what} but found {name} at character {_tokenAt + 1}");
    }

    private void PushValue(LuaThread lua, TokenKind token, int depth)
    {
        switch (token)
        {
            case TokenKind.String:
                lua.Push(_text.WrittenSpan);
                break;
            case TokenKind.Number:
                lua.Push(_number);
                break;
            case TokenKind.True or TokenKind.False:
                lua.Push(token == TokenKind.True);
                break;
            case TokenKind.Null:
                lua.PushPointer(0);
                break;
            case TokenKind.ObjectBegin:
                PushObject(lua, depth + 1);
                break;
            case TokenKind.ArrayBegin:
                PushArray(lua, depth + 1);
                break;
            default:
                throw Expected("value", token);
        }
    }

    private void Descend(LuaThread lua, int depth)
    {
        if (depth > options.DecodeMaxDepth || !lua.TryReserve(3))
            throw new LuaErrorException($"Found too many nested data structures ({depth}) at character {_position}");
        lua.NewTable();
    }

    private void PushObject(LuaThread lua, int depth)
    {
        Descend(lua, depth);
        TokenKind token = Next();
        if (token == TokenKind.ObjectEnd)
            return;
        while (true)
        {
            if (token != TokenKind.String)
                throw Expected("object key string", token);
            lua.Push(_text.WrittenSpan);
            token = Next();
            if (token != TokenKind.Colon)
                throw Expected("colon", token);
            PushValue(lua, Next(), depth);
            lua.SetRaw(-3);
            token = Next();
            if (token == TokenKind.ObjectEnd)
                return;
            if (token != TokenKind.Comma)
                throw Expected("comma or object end", token);
            token = Next();
        }
    }

    private void PushArray(LuaThread lua, int depth)
    {
        Descend(lua, depth);
        TokenKind token = Next();
        if (token == TokenKind.ArrayEnd)
            return;
        for (long i = 1; ; i++)
        {
            PushValue(lua, token, depth);
            lua.SetRaw(-2, i);
            token = Next();
            if (token == TokenKind.ArrayEnd)
                return;
            if (token != TokenKind.Comma)
                throw Expected("comma or array end", token);
            token = Next();
        }
    }

    private TokenKind Next()
    {
        while (_position < _length && _json[_position] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            _position++;
        _tokenAt = _position;
        if (_position >= _length || _json[_position] == 0)
            return TokenKind.End;
        switch ((char)_json[_position])
        {
            case '{': return Mark(TokenKind.ObjectBegin);
            case '}': return Mark(TokenKind.ObjectEnd);
            case '[': return Mark(TokenKind.ArrayBegin);
            case ']': return Mark(TokenKind.ArrayEnd);
            case ':': return Mark(TokenKind.Colon);
            case ',': return Mark(TokenKind.Comma);
            case '"': return NextString();
            case '-' or (>= '0' and <= '9'):
                return !options.DecodeInvalidNumbers && IsInvalidNumber() ? Fail("invalid number") : NextNumber();
            default:
                return NextWord();
        }
    }

    private TokenKind Mark(TokenKind kind)
    {
        _position++;
        return kind;
    }

    private TokenKind Fail(string problem)
    {
        _problem = problem;
        return TokenKind.Error;
    }

    private TokenKind NextWord()
    {
        ReadOnlySpan<byte> rest = new(_json + _position, _length - _position);
        if (rest.StartsWith("true"u8))
        {
            _position += 4;
            return TokenKind.True;
        }

        if (rest.StartsWith("false"u8))
        {
            _position += 5;
            return TokenKind.False;
        }

        if (rest.StartsWith("null"u8))
        {
            _position += 4;
            return TokenKind.Null;
        }

        return options.DecodeInvalidNumbers && IsInvalidNumber() ? NextNumber() : Fail("invalid token");
    }

    /// <summary>What strtod takes and JSON does not: a plus sign, a leading zero, hexadecimal, infinities, not a number.</summary>
    private bool IsInvalidNumber()
    {
        ReadOnlySpan<byte> rest = new(_json + _position, _length - _position);
        if (rest.StartsWith("+"u8))
            return true;
        if (rest.StartsWith("-"u8))
            rest = rest[1..];
        if (rest.StartsWith("0"u8))
            return rest.Length > 1 && rest[1] is (byte)'x' or (byte)'X' or (>= (byte)'0' and <= (byte)'9');
        return rest.Length >= 3 && (Ascii.EqualsIgnoreCase(rest[..3], "inf"u8) || Ascii.EqualsIgnoreCase(rest[..3], "nan"u8));
    }

    private TokenKind NextNumber()
    {
        int end = _position;
        while (end < _length && (char.IsAsciiLetterOrDigit((char)_json[end]) || _json[end] is (byte)'.' or (byte)'-' or (byte)'+'))
            end++;
        // As strtod: the longest beginning that is a number.
        for (; end > _position; end--)
        {
            ReadOnlySpan<byte> text = new(_json + _position, end - _position);
            if (TryParse(text, out _number))
            {
                _position = end;
                return TokenKind.Number;
            }
        }

        return Fail("invalid number");
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign;
        value = double.NaN;
        ReadOnlySpan<byte> digits = text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        if (digits.Length > 0 && (char.IsAsciiDigit((char)digits[0]) || digits[0] == '.') && double.TryParse(text, Style, CultureInfo.InvariantCulture, out value))
            return true;
        return Ascii.EqualsIgnoreCase(digits, "nan"u8) || Numbers.TryParseDouble(text, out value);
    }

    private TokenKind NextString()
    {
        _text.ResetWrittenCount();
        _position++;
        while (true)
        {
            int start = _position;
            while (_position < _length && _json[_position] is not ((byte)'"' or (byte)'\\' or 0))
                _position++;
            _text.Write(new ReadOnlySpan<byte>(_json + start, _position - start));
            if (_position >= _length || _json[_position] == 0)
            {
                _tokenAt = _position;
                return Fail("unexpected end of string");
            }

            if (_json[_position++] == '"')
                return TokenKind.String;
            if (!TryEscape(out string problem))
            {
                _tokenAt = _position - 1;
                return Fail(problem);
            }
        }
    }

    /// <summary>After a backslash.</summary>
    private bool TryEscape(out string problem)
    {
        const string Letters = "\"\\/bfnrt";
        const string Meanings = "\"\\/\b\f\n\r\t";
        problem = "invalid escape code";
        char c = _position < _length ? (char)_json[_position] : '\0';
        if (c == 'u')
        {
            problem = "invalid unicode escape code";
            return TryUnicode();
        }

        int letter = Letters.IndexOf(c, StringComparison.Ordinal);
        if (letter < 0)
            return false;
        _position++;
        _text.Write([(byte)Meanings[letter]]);
        return true;
    }

    private bool TryUnicode()
    {
        if (!TryHex(_position + 1, out int code))
            return false;
        int next = _position + 5;
        if (code is >= 0xDC00 and <= 0xDFFF)
            return false;
        if (code is >= 0xD800 and <= 0xDBFF)
        {
            bool hasSecond = next + 1 < _length && _json[next] == '\\' && _json[next + 1] == 'u';
            if (!hasSecond || !TryHex(next + 2, out int low) || low is < 0xDC00 or > 0xDFFF)
                return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            next += 6;
        }

        Span<byte> utf8 = stackalloc byte[4];
        _text.Write(utf8[..new Rune(code).EncodeToUtf8(utf8)]);
        _position = next;
        return true;
    }

    private bool TryHex(int at, out int code)
    {
        code = 0;
        return at + 4 <= _length && int.TryParse(new ReadOnlySpan<byte>(_json + at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code);
    }
}
