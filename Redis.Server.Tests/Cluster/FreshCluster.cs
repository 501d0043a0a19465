using NUnit.Framework;

namespace Redis.Server.Tests.Cluster;

/// <summary>A cluster of its own for each test.</summary>
/// <param name="nodes">How many form it before the test begins; 0: the test does that.</param>
/// <param name="options">For every node.</param>
internal abstract class FreshCluster(int nodes, params string[] options)
{
    private TestCluster? _cluster;

    protected TestCluster Cluster => _cluster!;

    [SetUp]
    public async Task FormAsync() => _cluster = nodes == 0 ? new TestCluster(options) : await TestCluster.FormAsync(nodes, options);

    [TearDown]
    public void Stop()
    {
        _cluster?.ReportIfFailed();
        _cluster?.Dispose();
    }
}
