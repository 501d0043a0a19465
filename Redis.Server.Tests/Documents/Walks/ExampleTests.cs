using NUnit.Framework;

namespace Redis.Server.Tests.Documents.Walks;

internal sealed class ExampleTests
{
    [TestCase("OK", "OK\n", true)]
    [TestCase("OK", "ERR unknown command", false)]
    [TestCase("OK", "OK\nOK\n", false, TestName = "More came than was promised")]
    [TestCase("OK\nOK", "OK", false, TestName = "Less came than was promised")]
    [TestCase("", "whatever\ncomes", true, TestName = "Nothing is promised")]
    [TestCase("OK 139d2eae3892e17504a3aad908c2e7b1", "OK 5f0d8bb3c9f0c5ba2a4c4d2a5a8e6f10", true, TestName = "Another id")]
    [TestCase("OK 139d2eae3892e17504a3aad908c2e7b1", "OK", false, TestName = "No id")]
    [TestCase("\"hello\"", "hello", true, TestName = "Quotation marks are for terminals")]
    [TestCase("(error) MOVED 0 127.0.0.1:5001", "MOVED 0 127.0.0.1:5001", true)]
    [TestCase("(error) MOVED 0 127.0.0.1:5001", "MOVED 0 127.0.0.1:5002", false)]
    [TestCase("node 1   leader  16mb  1.13K  175 µs", "node 2   leader  1gb  70.55G  9 µs", true, TestName = "Other figures, other blanks")]
    [TestCase("1  node1.example:6379  leader", "1  node2.example:6379  leader", false, TestName = "Numbers in names count")]
    [TestCase("cluster …\n...", "cluster of three\nand more", true)]
    public void AnOutput_IsThePromisedOne_OrNot(string promised, string came, bool expected) =>
        Assert.That(new Example("", promised).IsAnsweredBy(came), Is.EqualTo(expected));

    [Test]
    public void APage_KnowsWhatWasNotTyped()
    {
        Page page = new("# Title\n\n## One\n\n```\n$ first --long \\\n    line   # a remark\nOK\n$ second\n```\n\n## Two\n\n```\n$ third\n```\n");
        Assert.That(page.Find("One", "first"), Is.EqualTo(new Example("first --long     line", "OK")));
        Assert.That(page.NotFollowed("One", "Two"), Is.EqualTo(new[] { "second", "third" }));
        Assert.That(() => page.Find("One", "third"), Throws.InvalidOperationException);
        Assert.That(() => page.Examples("Three"), Throws.ArgumentException);
    }
}
