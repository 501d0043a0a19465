using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Configuration;

namespace Redis.Server.Tests.Configuration;

internal sealed class WordsTests
{
    [TestCase("port 6379", "port|6379")]
    [TestCase("  a \t b  ", "a|b")]
    [TestCase("a \"b c\" d", "a|b c|d")]
    [TestCase("a \"\\x41\\n\\t\\\"\\\\\"", "a|A\n\t\"\\")]
    [TestCase("a 'b \\' \"c\"' d", "a|b ' \"c\"|d")]
    [TestCase("a \"\"", "a|")]
    [TestCase("a 'x\\n'", "a|x\\n")]
    public void Split_FollowsRedisRules(string line, string expected) =>
        Assert.That(Words.Split(line), Is.EqualTo(expected.Split('|')));

    [TestCase("a \"b")]
    [TestCase("a 'b")]
    [TestCase("a \"b\"c")]
    [TestCase("a \"b\\\"")]
    public void Split_RefusesUnbalancedQuotes(string line) => Assert.That(Words.Split(line), Is.Null);

    [Test]
    public void Quote_IsUndoneBySplit()
    {
        Prop.ForAll(
            ArbMap.Default.ArbFor<string[]>(),
            words =>
            {
                string[] original = [.. words.Select(w => w ?? "")];
                return Words.Split(string.Join(' ', original.Select(Words.Quote)))!.SequenceEqual(original);
            }).QuickCheckThrowOnFailure();
    }
}
