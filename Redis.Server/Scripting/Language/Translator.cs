namespace Redis.Server.Scripting.Language;

/// <summary>
/// Translates Lua 5.1, Redis's language, to Lua 5.4, which is what runs here, and reports syntax errors as Lua 5.1 does. The
/// statements; <see cref="Expressions"/> has the rest and says what is changed.
/// </summary>
internal sealed class Translator
{
    /// <summary>Beginning of names that the translation brings; names of the source that begin so get a letter more.</summary>
    public const string OwnPrefix = "_ENV";

    /// <summary>Converts an operand of '..' that is a number as Lua 5.1 prints it.</summary>
    public const string ConcatFunction = OwnPrefix + "c";

    /// <summary>Converts a bound of a numeric 'for' that is a string.</summary>
    public const string BoundFunction = OwnPrefix + "n";

    /// <summary>The operator '%' as Lua 5.1 computes it.</summary>
    public const string ModuloFunction = OwnPrefix + "m";

    /// <summary>Answers what it is given: a call in its arguments is no tail call.</summary>
    public const string ReturnFunction = OwnPrefix + "r";

    private const string ArgTable = $"local arg={OwnPrefix}a(...);";

    private readonly Expressions _expressions;

    private Translator(string source, string chunk) => _expressions = new Expressions(new TokenReader(new Lexer(source, chunk)), this);

    private TokenReader Tokens => _expressions.Tokens;

    private Emitter Output => _expressions.Output;

    private FunctionScope Scope => _expressions.Scope;

    /// <summary>The source as a Lua 5.4 chunk that takes the functions of the prelude and answers the function of the source.</summary>
    /// <param name="source">Chars are bytes.</param>
    /// <param name="chunk">Name of the chunk in messages.</param>
    /// <exception cref="LuaSyntaxException">It is not Lua 5.1.</exception>
    public static string Translate(string source, string chunk)
    {
        Translator translator = new(source, chunk);
        Emitter output = translator.Output;
        output.Append($"local {ConcatFunction},{BoundFunction},{OwnPrefix}a,{ReturnFunction},{ModuloFunction}=... return function(...)");
        translator.Block(new FunctionScope(null, isVariadic: true));
        if (translator.Tokens.Current.Kind != TokenKind.End)
            throw translator.Tokens.Expected("<eof>");
        output.Append("\nend");
        return output.ToString();
    }

    /// <summary>Parameters and body of a function, after the word.</summary>
    public void FunctionBody(bool hasSelf, int line)
    {
        Tokens.Enter();
        List<string> names = hasSelf ? ["self"] : [];
        Take("(");
        bool isVariadic = false;
        while (!Tokens.Current.Is(")"))
        {
            if (Tokens.Current.Is("..."))
            {
                Copy();
                isVariadic = true;
                break;
            }

            if (Tokens.Current.Kind != TokenKind.Name)
                throw Tokens.Error("<name> or '...' expected");
            names.Add(CopyName());
            if (!Tokens.Current.Is(","))
                break;
            Copy();
            if (Tokens.Current.Is(")"))
                throw Tokens.Error("<name> or '...' expected");
        }

        Take(")");
        int bodyAt = Output.Position;
        FunctionScope scope = new(Scope, isVariadic);
        names.ForEach(scope.Declare);
        Block(scope);
        if (isVariadic && scope is { UsesArg: true, UsesDots: false })
            Output.InsertAt(bodyAt, ArgTable);
        TakeClosing("end", "function", line);
        Tokens.Leave();
    }

    private void Block(FunctionScope scope)
    {
        FunctionScope outer = Scope;
        _expressions.Scope = scope;
        Statements();
        _expressions.Scope = outer;
    }

    private void Block()
    {
        int mark = Scope.OpenBlock();
        Statements();
        Scope.CloseBlock(mark);
    }

    private void Loop()
    {
        Scope.Loops++;
        Block();
        Scope.Loops--;
    }

    private void Statements()
    {
        Tokens.Enter();
        while (!IsBlockEnd(Tokens.Current))
        {
            bool isLast = Statement();
            if (Tokens.Current.Is(";"))
                Copy();
            if (isLast)
                break;
        }

        Tokens.Leave();
    }

    private static bool IsBlockEnd(in Token token) =>
        token.Kind == TokenKind.End || token.Is("else") || token.Is("elseif") || token.Is("end") || token.Is("until");

