namespace Redis.Server.Scripting;

/// <summary>How messages of the compiler show the name of a chunk (luaO_chunkid, MAXSRC).</summary>
internal static class ChunkNames
{
    private const int Longest = 80;

    public static string Shown(string name)
    {
        if (name.StartsWith('=') || name.StartsWith('@'))
            return name[1..];
        int end = name.AsSpan().IndexOfAny('\r', '\n');
        string line = end < 0 ? name : name[..end];
        const int Room = Longest - 17; // [string "..."] with a blank on each side and the end of C's text
        return end < 0 && line.Length <= Room ? $"[string \"{line}\"]" : $"[string \"{line[..Math.Min(line.Length, Room)]}...\"]";
    }
}
