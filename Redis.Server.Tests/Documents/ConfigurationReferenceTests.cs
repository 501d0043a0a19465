using NUnit.Framework;
using Redis.Server.Configuration;

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

    [Test]
    public void TheSampleFile_HasEveryOption_AndCanBeRead()
    {
        string path = SourceTree.PathOf("docs", "deploy", "redis-raft-full.conf");
        if (Environment.GetEnvironmentVariable("REWRITE_DOCS") == "1") File.WriteAllText(path, ConfigurationReference.MakeFile());
        string text = File.ReadAllText(path).ReplaceLineEndings("\n");
        Assert.That(text, Is.EqualTo(ConfigurationReference.MakeFile()), "Run the tests once with REWRITE_DOCS=1 and commit docs/deploy/redis-raft-full.conf.");
        string[] lines = [.. text.Split('\n').Where(line => line.Length > 1 && line[0] == '#' && char.IsAsciiLetterLower(line[1])).Select(line => line[1..])];
        Assert.That(lines, Has.Length.GreaterThan(80));
        ServerOptions options = CommandLine.Parse(["-"], new StringReader(string.Join('\n', lines.Where(line => !line.StartsWith("dir ", StringComparison.Ordinal)))));
        Assert.That(options.Table.All.Where(option => !option.IsDefault).Select(option => option.Name), Is.Empty);
    }

    [Test]
    public void TheSmallSampleFile_CanBeRead()
    {
        string[] lines = File.ReadAllLines(SourceTree.PathOf("docs", "deploy", "redis-raft.conf"));
        ServerOptions options = CommandLine.Parse(["-"], new StringReader(string.Join('\n', lines.Where(line => !line.StartsWith("dir ", StringComparison.Ordinal)))));
        Assert.That(options.AdvertisedAddress, Is.EqualTo("node1.example:6379"));
    }
}