    /// <summary>Answers whether it has to be the last of its block.</summary>
    private bool Statement()
    {
        int line = Tokens.Current.Line;
        switch (Tokens.Current.Kind == TokenKind.Symbol ? Tokens.Current.Text : "")
        {
            case "if":
                If(line);
                return false;
            case "while":
                Copy();
                _expressions.Parse();
                Take("do");
                Loop();
                TakeClosing("end", "while", line);
                return false;
            case "do":
                Copy();
                Block();
                TakeClosing("end", "do", line);
                return false;
            case "for":
                For(line);
                return false;
            case "repeat":
                Repeat(line);
                return false;
            case "function":
                Function(line);
                return false;
            case "local":
                Local(line);
                return false;
            case "return":
                Return();
                return true;
            case "break":
                Copy();
                return Scope.Loops > 0 ? true : throw Tokens.Error("no loop to break");
            default:
                ExpressionStatement();
                return false;
        }
    }

    private void If(int line)
    {
        Copy();
        _expressions.Parse();
        Take("then");
        Block();
        while (Tokens.Current.Is("elseif"))
        {
            Copy();
            _expressions.Parse();
            Take("then");
            Block();
        }

        if (Tokens.Current.Is("else"))
        {
            Copy();
            Block();
        }

        TakeClosing("end", "if", line);
    }

    private void For(int line)
    {
        Copy();
        int mark = Scope.OpenBlock();
        List<string> names = [CopyName()];
        if (Tokens.Current.Is("="))
        {
            Copy();
            _expressions.ParseBound();
            Take(",");
            _expressions.ParseBound();
            if (Tokens.Current.Is(","))
            {
                Copy();
                _expressions.ParseBound(isStep: true);
            }
        }
        else if (Tokens.Current.Is(",") || Tokens.Current.Is("in"))
        {
            while (Tokens.Current.Is(","))
            {
                Copy();
                names.Add(CopyName());
            }

            Take("in");
            _expressions.ParseList();
        }
        else
        {
            throw Tokens.Error("'=' or 'in' expected");
        }

        Take("do");
        names.ForEach(Scope.Declare);
        Loop();
        Scope.CloseBlock(mark);
        TakeClosing("end", "for", line);
    }

    private void Repeat(int line)
    {
        Copy();
        int mark = Scope.OpenBlock();
        Scope.Loops++;
        Statements();
        Scope.Loops--;
        TakeClosing("until", "repeat", line);
        _expressions.Parse();
        Scope.CloseBlock(mark);
    }

    private void Function(int line)
    {
        Copy();
        CopyName();
        bool hasSelf = false;
        while (!hasSelf && (Tokens.Current.Is(".") || Tokens.Current.Is(":")))
        {
            hasSelf = Tokens.Current.Is(":");
            Copy();
            CopyName();
        }

        FunctionBody(hasSelf, line);
    }

    private void Local(int line)
    {
        Copy();
        if (Tokens.Current.Is("function"))
        {
            Copy();
            Scope.DeclareFunction(CopyName());
            FunctionBody(hasSelf: false, line);
            return;
        }

        List<string> names = [CopyName()];
        while (Tokens.Current.Is(","))
        {
            Copy();
            names.Add(CopyName());
        }

        if (Tokens.Current.Is("="))
        {
            Copy();
            _expressions.ParseList();
        }

        names.ForEach(Scope.Declare);
        Output.Append(";");
    }

    private void Return()
    {
        Copy();
        if (IsBlockEnd(Tokens.Current) || Tokens.Current.Is(";"))
            return;
        int start = Output.PositionOn(Tokens.Current.Line);
        Operand first = _expressions.Parse();
        if (Tokens.Current.Is(","))
        {
            Copy();
            _expressions.ParseList();
        }
        else if (first.Kind == OperandKind.Call && !first.IsSourceFunction)
        {
            // Libraries are Lua here: a tail call would take the place of the script in error messages.
            Output.InsertAt(start, ReturnFunction + "(");
            Output.Append(")");
        }
    }

    private void ExpressionStatement()
    {
        Operand first = _expressions.ParsePrimary();
        if (first.Kind == OperandKind.Call)
        {
            Output.Append(";");
            return;
        }

        if (!first.IsAssignable)
            throw Tokens.Error("syntax error");
        while (Tokens.Current.Is(","))
        {
            Copy();
            if (!_expressions.ParsePrimary().IsAssignable)
                throw Tokens.Error("syntax error");
        }

        Take("=");
        _expressions.ParseList();
        Output.Append(";");
    }

    private void Copy() => _expressions.Copy();

    private string CopyName() => _expressions.CopyName();

    private void Take(string symbol) => _expressions.Take(symbol);

    private void TakeClosing(string closing, string opening, int line) => _expressions.TakeClosing(closing, opening, line);
}
