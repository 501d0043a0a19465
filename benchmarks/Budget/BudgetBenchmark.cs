using System.Globalization;
using Benchmarks.ClusterBenchmark;
using Benchmarks.Measuring;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Benchmarks.Budget;

/// <summary>
/// Where one request's time goes: processor time, system calls, context switches, allocations and bytes of the leader, of the
/// followers and of redis-server, each divided by the requests of a load.
/// </summary>
internal static class BudgetBenchmark
{
    /// <summary>Answers the exit code: 0 when everything was measured, whatever it came to.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        BenchmarkPlan plan = BenchmarkPlan.Parse(arguments);
        return Scratch.Use("budget", directory =>
        {
            using Yardstick yardstick = Yardstick.Start(Path.Combine(directory, "yardstick"), FreePorts.Next(1));
            using MeasuredCluster cluster = MeasuredCluster.StartObserved(plan.Server, Path.Combine(directory, "cluster"));
            Console.WriteLine("a request                     requests/s   user us  system us  calls  switches  allocated B   disk B  loopback B  collections  pause ms");
            foreach (Load load in plan.Loads)
            {
                int requests = plan.RequestsOf(load);
                LocalNode leader = cluster.Leader;
                LoadGenerator.Run(load, LocalClusterPlan.Host, leader.Port, requests); // warms up
                Measure(load, "redis-server", yardstick.Port, requests, yardstick.ProcessId, null);
                Measure(load, "leader", leader.Port, requests, leader.ProcessId, () => cluster.MetricsOf(leader));
                LocalNode follower = cluster.Nodes.First(n => n != leader);
                Measure(load, "follower", leader.Port, requests, follower.ProcessId, () => cluster.MetricsOf(follower));
            }
            return 0;
        });
    }

    private static void Measure(Load load, string what, int port, int requests, int process, Func<NodeMetricsPage>? metrics)
    {
        NodeMetricsPage? earlier = metrics?.Invoke();
        using SystemCalls calls = new(process);
        long loopback = LoopbackBytes();
        ProcessCost before = ProcessCost.Of(process);
        Figures figures = LoadGenerator.Run(load, LocalClusterPlan.Host, port, requests);
        ProcessCost cost = ProcessCost.Of(process) - before;
        loopback = LoopbackBytes() - loopback;
        double? called = calls.Stop() / requests;
        NodeMetricsPage? later = metrics?.Invoke();
        double? Grown(string figure) => later?[figure] - earlier?[figure];
        double? allocated = Grown("process_gc_allocated_bytes_total") / requests;
        double? collections = Grown("process_gc_collections_total{generation=\"0\"}");
        double? paused = 1000 * Grown("process_gc_pause_seconds_total");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{load.Name,-16} {what,-12} {figures.PerSecond,11:N0} {cost.UserMicroseconds / requests,9:0.00} {cost.SystemMicroseconds / requests,10:0.00} {called,6:0.00} {cost.Switches / requests,9:0.000} {allocated,12:0.0} {cost.Written / requests,8:N0} {loopback / requests,11:N0} {collections,12:N0} {paused,9:0.0}"));
    }

    /// <summary>What the loopback device has carried: between the nodes, and between them and the load.</summary>
    private static long LoopbackBytes()
    {
        string line = File.ReadLines("/proc/net/dev").First(l => l.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}
