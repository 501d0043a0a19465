namespace Redis.Server.Scripting.Lua;

/// <summary>
/// What a function of ours has to complain about: raised as a Lua error, with the place of the call before it, once the function
/// has returned.
/// </summary>
internal sealed class LuaErrorException(string message) : Exception(message)
{
    public static LuaErrorException Argument(int index, string function, string problem) =>
        new($"bad argument #{index} to '{function}' ({problem})");

    /// <summary>Argument <paramref name="index"/> is not what <paramref name="function"/> expects.</summary>
    public static LuaErrorException Type(LuaThread lua, int index, string function, string expected) =>
        Argument(index, function, $"{expected} expected, got {lua.TypeName(index)}");
}
