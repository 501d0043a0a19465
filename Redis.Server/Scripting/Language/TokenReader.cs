namespace Redis.Server.Scripting.Language;

/// <summary>The tokens with one ahead of the current, and the errors of Lua 5.1's parser.</summary>
internal sealed class TokenReader
{
    private const int MaxDepth = 200;

    private readonly Lexer _lexer;
    private Token? _ahead;
    private int _depth;

    public TokenReader(Lexer lexer)
    {
        _lexer = lexer;
        Current = lexer.Next();
    }

    public Token Current { get; private set; }

    /// <summary>Line of the token before the current.</summary>
    public int LastLine { get; private set; } = 1;

    public Token PeekNext() => _ahead ??= _lexer.Next();

    public void Advance()
    {
        LastLine = Current.Line;
        Current = _ahead ?? _lexer.Next();
        _ahead = null;
    }

    /// <summary>One more level of nesting.</summary>
    public void Enter()
    {
        if (++_depth > MaxDepth)
            throw _lexer.Error("chunk has too many syntax levels", null);
    }

    public void Leave() => _depth--;

    public LuaSyntaxException Error(string message) => _lexer.Error(message, Current.Text);

    public LuaSyntaxException Expected(string symbol) => Error($"'{symbol}' expected");
}
