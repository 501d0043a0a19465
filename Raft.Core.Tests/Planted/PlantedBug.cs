namespace Raft.Core.Tests.Planted;

/// <summary>
/// A known bug as a change to the source: in one file, one passage becomes another. The list is a text file:
/// <c>## NUMBER TITLE</c> begins a bug; then <c>file: PATH</c>, the passage between lines <c>find:</c> and
/// <c>replace:</c>, and the new passage up to the next bug. <c>excluded: REASON</c> instead says why it cannot be planted.
/// </summary>
internal sealed record PlantedBug(string Number, string Title, string? Excluded, IReadOnlyList<SourceChange> Changes)
{
    public static IReadOnlyList<PlantedBug> ReadAll(string file)
    {
        List<PlantedBug> bugs = [];
        foreach (string section in File.ReadAllText(file).Split("\n## ").Skip(1))
        {
            int lineEnd = section.IndexOf('\n', StringComparison.Ordinal);
            string[] heading = section[..lineEnd].Split(' ', 2);
            string body = section[(lineEnd + 1)..];
            bugs.Add(body.StartsWith("excluded:", StringComparison.Ordinal)
                ? new PlantedBug(heading[0], heading[1], body["excluded:".Length..].Trim(), [])
                : new PlantedBug(heading[0], heading[1], null, [.. body.Split("file: ").Skip(1).Select(SourceChange.Parse)]));
        }

        return bugs;
    }
}

/// <summary>One passage of one file and what it becomes.</summary>
internal sealed record SourceChange(string File, string Find, string Replace)
{
    public static SourceChange Parse(string text)
    {
        string[] parts = text.Split(["\nfind:\n", "\nreplace:"], StringSplitOptions.None);
        return parts.Length == 3
            ? new SourceChange(parts[0].Trim(), parts[1].Trim('\n'), parts[2].Trim('\n'))
            : throw new FormatException($"Not a change: {text}");
    }

    /// <summary>Whether the passage still stands in the source, exactly once.</summary>
    public bool Fits(string source)
    {
        int first = source.IndexOf(Find, StringComparison.Ordinal);
        return first >= 0 && source.IndexOf(Find, first + 1, StringComparison.Ordinal) < 0;
    }

    public string ApplyTo(string source) => source.Replace(Find, Replace, StringComparison.Ordinal);
}
