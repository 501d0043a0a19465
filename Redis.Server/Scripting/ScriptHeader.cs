using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>What a script says of itself in its first line: "#!lua flags=no-writes,allow-oom".</summary>
/// <param name="HasHeader">Without one a script is run as before Redis 7: nothing is known of it.</param>
/// <param name="Flags">As declared.</param>
/// <param name="CodeStart">Where the code begins: at the end of the header's line, so that lines keep their numbers.</param>
internal readonly record struct ScriptHeader(bool HasHeader, ScriptFlags Flags, int CodeStart)
{
    private static readonly (string Name, ScriptFlags Flag)[] Names =
    [
        ("no-writes", ScriptFlags.NoWrites), ("allow-oom", ScriptFlags.AllowOom), ("allow-stale", ScriptFlags.AllowStale),
        ("no-cluster", ScriptFlags.NoCluster), ("allow-cross-slot-keys", ScriptFlags.AllowCrossSlotKeys),
    ];

    /// <summary>Whether the text has a header.</summary>
    public static bool Begins(ReadOnlySpan<byte> text) => text.StartsWith("#!"u8);

    /// <summary>Reads the header of EVAL's script; false with an error.</summary>
    public static bool TryRead(ReadOnlySpan<byte> script, out ScriptHeader header, out string error)
    {
        header = default;
        error = "";
        if (!Begins(script))
            return true;
        if (!TryWords(script, out int end, out List<string> words))
        {
            error = end < 0 ? "ERR Invalid script shebang" : "ERR Invalid engine in script shebang";
            return false;
        }

        ScriptFlags flags = ScriptFlags.None;
        if (words[0] != "#!lua")
            error = $"ERR Unexpected engine in script shebang: {words[0]}";
        for (int i = 1; i < words.Count && error.Length == 0; i++)
        {
            if (!words[i].StartsWith("flags=", StringComparison.Ordinal))
                error = $"ERR Unknown lua shebang option: {words[i]}";
            else if (TryFlags(words[i].Length == 6 ? [] : words[i][6..].Split(','), out ScriptFlags read) is { } unknown)
                error = $"ERR Unexpected flag in script shebang: {unknown}";
            else
                flags |= read;
        }

        header = new ScriptHeader(true, flags, end);
        return error.Length == 0;
    }

    /// <summary>The words of a first line that begins with #!, quotes undone as in requests that are typed; false with no end of line (-1), or when a quote has no end.</summary>
    public static bool TryWords(ReadOnlySpan<byte> code, out int end, out List<string> words)
    {
        words = [];
        end = code.IndexOfAny((byte)'\n', (byte)0);
        if (end < 0 || code[end] == 0) // where C sees the end of the text
        {
            end = -1;
            return false;
        }

        bool isSplit = InlineCommand.TrySplit(code[..end], out List<byte[]> split);
        words.AddRange(split.Select(Encoding.Latin1.GetString));
        return isSplit;
    }

    /// <summary>The names of flags, as FUNCTION LIST tells them.</summary>
    public static IEnumerable<string> NamesOf(ScriptFlags flags) => Names.Where(row => (flags & row.Flag) != 0).Select(row => row.Name);

    /// <summary>Flags by name; answers the first unknown name.</summary>
    public static string? TryFlags(IEnumerable<string> names, out ScriptFlags flags)
    {
        flags = ScriptFlags.None;
        foreach (string name in names)
        {
            ScriptFlags flag = Names.FirstOrDefault(row => row.Name == name).Flag;
            if (flag == ScriptFlags.None)
                return name;
            flags |= flag;
        }

        return null;
    }
}

/// <summary>What a script or function declares.</summary>
[Flags]
internal enum ScriptFlags
{
    None = 0,
    NoWrites = 1,
    AllowOom = 2,
    AllowStale = 4,
    NoCluster = 8,
    AllowCrossSlotKeys = 16,
}
