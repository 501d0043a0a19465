namespace Redis.Server.Scripting;

/// <summary>The first line of a function library: "#!lua name=mylib".</summary>
internal static class LibraryHeader
{
    /// <summary>Reads it; false with an error.</summary>
    public static bool TryRead(ReadOnlySpan<byte> code, out string name, out int codeStart, out string error)
    {
        name = "";
        error = "";
        List<string> words = [];
        codeStart = -1;
        if (!ScriptHeader.Begins(code))
            error = "ERR Missing library metadata";
        else if (!ScriptHeader.TryWords(code, out codeStart, out words))
            error = "ERR Invalid library metadata";
        if (error.Length > 0)
            return false;
        bool isNamed = false;
        foreach (string word in words.Skip(1))
        {
            if (!word.StartsWith("name=", StringComparison.OrdinalIgnoreCase))
            {
                error = $"ERR Invalid metadata value given: {word}";
                return false;
            }

            if (isNamed)
            {
                error = "ERR Invalid metadata value, name argument was given multiple times";
                return false;
            }

            isNamed = true;
            name = word[5..];
        }

        if (!isNamed)
            error = "ERR Library name was not given";
        else if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            error = "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long";
        else if (!words[0].Equals("#!lua", StringComparison.OrdinalIgnoreCase))
            error = $"ERR Engine '{words[0][2..]}' not found";
        return error.Length == 0;
    }
}
