using NUnit.Framework;

namespace Redis.Server.Tests.Documents;

internal sealed class CommandReferenceTests
{
    /// <summary>With REWRITE_DOCS=1 in the environment the chapter is written anew.</summary>
    [Test]
    public void TheChapter_IsWhatTheCommandTableSays()
    {
        string path = SourceTree.PathOf("docs", "using.md");
        string page = File.ReadAllText(path).ReplaceLineEndings("\n");
        int begin = page.IndexOf(CommandReference.Begin, StringComparison.Ordinal);
        int end = page.IndexOf(CommandReference.End, StringComparison.Ordinal) + CommandReference.End.Length;
        string made = CommandReference.Make();
        if (Environment.GetEnvironmentVariable("REWRITE_DOCS") == "1")
            File.WriteAllText(path, page[..begin] + made + page[end..]);
        else
            Assert.That(page[begin..end], Is.EqualTo(made), "Run the tests once with REWRITE_DOCS=1 and commit docs/using.md.");
    }
}
