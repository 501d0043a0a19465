namespace Redis.Server.Scripting.Language;

/// <summary>What an expression is, as far as the translation and error messages care.</summary>
internal enum OperandKind
{
    Other,
    Number,
    String,
    Name,
    Field,
    Call,
    Concat,
}

/// <summary>A parsed expression.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where its text begins in the output.</param>
/// <param name="Name">As Lua 5.1's messages name it: "local 'x'", or empty.</param>
/// <param name="IsSourceFunction">A function that the source defines, or a call of one.</param>
internal readonly record struct Operand(OperandKind Kind, int Start, string Name = "", bool IsSourceFunction = false)
{
    public bool IsAssignable => Kind is OperandKind.Name or OperandKind.Field;
}
