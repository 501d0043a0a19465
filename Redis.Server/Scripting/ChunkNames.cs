namespace Redis.Server.Scripting;

/// <summary>How messages show the name of a chunk (luaO_chunkid).</summary>
internal static class ChunkNames
{
    private const int Longest = 60;

    public static string Shown(string name)
    {
        if (name.StartsWith('=') || name.StartsWith('@'))
            return name[1..];
        int end = name.AsSpan().IndexOfAny('\r', '\n');
        string line = end < 0 ? name : name[..end];
        const int Room = Longest - 16; // [string "..."] and the end of C's text
        return end < 0 && line.Length <= Room ? $"[string \"{line}\"]" : $"[string \"{line[..Math.Min(line.Length, Room)]}...\"]";
    }
}
