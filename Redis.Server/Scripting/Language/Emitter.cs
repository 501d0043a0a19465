using System.Globalization;
using System.Text;

namespace Redis.Server.Scripting.Language;

/// <summary>
/// Collects the Lua 5.4 text of a translation: every token stays on its line, so that line numbers in errors are those of the
/// source, and text can still be put before something that was written already.
/// </summary>
internal sealed class Emitter
{
    private readonly StringBuilder _text = new();
    private readonly List<(int Position, int Order, string Text)> _inserts = [];
    private int _line = 1;

    /// <summary>Where the next token will stand; for <see cref="InsertAt"/>.</summary>
    public int Position => _text.Length;

    /// <summary>Where a token on <paramref name="line"/> will stand, on that line.</summary>
    public int PositionOn(int line)
    {
        for (; _line < line; _line++)
            _text.Append('\n');
        return _text.Length;
    }

    /// <summary>A token of the source, on its line.</summary>
    public void Write(string token, int line)
    {
        PositionOn(line);
        _text.Append(' ').Append(token);
    }

    /// <summary>Text that no line of the source has.</summary>
    public void Append(string text) => _text.Append(text);

    /// <summary>Puts text before what was written at <paramref name="position"/>; what was put there earlier comes after it.</summary>
    public void InsertAt(int position, string text) => _inserts.Add((position, -_inserts.Count, text));

    public override string ToString()
    {
        if (_inserts.Count == 0)
            return _text.ToString();
        _inserts.Sort();
        StringBuilder all = new(_text.Length + _inserts.Count * 16);
        int done = 0;
        foreach ((int position, int _, string text) in _inserts)
        {
            all.Append(_text, done, position - done).Append(' ').Append(text);
            done = position;
        }

        return all.Append(_text, done, _text.Length - done).ToString();
    }

    /// <summary>A number as a Lua 5.4 float: all numbers of Lua 5.1 are floats.</summary>
    public static string Float(double value)
    {
        if (double.IsInfinity(value))
            return "1e999";
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    /// <summary>A string literal on one line.</summary>
    public static string Quote(string value)
    {
        StringBuilder text = new(value.Length + 2);
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\')
                text.Append('\\').Append(c);
            else if (c is < ' ' or (char)127)
                text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:D3}");
            else
                text.Append(c);
        }

        return text.Append('"').ToString();
    }
}
