using System.Text.RegularExpressions;

namespace Redis.Server.Tests.Documents;

/// <summary>The command lines in fenced blocks of the documents.</summary>
internal static partial class CommandLineExamples
{
    public static IEnumerable<string> Documents =>
    [
        SourceTree.PathOf("README.md"),
        .. Directory.GetFiles(SourceTree.PathOf("docs"), "*.md").Order(StringComparer.Ordinal),
        .. Directory.GetFiles(SourceTree.PathOf(".github"), "*.md").Order(StringComparer.Ordinal),
    ];

    /// <summary>Each once, without its prompt and what is remarked about it.</summary>
    public static IEnumerable<string> Of(string document) => Fence().Matches(File.ReadAllText(document).ReplaceLineEndings("\n"))
        .SelectMany(fence => fence.Groups[1].Value.Replace("\\\n", "", StringComparison.Ordinal).Split('\n'))
        .Select(line => line.Trim())
        .Where(line => Command().IsMatch(line))
        .Select(line => Blanks().Replace(Remark().Replace(line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line, ""), " ").Trim())
        .Distinct();

    /// <summary>The same, and those in code marks within the text.</summary>
    public static IEnumerable<string> EverywhereIn(string document) =>
        [.. Of(document), .. Marked().Matches(File.ReadAllText(document)).Select(mark => Blanks().Replace(mark.Groups[1].Value, " ")).Where(text => Command().IsMatch(text))];

    [GeneratedRegex(@"^ *```[a-z]*\n(.*?)^ *```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(\$ |dotnet |\.ci/run|redis-cli |redis-raft-server |redis-benchmark |Redis\.Server |docker |kubectl |systemctl |openssl |for name )")]
    private static partial Regex Command();

    [GeneratedRegex(@" +# .*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"(?<!`)`([^`]+)`(?!`)")]
    private static partial Regex Marked();
}
