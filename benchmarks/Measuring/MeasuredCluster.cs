using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Benchmarks.Measuring;

/// <summary>Nodes of one build that form a cluster of their own for as long as they are measured.</summary>
internal sealed class MeasuredCluster : IDisposable
{
    private readonly LocalClusterPlan _plan;
    private readonly NodeGroup _group;

    private MeasuredCluster(LocalClusterPlan plan)
    {
        _plan = plan;
        _group = new NodeGroup(plan, Console.Out, CancellationToken.None);
    }

    public IReadOnlyList<LocalNode> Nodes => _group.Nodes;

    /// <exception cref="IOException">Now no node leads.</exception>
    public LocalNode Leader => _group.Leader ?? throw new IOException("the cluster has no leader");

    /// <exception cref="IOException">A node did not start.</exception>
    public static MeasuredCluster Start(string program, int nodes, string directory, IReadOnlyList<string> options) =>
        Start(new(nodes, FreePorts.Next(nodes), directory, options, "") { Program = [program] });

    /// <summary>Three nodes that tell how they are: each has a metrics port.</summary>
    /// <exception cref="IOException">A node did not start.</exception>
    public static MeasuredCluster StartObserved(string program, string directory)
    {
        const int nodes = 3;
        int ports = FreePorts.Next(2 * nodes);
        return Start(new(nodes, ports, directory, [], "") { Program = [program], MetricsPort = ports + nodes });
    }

    /// <summary>The figures of a node of an observed cluster.</summary>
    /// <exception cref="IOException">The node does not answer.</exception>
    public NodeMetricsPage MetricsOf(LocalNode node) => NodeMetricsPage.Read(_plan.MetricsPortOf(node.Number));

    public void Dispose()
    {
        _group.Stop();
        _group.Dispose();
    }

    private static MeasuredCluster Start(LocalClusterPlan plan)
    {
        plan.Prepare();
        MeasuredCluster cluster = new(plan);
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
}
