using Embedding;
using NUnit.Framework;
using Raft.Core.Tests.Storage;

namespace Raft.Core.Tests.Embedding;

/// <summary>The program of docs/embedding.md runs, and the page shows it as it is.</summary>
public sealed class EmbeddingTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "Raft.Core.Tests", "Embedding");

    [Test]
    public void CounterCounts()
    {
        StringWriter output = new();
        Assert.That(ReplicatedCounter.Run(output), Is.EqualTo(55));
        Assert.That(output.ToString(), Does.Contain("10 additions are committed").And.Contain("node 2 leads now"));
    }

    [Test]
    public void DurableCounterCountsOnAfterARestart()
    {
        using TemporaryDirectory directory = new();
        using (DurableCounter counter = new(directory.Path))
        {
            for (int i = 1; i <= 10; i++)
            {
                counter.Add(i);
            }

            Assert.That(counter.Value, Is.EqualTo(55));
        }

        using DurableCounter restarted = new(directory.Path);
        restarted.Add(1);
        Assert.That(restarted.Value, Is.EqualTo(56));
    }

    [TestCase("CounterNode.cs")]
    [TestCase("DurableCounter.cs")]
    [TestCase("InProcessTransport.cs")]
    [TestCase("ReplicatedCounter.cs")]
    public void PageShowsTheFile(string name)
    {
        string page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "embedding.md"));
        Assert.That(page, Does.Contain($"```csharp\n{File.ReadAllText(Path.Combine(Folder, name)).TrimEnd('\n')}\n```\n"), $"docs/embedding.md must show {name} unchanged");
    }
}
