namespace Redis.Server.Scripting.Language;

/// <summary>The local variables that a function body sees, to tell what a name in an error message is.</summary>
internal sealed class FunctionScope(FunctionScope? outer, bool isVariadic)
{
    private readonly List<string> _locals = [];
    private readonly HashSet<string> _functions = [];

    public FunctionScope? Outer => outer;

    /// <summary>Whether it has '...'.</summary>
    public bool IsVariadic => isVariadic;

    /// <summary>Whether '...' itself was used: then Lua 5.1 makes no table 'arg'.</summary>
    public bool UsesDots { get; set; }

    /// <summary>Whether the name 'arg' was used and no variable of the source has it.</summary>
    public bool UsesArg { get; set; }

    /// <summary>Loops around the place reached.</summary>
    public int Loops { get; set; }

    /// <summary>Mark for <see cref="CloseBlock"/>.</summary>
    public int OpenBlock() => _locals.Count;

    public void CloseBlock(int mark) => _locals.RemoveRange(mark, _locals.Count - mark);

    public void Declare(string name)
    {
        _locals.Add(name);
        _functions.Remove(name);
    }

    /// <summary>Declares a local that is surely a function of the source.</summary>
    public void DeclareFunction(string name)
    {
        Declare(name);
        _functions.Add(name);
    }

    /// <summary>Whether <paramref name="name"/> is surely a function of the source.</summary>
    public bool IsFunction(string name) => _functions.Contains(name) || (outer?.IsFunction(name) ?? false);

    /// <summary>What <paramref name="name"/> is here, as Lua's messages call it.</summary>
    public string Describe(string name)
    {
        if (_locals.Contains(name))
            return "local";
        for (FunctionScope? scope = outer; scope != null; scope = scope.Outer)
        {
            if (scope._locals.Contains(name))
                return "upvalue";
        }

        return "global";
    }
}
