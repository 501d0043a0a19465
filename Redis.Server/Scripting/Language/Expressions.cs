namespace Redis.Server.Scripting.Language;

/// <summary>
/// Expressions. What is changed: all numbers become floats, as Lua 5.1 has no integers; the operands of '..' pass a function that
/// prints numbers as Lua 5.1 does; '#' makes a float; '%' is a function; names that only Lua 5.1 allows get others.
/// </summary>
internal sealed class Expressions(TokenReader tokens, Translator statements)
{
    private const int UnaryPriority = 8;

    private static readonly Dictionary<string, (int Left, int Right)> Priorities = new()
    {
        ["+"] = (6, 6),
        ["-"] = (6, 6),
        ["*"] = (7, 7),
        ["/"] = (7, 7),
        ["%"] = (7, 7),
        ["^"] = (10, 9),
        [".."] = (5, 4),
        ["~="] = (3, 3),
        ["=="] = (3, 3),
        ["<"] = (3, 3),
        ["<="] = (3, 3),
        [">"] = (3, 3),
        [">="] = (3, 3),
        ["and"] = (2, 2),
        ["or"] = (1, 1),
    };

    public TokenReader Tokens => tokens;

    public Emitter Output { get; } = new();

    /// <summary>The function whose body is translated.</summary>
    public FunctionScope Scope { get; set; } = new(null, isVariadic: true);

    /// <summary>One expression.</summary>
    public Operand Parse() => Parse(0);

    /// <summary>One expression or more.</summary>
    public void ParseList()
    {
        Parse();
        while (tokens.Current.Is(","))
        {
            Copy();
            Parse();
        }
    }

    /// <summary>A bound of a numeric 'for': Lua 5.1 takes strings too.</summary>
    public void ParseBound(bool isStep = false)
    {
        int start = Output.PositionOn(tokens.Current.Line);
        Operand bound = Parse();
        if (bound.Kind == OperandKind.Number && !isStep)
            return;
        Output.InsertAt(start, Translator.BoundFunction + "(");
        Output.Append(isStep ? ",true)" : ")");
    }

    /// <summary>A name or a parenthesis, and the fields and calls behind it.</summary>
    public Operand ParsePrimary()
    {
        int start = Output.PositionOn(tokens.Current.Line);
        int line = tokens.Current.Line;
        Operand operand;
        if (tokens.Current.Kind == TokenKind.Name)
        {
            bool isFunction = Scope.IsFunction(tokens.Current.Text);
            operand = new Operand(OperandKind.Name, start, NameOperand(), isFunction);
        }
        else if (tokens.Current.Is("("))
        {
            Copy();
            Parse();
            TakeClosing(")", "(", line);
            operand = new Operand(OperandKind.Other, start);
        }
        else
        {
            throw tokens.Error("unexpected symbol");
        }

        while (TryParseSuffix(start, ref operand))
        {
        }

        return operand;
    }

    public void Copy()
    {
        Output.Write(tokens.Current.Text, tokens.Current.Line);
        tokens.Advance();
    }

    /// <summary>Copies a name; answers it as it is in the source.</summary>
    public string CopyName()
    {
        if (tokens.Current.Kind != TokenKind.Name)
            throw tokens.Error("'<name>' expected");
        string name = tokens.Current.Text;
        Output.Write(Rename(name), tokens.Current.Line);
        tokens.Advance();
        return name;
    }

    public void Take(string symbol)
    {
        if (!tokens.Current.Is(symbol))
            throw tokens.Expected(symbol);
        Copy();
    }

    public void TakeClosing(string closing, string opening, int line)
    {
        if (!tokens.Current.Is(closing) && line != tokens.Current.Line)
            throw tokens.Error($"'{closing}' expected (to close '{opening}' at line {line})");
        Take(closing);
    }

    private static string Rename(string name) =>
        name == "goto" ? Translator.OwnPrefix + "goto" : name.StartsWith(Translator.OwnPrefix, StringComparison.Ordinal) ? name + "_" : name;

    private string NameOperand()
    {
        string name = tokens.Current.Text;
        string kind = Scope.Describe(name);
        if (name == "arg" && kind == "global" && Scope is { IsVariadic: true, Outer: not null })
        {
            Scope.UsesArg = true;
            kind = "local";
        }

        CopyName();
        return $"{kind} '{name}'";
    }

    private Operand Parse(int limit)
    {
        tokens.Enter();
        int start = Output.PositionOn(tokens.Current.Line);
        Operand left = ParseUnary(start);
        while (tokens.Current.Kind == TokenKind.Symbol && Priorities.TryGetValue(tokens.Current.Text, out (int Left, int Right) priority) && priority.Left > limit)
        {
            bool isConcat = tokens.Current.Is("..");
            if (tokens.Current.Is("%"))
            {
                ParseModulo(left, priority.Right);
                left = new Operand(OperandKind.Other, start);
                continue;
            }

            if (isConcat)
                ConvertForConcat(left);
            Copy();
            Operand right = Parse(priority.Right);
            if (isConcat)
                ConvertForConcat(right);
            left = new Operand(isConcat ? OperandKind.Concat : OperandKind.Other, start);
        }

        tokens.Leave();
        return left;
    }

    private Operand ParseUnary(int start)
    {
        if (tokens.Current.Is("#"))
        {
            Output.Append(" (");
            Copy();
            Parse(UnaryPriority);
            Output.Append("+0.0)");
            return new Operand(OperandKind.Number, start);
        }

        if (!tokens.Current.Is("-") && !tokens.Current.Is("not"))
            return ParseSimple(start);
        Copy();
        Operand operand = Parse(UnaryPriority);
        return new Operand(operand.Kind == OperandKind.Number ? OperandKind.Number : OperandKind.Other, start);
    }

