using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Benchmarks.ClusterBenchmark;

/// <summary>Nodes of one build that form a cluster of their own for as long as they are measured.</summary>
internal sealed class MeasuredCluster : IDisposable
{
    private readonly NodeGroup _group;

    private MeasuredCluster(NodeGroup group) => _group = group;

    /// <exception cref="IOException">Now no node leads.</exception>
    public (string Host, int Port) Leader => (LocalClusterPlan.Host, (_group.Leader ?? throw new IOException("the cluster has no leader")).Port);

    /// <exception cref="IOException">A node did not start.</exception>
    public static MeasuredCluster Start(string program, int nodes, string directory, IReadOnlyList<string> options)
    {
        LocalClusterPlan plan = new(nodes, FreePorts.Next(nodes), directory, options, "") { Program = [program] };
        plan.Prepare();
        MeasuredCluster cluster = new(new NodeGroup(plan, Console.Out, CancellationToken.None));
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

    public void Dispose()
    {
        _group.Stop();
        _group.Dispose();
    }
}
