using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Benchmarks.Measuring;

/// <summary>Three nodes of one build that tell how they are: each has a metrics port.</summary>
internal sealed class ObservedCluster : IDisposable
{
    private readonly LocalClusterPlan _plan;
    private readonly NodeGroup _group;

    private ObservedCluster(LocalClusterPlan plan)
    {
        _plan = plan;
        _group = new NodeGroup(plan, TextWriter.Null, CancellationToken.None);
    }

    public IReadOnlyList<LocalNode> Nodes => _group.Nodes;

    /// <exception cref="IOException">Now no node leads.</exception>
    public LocalNode Leader => _group.Leader ?? throw new IOException("the cluster has no leader");

    /// <exception cref="IOException">A node did not start.</exception>
    public static ObservedCluster Start(string program, string directory)
    {
        const int nodes = 3;
        int ports = FreePorts.Next(2 * nodes);
        LocalClusterPlan plan = new(nodes, ports, directory, [], "") { Program = [program], MetricsPort = ports + nodes };
        plan.Prepare();
        ObservedCluster cluster = new(plan);
        try
        {
            cluster._group.Start();
            cluster._group.Form();
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The node does not answer.</exception>
    public NodeMetricsPage MetricsOf(LocalNode node) => NodeMetricsPage.Read(_plan.MetricsPort + node.Number - 1);

    public void Dispose()
    {
        _group.Stop();
        _group.Dispose();
    }
}
