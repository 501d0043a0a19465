using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Wire;

/// <summary>One real node that is a cluster of its own, shared by the tests of a fixture.</summary>
internal abstract class SingleNode(params string[] options)
{
    private TestCluster? _cluster;

    protected TestNode Node => _cluster!.Nodes[0];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = new TestCluster(options);
        await _cluster.AddAsync();
        await InitAsync(_cluster);
    }

    [OneTimeTearDown]
    public void Stop() => _cluster?.Dispose();

    [TearDown]
    public void Report() => _cluster?.ReportIfFailed();

    protected virtual Task InitAsync(TestCluster cluster) => cluster.FormAsync();

    protected Task<TestClient> ConnectAsync() => Node.ConnectAsync();
}
