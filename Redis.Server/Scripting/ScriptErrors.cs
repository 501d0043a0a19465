using System.Text.RegularExpressions;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting;

/// <summary>Lua 5.4's error messages in the words of Lua 5.1.</summary>
internal static partial class ScriptErrors
{
    /// <param name="message">As it was raised.</param>
    /// <param name="place">What to put in the place of one in our own Lua code.</param>
    public static string InLua51(string message, LuaPlace? place)
    {
        Match own = OwnPlace().Match(message);
        bool isOwn = own.Success;
        if (isOwn)
        {
            // What is a function of C in Lua 5.1 has no place of its own; its complaints about arguments have the caller's.
            message = message[own.Length..];
            if (!message.StartsWith("attempt to ", StringComparison.Ordinal) && place is { } script)
                message = $"{script.Shown}:{script.Line}: {message}";
        }

        message = WithName().Replace(message, match =>
        {
            if (isOwn)
                return $"attempt to {match.Groups["what"].Value} a {match.Groups["type"].Value} value"; // our variables are nobody's business
            string name = match.Groups["name"].Value == "integer index" ? "?" : match.Groups["name"].Value;
            string problem = $"attempt to {match.Groups["what"].Value} ";
            return match.Groups["kind"].Value is "constant" or "for iterator"
                ? $"{problem}a {match.Groups["type"].Value} value"
                : $"{problem}{match.Groups["kind"].Value} '{name}' (a {match.Groups["type"].Value} value)";
        });
        message = ForBound().Replace(message, match => $"'for' {match.Groups[1].Value} must be a number");
        message = message.Replace("to 'for iterator'", "to '(for generator)'", StringComparison.Ordinal);
        return QualifiedName().Replace(message, "to '$1'");
    }

    /// <summary>attempt to call a nil value (global 'f')</summary>
    [GeneratedRegex(@"attempt to (?<what>call|index|perform arithmetic on|get length of|concatenate) a (?<type>\w+) value \((?<kind>global|local|upvalue|field|method|constant|for iterator) '(?<name>[^']*)'\)")]
    private static partial Regex WithName();

    [GeneratedRegex(@"^redis:\d+: ")]
    private static partial Regex OwnPlace();

    [GeneratedRegex(@"'?bad '?for' (initial value|limit|step) \(number expected, got \w+( \w+)?\)")]
    private static partial Regex ForBound();

    [GeneratedRegex(@"to '(?:string|table|math|coroutine)\.(\w+)'")]
    private static partial Regex QualifiedName();
}
