using System.Net;
using System.Net.Sockets;
using Redis.Server.Operations;

namespace Benchmarks.ClusterBenchmark;

/// <summary>
/// Three nodes against one redis-server that syncs every write, on one machine. The rounds of both are interleaved, so that
/// what the machine does besides strikes both alike; the ratio of the medians is what counts.
/// </summary>
internal static class ClusterBenchmark
{
    private const int QuickShare = 5;

    /// <summary>Answers the exit code: 0 when everything was measured, whatever it came to.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        BenchmarkPlan plan = BenchmarkPlan.Parse(arguments);
        // On the disk of the sources, because /tmp may be memory and an fsync there costs nothing.
        string directory = Path.GetFullPath(Path.Combine("artifacts", $"cluster-benchmark-{Environment.ProcessId}"));
        try
        {
            IReadOnlyList<Measurement> measurements = Measure(plan, directory);
            Report.Print(measurements, Console.Out);
            Report.Write(plan.Output, plan, measurements);
            Console.WriteLine($"\nWritten to {plan.Output}");
            return 0;
        }
        catch (IOException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        finally
        {
            if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        }
    }

    private static List<Measurement> Measure(BenchmarkPlan plan, string directory)
    {
        using Yardstick yardstick = Yardstick.Start(Path.Combine(directory, "yardstick"), FreePorts(1));
        if (plan.Address is { } address) return Measure(plan, yardstick.Port, () => address);

        LocalClusterPlan nodes = new(3, FreePorts(3), Path.Combine(directory, "cluster"), plan.NodeOptions, "") { Program = [plan.Server] };
        nodes.Prepare();
        using NodeGroup group = new(nodes, Console.Out, CancellationToken.None);
        try
        {
            group.Start();
            group.Form();
            return Measure(plan, yardstick.Port, () => (LocalClusterPlan.Host,
                (group.Leader ?? throw new IOException("the cluster has no leader")).Port));
        }
        finally
        {
            group.Stop();
        }
    }

    private static List<Measurement> Measure(BenchmarkPlan plan, int yardstick, Func<(string Host, int Port)> cluster)
    {
        List<Measurement> measurements = [.. Load.All
            .Where(l => l.Name.Contains(plan.Only, StringComparison.OrdinalIgnoreCase)).Select(l => new Measurement(l))];
        Console.WriteLine("Warming up");
        foreach (Measurement m in measurements)
        {
            RunOn(m.Load, LocalClusterPlan.Host, yardstick, plan, share: 4);
            RunOn(m.Load, cluster().Host, cluster().Port, plan, share: 1);
        }
        for (int round = 1; round <= plan.Rounds; round++)
        {
            Console.WriteLine($"Round {round} of {plan.Rounds}");
            foreach (Measurement m in measurements)
            {
                (string host, int port) = cluster();
                m.Yardstick.Add(RunOn(m.Load, LocalClusterPlan.Host, yardstick, plan, share: 1));
                m.Cluster.Add(RunOn(m.Load, host, port, plan, share: 1));
                Console.WriteLine($"  {m.Load.Name,-14} {m.Yardstick[^1],12:N0} {m.Cluster[^1],12:N0}");
            }
        }
        return measurements;
    }

    private static double RunOn(Load load, string host, int port, BenchmarkPlan plan, int share) =>
        LoadGenerator.Run(load, host, port, load.Requests / share / (plan.IsQuick ? QuickShare : 1));

    /// <summary>The first of some neighbouring ports that nobody listens on.</summary>
    private static int FreePorts(int count)
    {
        for (int first = 27100; first < 65000; first += 10)
        {
            if (Enumerable.Range(first, count).All(IsFree)) return first;
        }
        throw new IOException("there are no free ports");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener probe = new(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
