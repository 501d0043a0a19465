using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>
/// Lua 5.1's pattern matching (its lstrlib.c): Lua 5.4 treats empty matches and some classes otherwise. Every step is paid for with
/// instructions, so that a pattern which backtracks without end is stopped like a loop.
/// </summary>
internal ref struct PatternMatch
{
    private const int MaxCaptures = 32;
    private const int Unfinished = -1;
    private const int Position = -2;
    private const int MaxDepth = 200;

    private readonly ReadOnlySpan<byte> _text;
    private readonly ReadOnlySpan<byte> _pattern;
    private readonly LuaMachine _machine;
    private readonly LuaThread _lua;
    private CaptureList _captures;
    private int _depth;
    private int _unpaid;
    private bool _isOver;

    [System.Runtime.CompilerServices.InlineArray(MaxCaptures)]
    private struct CaptureList
    {
        private (int Start, int Length) _first;
    }

    public PatternMatch(LuaMachine machine, LuaThread lua, ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        _machine = machine;
        _lua = lua;
        _text = text;
        int end = pattern.IndexOf((byte)0);
        _pattern = end < 0 ? pattern : pattern[..end]; // to Lua 5.1 a pattern ends there
    }

    /// <summary>Whether the script has used up its instructions: there is no use in going on.</summary>
    public readonly bool IsOver => _isOver;

    /// <summary>Captures of the last match.</summary>
    public int Count { get; private set; }

    /// <summary>The match at exactly <paramref name="start"/>: where it ends, or -1.</summary>
    public int MatchAt(int start, int patternStart)
    {
        Count = 0;
        _depth = 0;
        return Match(start, patternStart);
    }

    /// <summary>Capture <paramref name="index"/> of a match; 0 is the whole match where there are none. A position has Length -1.</summary>
    public readonly (int Start, int Length) Capture(int index, int start, int end)
    {
        if (index >= Count)
            return index == 0 ? (start, end - start) : throw new LuaErrorException("invalid capture index");
        (int from, int length) = _captures[index];
        return length switch
        {
            Unfinished => throw new LuaErrorException("unfinished capture"),
            Position => (from + 1, -1),
            _ => (from, length),
        };
    }

    private int Match(int s, int p)
    {
        if (++_depth > MaxDepth)
            throw new LuaErrorException("pattern too complex");
        int end = Steps(s, p);
        _depth--;
        return end;
    }

    private int Steps(int s, int p)
    {
        while (true)
        {
            if (!Pay())
                return -1;
            if (p == _pattern.Length)
                return s;
            byte c = _pattern[p];
            if (c == '(')
                return p + 1 < _pattern.Length && _pattern[p + 1] == ')' ? StartCapture(s, p + 2, Position) : StartCapture(s, p + 1, Unfinished);
            if (c == ')')
                return EndCapture(s, p + 1);
            if (c == '$' && p + 1 == _pattern.Length)
                return s == _text.Length ? s : -1;
            byte next = c == '%' && p + 1 < _pattern.Length ? _pattern[p + 1] : (byte)0;
            if (next == 'b')
            {
                s = MatchBalance(s, p + 2);
                if (s < 0)
                    return -1;
                p += 4;
                continue;
            }

            if (next == 'f')
            {
                p = MatchFrontier(s, p + 2);
                if (p < 0)
                    return -1;
                continue;
            }

            if (char.IsAsciiDigit((char)next))
            {
                s = MatchBack(s, next);
                if (s < 0)
                    return -1;
                p += 2;
                continue;
            }

            int classEnd = ClassEnd(p);
            bool matches = s < _text.Length && MatchSingle(_text[s], p, classEnd);
            switch (classEnd < _pattern.Length ? _pattern[classEnd] : (byte)0)
            {
                case (byte)'?':
                    if (matches && Match(s + 1, classEnd + 1) is >= 0 and int found)
                        return found;
                    p = classEnd + 1;
                    continue;
                case (byte)'*':
                    return MaxExpand(s, p, classEnd);
                case (byte)'+':
                    return matches ? MaxExpand(s + 1, p, classEnd) : -1;
                case (byte)'-':
                    return MinExpand(s, p, classEnd);
                default:
                    if (!matches)
                        return -1;
                    (s, p) = (s + 1, classEnd);
                    continue;
            }
        }
    }

    private bool Pay()
    {
        if (_isOver || ++_unpaid < 256)
            return !_isOver;
        _unpaid = 0;
        _isOver = !_machine.Spend(_lua, 256);
        return !_isOver;
    }

    private int MaxExpand(int s, int p, int classEnd)
    {
        int count = 0;
        while (s + count < _text.Length && MatchSingle(_text[s + count], p, classEnd))
            count++;
        _unpaid += count / 16;
        for (; count >= 0; count--)
        {
            if (!Pay())
                return -1;
            if (Match(s + count, classEnd + 1) is >= 0 and int end)
                return end;
        }

        return -1;
    }

    private int MinExpand(int s, int p, int classEnd)
    {
        while (Pay())
        {
            if (Match(s, classEnd + 1) is >= 0 and int end)
                return end;
            if (s >= _text.Length || !MatchSingle(_text[s], p, classEnd))
                return -1;
            s++;
        }

        return -1;
    }

    private int StartCapture(int s, int p, int kind)
    {
        if (Count >= MaxCaptures)
            throw new LuaErrorException("too many captures");
        _captures[Count++] = (s, kind);
        int end = Match(s, p);
        if (end < 0)
            Count--;
        return end;
    }

    private int EndCapture(int s, int p)
    {
        int open = -1;
        for (int i = Count - 1; i >= 0 && open < 0; i--)
        {
            if (_captures[i].Length == Unfinished)
                open = i;
        }

        if (open < 0)
            throw new LuaErrorException("invalid pattern capture");
        _captures[open].Length = s - _captures[open].Start;
        int end = Match(s, p);
        if (end < 0)
            _captures[open].Length = Unfinished;
        return end;
    }

    private readonly int MatchBalance(int s, int p)
    {
        if (p + 1 >= _pattern.Length)
            throw new LuaErrorException("unbalanced pattern");
        if (s >= _text.Length || _text[s] != _pattern[p])
            return -1;
        byte open = _pattern[p], close = _pattern[p + 1];
        int depth = 1;
        while (++s < _text.Length)
        {
            if (_text[s] == close)
            {
                if (--depth == 0)
                    return s + 1;
            }
            else if (_text[s] == open)
            {
                depth++;
            }
        }

        return -1;
    }

    /// <summary>%f[set]: where the pattern goes on, or -1.</summary>
    private readonly int MatchFrontier(int s, int p)
    {
        if (p >= _pattern.Length || _pattern[p] != '[')
            throw new LuaErrorException("missing '[' after '%f' in pattern");
        int setEnd = ClassEnd(p);
        byte before = s == 0 ? (byte)0 : _text[s - 1], after = s < _text.Length ? _text[s] : (byte)0;
        return MatchSet(before, p, setEnd - 1) || !MatchSet(after, p, setEnd - 1) ? -1 : setEnd;
    }

    private readonly int MatchBack(int s, byte digit)
    {
        int index = digit - '1';
        if (index < 0 || index >= Count || _captures[index].Length == Unfinished)
            throw new LuaErrorException("invalid capture index");
        (int start, int length) = _captures[index];
        return _text.Length - s >= length && _text.Slice(start, length).SequenceEqual(_text.Slice(s, length)) ? s + length : -1;
    }

    private readonly int ClassEnd(int p)
    {
        byte c = _pattern[p++];
        if (c == '%')
            return p < _pattern.Length ? p + 1 : throw new LuaErrorException("malformed pattern (ends with '%')");
        if (c != '[')
            return p;
        if (p < _pattern.Length && _pattern[p] == '^')
            p++;
        do
        {
            if (p >= _pattern.Length)
                throw new LuaErrorException("malformed pattern (missing ']')");
            if (_pattern[p++] == '%' && p < _pattern.Length)
                p++;
        }
        while (p >= _pattern.Length || _pattern[p] != ']');
        return p + 1;
    }

    private readonly bool MatchSingle(byte c, int p, int classEnd) => _pattern[p] switch
    {
        (byte)'.' => true,
        (byte)'%' => MatchClass(c, _pattern[p + 1]),
        (byte)'[' => MatchSet(c, p, classEnd - 1),
        byte literal => literal == c,
    };

    private readonly bool MatchSet(byte c, int p, int end)
    {
        bool isIn = true;
        if (_pattern[p + 1] == '^')
        {
            isIn = false;
            p++;
        }

        while (++p < end)
        {
            if (_pattern[p] == '%')
            {
                if (MatchClass(c, _pattern[++p]))
                    return isIn;
            }
            else if (_pattern[p + 1] == '-' && p + 2 < end)
            {
                p += 2;
                if (_pattern[p - 2] <= c && c <= _pattern[p])
                    return isIn;
            }
            else if (_pattern[p] == c)
            {
                return isIn;
            }
        }

        return !isIn;
    }

    private static bool MatchClass(byte b, byte kind)
    {
        char c = (char)b;
        bool isAscii = b < 128;
        bool? matches = (char)(kind | 0x20) switch
        {
            'a' => char.IsAsciiLetter(c),
            'c' => isAscii && char.IsControl(c),
            'd' => char.IsAsciiDigit(c),
            'l' => char.IsAsciiLetterLower(c),
            'p' => b is > 32 and < 127 && !char.IsAsciiLetterOrDigit(c),
            's' => b is (>= 9 and <= 13) or 32,
            'u' => char.IsAsciiLetterUpper(c),
            'w' => char.IsAsciiLetterOrDigit(c),
            'x' => char.IsAsciiHexDigit(c),
            'z' => b == 0,
            _ => null,
        };
        if (matches is not { } result || !char.IsAsciiLetter((char)kind))
            return kind == b;
        return char.IsAsciiLetterUpper((char)kind) ? !result : result;
    }
}
