using NUnit.Framework;

namespace Redis.Server.Tests.Documents;

internal sealed class ClusterFiguresTests
{
    private static string Figures => File.ReadAllText(SourceTree.PathOf("docs", "cluster-benchmark.json"));

    /// <summary>With REWRITE_DOCS=1 in the environment the table is written anew.</summary>
    [Test]
    public void TheTable_IsWhatWasMeasured()
    {
        string path = SourceTree.PathOf("docs", "performance.md");
        string page = File.ReadAllText(path).ReplaceLineEndings("\n");
        int begin = page.IndexOf(ClusterFigures.Begin, StringComparison.Ordinal);
        int end = page.IndexOf(ClusterFigures.End, StringComparison.Ordinal) + ClusterFigures.End.Length;
        string made = ClusterFigures.Make(Figures).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("REWRITE_DOCS") == "1")
            File.WriteAllText(path, page[..begin] + made + page[end..]);
        else
            Assert.That(page[begin..end], Is.EqualTo(made), "Run the tests once with REWRITE_DOCS=1 and commit docs/performance.md.");
    }

    [Test]
    public void TheChart_IsDrawnFromTheSameFigures()
    {
        string chart = File.ReadAllText(SourceTree.PathOf("docs", "cluster-benchmark.svg"));
        Assert.Multiple(() =>
        {
            foreach (string said in ClusterFigures.OnTheChart(Figures))
                Assert.That(chart, Does.Contain($">{said}<"), "dotnet cake --target=ClusterBenchmark --draw=docs/cluster-benchmark.json draws it anew");
        });
    }
}
