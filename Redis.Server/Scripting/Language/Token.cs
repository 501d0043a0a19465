namespace Redis.Server.Scripting.Language;

/// <summary>Kinds of tokens of Lua 5.1. A symbol or reserved word is told by its text.</summary>
internal enum TokenKind : byte
{
    End,
    Name,
    Number,
    String,

    /// <summary>A reserved word, operator or other mark.</summary>
    Symbol,
}

/// <summary>A token of Lua 5.1 source (chars are bytes, Latin-1).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As in the source; of a string with its quotes.</param>
/// <param name="Line">Line on which it ends.</param>
/// <param name="Value">Of a string: what it means.</param>
/// <param name="Number">Of a number: its value.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, string Value = "", double Number = 0)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}

/// <summary>The source is not Lua 5.1: the message as Lua 5.1 words it, with chunk and line.</summary>
internal sealed class LuaSyntaxException(string message) : Exception(message);