    private Operand ParseSimple(int start)
    {
        Token token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                Output.Write(Emitter.Float(token.Number), token.Line);
                tokens.Advance();
                return new Operand(OperandKind.Number, start);
            case TokenKind.String:
                CopyString();
                return new Operand(OperandKind.String, start);
            case TokenKind.Symbol when token.Text is "nil" or "true" or "false":
                Copy();
                return new Operand(OperandKind.Other, start);
            case TokenKind.Symbol when token.Text == "...":
                if (!Scope.IsVariadic)
                    throw tokens.Error("cannot use '...' outside a vararg function");
                Scope.UsesDots = true;
                Copy();
                return new Operand(OperandKind.Other, start);
            case TokenKind.Symbol when token.Text == "{":
                ParseTable();
                return new Operand(OperandKind.Other, start);
            case TokenKind.Symbol when token.Text == "function":
                Copy();
                statements.FunctionBody(hasSelf: false, token.Line);
                return new Operand(OperandKind.Other, start);
            default:
                return ParsePrimary();
        }
    }

    private void CopyString()
    {
        Output.Write(Emitter.Quote(tokens.Current.Value), tokens.Current.Line);
        tokens.Advance();
    }

    private void ParseTable()
    {
        int line = tokens.Current.Line;
        Copy();
        while (!tokens.Current.Is("}"))
        {
            if (tokens.Current.Is("["))
            {
                ParseIndex();
                Take("=");
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.PeekNext().Is("="))
            {
                CopyFieldKey();
                Copy();
            }

            Parse();
            if (!tokens.Current.Is(",") && !tokens.Current.Is(";"))
                break;
            Copy();
        }

        TakeClosing("}", "{", line);
    }

    private void CopyFieldKey()
    {
        Token name = tokens.Current;
        Output.Write(name.Text == "goto" ? "[\"goto\"]" : name.Text, name.Line);
        tokens.Advance();
    }

    /// <summary>[expression]</summary>
    private Operand ParseIndex()
    {
        Copy();
        Token token = tokens.Current;
        Operand key;
        bool isPlainInteger = token.Kind == TokenKind.Number && tokens.PeekNext().Is("]") && Math.Floor(token.Number) == token.Number && Math.Abs(token.Number) < 1L << 53;
        if (isPlainInteger)
        {
            // A table makes no difference between 1 and 1.0, and finds 1 faster.
            Output.Write(((long)token.Number).ToString(System.Globalization.CultureInfo.InvariantCulture), token.Line);
            tokens.Advance();
            key = new Operand(OperandKind.Number, Output.Position);
        }
        else
        {
            key = Parse() with { Name = token.Kind == TokenKind.String ? token.Value : "" };
        }

        Take("]");
        return key;
    }

    private bool TryParseSuffix(int start, ref Operand operand)
    {
        Token token = tokens.Current;
        if (token.Kind == TokenKind.String || token.Is("{") || token.Is("("))
        {
            ParseArguments();
            operand = new Operand(OperandKind.Call, start, IsSourceFunction: operand.Kind == OperandKind.Name && operand.IsSourceFunction);
            return true;
        }

        if (token.Is("["))
        {
            Operand key = ParseIndex();
            string name = key.Kind == OperandKind.String ? key.Name : "?";
            operand = new Operand(OperandKind.Field, start, $"field '{name}'");
            return true;
        }

        if (token.Is("."))
        {
            string name = ParseField();
            operand = new Operand(OperandKind.Field, start, $"field '{name}'");
            return true;
        }

        if (!token.Is(":"))
            return false;
        Copy();
        CopyName();
        ParseArguments();
        operand = new Operand(OperandKind.Call, start);
        return true;
    }

    private string ParseField()
    {
        int line = tokens.Current.Line;
        tokens.Advance();
        Token name = tokens.Current;
        if (name.Kind != TokenKind.Name)
            throw tokens.Error("'<name>' expected");
        Output.Write(name.Text == "goto" ? "[\"goto\"]" : "." + name.Text, Math.Max(line, name.Line));
        tokens.Advance();
        return name.Text;
    }

    private void ParseArguments()
    {
        Token token = tokens.Current;
        if (token.Kind == TokenKind.String)
        {
            CopyString();
            return;
        }

        if (token.Is("{"))
        {
            ParseTable();
            return;
        }

        if (!token.Is("("))
            throw tokens.Error("function arguments expected");
        if (token.Line != tokens.LastLine)
            throw tokens.Error("ambiguous syntax (function call x new statement)");
        Copy();
        if (!tokens.Current.Is(")"))
            ParseList();
        TakeClosing(")", "(", token.Line);
    }

    /// <summary>
    /// The operator '%', whose rounding Lua 5.4 has changed, and what is right of it. The operands' names are for errors, and keep a call from
    /// giving more than one value; in parentheses a call is no tail call, which would have no place in the source.
    /// </summary>
    private void ParseModulo(in Operand left, int limit)
    {
        Output.InsertAt(left.Start, $"({Translator.ModuloFunction}(");
        Output.Write(",", tokens.Current.Line);
        tokens.Advance();
        Operand right = Parse(limit);
        Output.Append($",{Emitter.Quote(left.Name)},{Emitter.Quote(right.Name)}))");
    }

    private void ConvertForConcat(in Operand operand)
    {
        if (operand.Kind is OperandKind.String or OperandKind.Concat)
            return;
        Output.InsertAt(operand.Start, Translator.ConcatFunction + "(");
        Output.Append(operand.Name.Length > 0 ? $",{Emitter.Quote(operand.Name)})" : ")");
    }
}
