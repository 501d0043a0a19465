using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Redis.Server.Tests.Documents;

/// <summary>Links between documents, and the files and folders they name in code marks, exist.</summary>
internal sealed partial class LinkTests
{
    private static IEnumerable<string> Documents =>
        [SourceTree.PathOf("README.md"), .. Directory.GetFiles(SourceTree.PathOf("docs"), "*.md").Order(StringComparer.Ordinal), .. Directory.GetFiles(SourceTree.PathOf(".github"), "*.md").Order(StringComparer.Ordinal)];

    [TestCaseSource(nameof(Documents))]
    public void EveryLocalLink_LeadsSomewhere(string document)
    {
        string folder = Path.GetDirectoryName(document)!;
        Assert.Multiple(() =>
        {
            foreach (Match link in LocalLink().Matches(File.ReadAllText(document)))
            {
                string[] target = link.Groups[1].Value.Split('#');
                string path = target[0].Length == 0 ? document : Path.GetFullPath(target[0], folder);
                Assert.That(File.Exists(path) || Directory.Exists(path), Is.True, $"{document} links to {target[0]}");
                if (target.Length > 1 && File.Exists(path)) Assert.That(Anchors(path), Does.Contain(target[1]), $"{document} links to {link.Groups[1].Value}");
            }
        });
    }

    /// <summary>Sources are named as `Folder/File.cs`; the name has to be that of a file.</summary>
    [TestCaseSource(nameof(Documents))]
    public void EverySourceFileNamed_Exists(string document)
    {
        Assert.Multiple(() =>
        {
            foreach (Match name in SourceName().Matches(File.ReadAllText(document)))
                Assert.That(File.Exists(SourceTree.PathOf(name.Groups[1].Value.Split('/'))), Is.True, $"{document} names {name.Groups[1].Value}");
        });
    }

    // GitHub's rule: lower case, punctuation dropped, spaces to hyphens.
    private static IEnumerable<string> Anchors(string path) => Heading().Matches(File.ReadAllText(path))
        .Select(h => Dropped().Replace(h.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?!https?:|mailto:)([^)\s]+)\)")]
    private static partial Regex LocalLink();

    [GeneratedRegex(@"`([A-Z][A-Za-z.]+(?:/[A-Za-z.]+)+\.cs)`")]
    private static partial Regex SourceName();

    [GeneratedRegex(@"^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Dropped();
}
