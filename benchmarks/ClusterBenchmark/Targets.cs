using Benchmarks.Measuring;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Benchmarks.ClusterBenchmark;

/// <summary>All that is measured in turn: the yardstick, the cluster, and the cluster of another build where one is compared.</summary>
internal sealed class Targets : IDisposable
{
    public const int Yardstick = 0;
    public const int Cluster = 1;
    public const int Baseline = 2;

    private readonly Stack<IDisposable> _started = new();
    private readonly List<Func<(string Host, int Port)>> _addresses = [];

    public int Count => _addresses.Count;

    public static string NameOf(int target) => target switch { Yardstick => "yardstick", Cluster => "cluster", _ => "baseline" };

    /// <summary>Starts what the plan names under a directory.</summary>
    /// <exception cref="IOException">Something did not start.</exception>
    public static Targets Start(BenchmarkPlan plan, string directory)
    {
        Targets targets = new();
        try
        {
            Yardstick yardstick = targets.Keep(Benchmarks.ClusterBenchmark.Yardstick.Start(Path.Combine(directory, "yardstick"), FreePorts.Next(1)));
            targets._addresses.Add(() => (LocalClusterPlan.Host, yardstick.Port));
            if (plan.Address is { } address) targets._addresses.Add(() => address);
            else targets.AddCluster(plan, plan.Server, Path.Combine(directory, "cluster"));
            if (plan.Baseline is { } baseline) targets.AddCluster(plan, baseline, Path.Combine(directory, "baseline"));
            return targets;
        }
        catch
        {
            targets.Dispose();
            throw;
        }
    }

    /// <summary>Where a target takes commands now; a cluster may have a new leader.</summary>
    public (string Host, int Port) AddressOf(int target) => _addresses[target]();

    public void Dispose()
    {
        while (_started.TryPop(out IDisposable? started)) started.Dispose();
    }

    private void AddCluster(BenchmarkPlan plan, string program, string directory)
    {
        MeasuredCluster cluster = Keep(MeasuredCluster.Start(program, plan.Nodes, directory, plan.NodeOptions));
        _addresses.Add(() => (LocalClusterPlan.Host, cluster.Leader.Port));
    }

    private T Keep<T>(T started)
        where T : IDisposable
    {
        _started.Push(started);
        return started;
    }
}
