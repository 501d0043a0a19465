using NUnit.Framework;
using Redis.Server.Tests.Security;

namespace Redis.Server.Tests.Cluster;

/// <summary>One cluster for all tests of a fixture. After each its nodes run again and have settled, whatever the test did to them.</summary>
internal abstract class SharedCluster(int nodes, TestDoor door, params string[] options)
{
    protected SharedCluster(int nodes, params string[] options)
        : this(nodes, TestDoor.Plain, options)
    {
    }

    private TestCluster? _cluster;

    protected TestCluster Cluster => _cluster!;

    [OneTimeSetUp]
    public async Task FormAsync() => _cluster = await TestCluster.FormAsync(nodes, door, options);

    [OneTimeTearDown]
    public void Stop() => _cluster?.Dispose();

    [TearDown]
    public async Task RestoreAsync()
    {
        Cluster.ReportIfFailed();
        TestNode[] ended = [.. Cluster.Nodes.Where(node => !node.IsRunning)];
        foreach (TestNode node in ended)
            node.Start();
        foreach (TestNode node in ended)
            await node.ReadyAsync();
        await Cluster.SettledAsync();
    }
}
