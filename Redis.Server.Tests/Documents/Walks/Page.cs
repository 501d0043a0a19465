using System.Text.RegularExpressions;

namespace Redis.Server.Tests.Documents.Walks;

/// <summary>A document as somebody follows it. Each line is asked for by its section and its beginning; what nobody asked for was not followed.</summary>
internal sealed partial class Page(string text)
{
    private readonly HashSet<Example> _followed = [];

    public static Page Read(params string[] path) => new(File.ReadAllText(SourceTree.PathOf(path)).ReplaceLineEndings("\n"));

    /// <summary>The lines to type in a section, in order.</summary>
    public IReadOnlyList<Example> Examples(string heading) =>
        [.. Fences(heading).Select(fence => fence.Replace(" \\\n", " ", StringComparison.Ordinal)).SelectMany(Prompts).Distinct()];

    /// <summary>The one that begins so.</summary>
    public Example Find(string heading, string beginning)
    {
        Example example = Examples(heading).First(one => one.Command.StartsWith(beginning, StringComparison.Ordinal));
        _followed.Add(example);
        return example;
    }

    /// <summary>The fenced block that begins so, as it stands there.</summary>
    public string Block(string heading, string beginning) => Fences(heading).First(fence => fence.StartsWith(beginning, StringComparison.Ordinal));

    public IEnumerable<string> NotFollowed(params IEnumerable<string> headings) =>
        headings.SelectMany(Examples).Except(_followed).Select(example => example.Command);

    private IEnumerable<string> Fences(string heading)
    {
        int begin = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        if (begin < 0)
            throw new ArgumentException($"There is no section '{heading}'.");
        int end = text.IndexOf("\n## ", begin + 4, StringComparison.Ordinal);
        return Fence().Matches(end < 0 ? text[begin..] : text[begin..end]).Select(match => match.Groups[1].Value);
    }

    /// <summary>What stands behind a "$ " up to the next one; the first line is typed, the rest comes back.</summary>
    private static IEnumerable<Example> Prompts(string fence) => $"\n{fence}".Split("\n$ ")[1..].Select(prompt =>
    {
        string[] parts = prompt.Split('\n', 2);
        return new Example(Remark().Replace(parts[0], "").TrimEnd(), parts.Length > 1 ? parts[1] : "");
    });

    [GeneratedRegex(@"^```[a-z]*\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@" +# .*$")]
    private static partial Regex Remark();
}
