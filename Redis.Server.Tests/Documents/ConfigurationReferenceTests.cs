using NUnit.Framework;

namespace Redis.Server.Tests.Documents;

internal sealed class ConfigurationReferenceTests
{
    /// <summary>With REWRITE_DOCS=1 in the environment the page is written anew.</summary>
    [Test]
    public void ThePage_IsWhatTheOptionTableSays()
    {
        string path = SourceTree.PathOf("docs", "configuration.md");
        if (Environment.GetEnvironmentVariable("REWRITE_DOCS") == "1") File.WriteAllText(path, ConfigurationReference.Make());
        Assert.That(File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "", Is.EqualTo(ConfigurationReference.Make()),
            "Run the tests once with REWRITE_DOCS=1 and commit docs/configuration.md.");
    }
}
