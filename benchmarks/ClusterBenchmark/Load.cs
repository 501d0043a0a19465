namespace Benchmarks.ClusterBenchmark;

/// <summary>
/// One line of the table: a redis-benchmark command with this many clients and requests in a pipeline, and the share of
/// the yardstick's throughput that three nodes are to reach.
/// </summary>
internal sealed record Load(string Command, int Clients, int Pipeline, int Requests, double Goal)
{
    /// <summary>The loads that docs/performance.md reports.</summary>
    public static IReadOnlyList<Load> All { get; } =
    [
        new("SET", 50, 1, 200_000, 0.75),
        new("GET", 50, 1, 200_000, 0.75),
        new("SET", 50, 16, 1_000_000, 1.6),
        new("GET", 50, 16, 2_000_000, 0.8),
        new("SET", 1, 1, 30_000, 0.68),
        new("GET", 1, 1, 60_000, 0.50),
    ];

    public string Name => $"{Command} c={Clients} P={Pipeline}";
}
