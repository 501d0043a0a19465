namespace Benchmarks.ClusterBenchmark;

/// <summary>
/// One line of the table: a redis-benchmark command with this many clients and requests in a pipeline, and the share of
/// the yardstick's throughput that three nodes are to reach, where there is a goal.
/// </summary>
internal sealed record Load(string Command, int Clients, int Pipeline, int Requests, double? Goal = null)
{
    /// <summary>Bytes of a value.</summary>
    public int ValueBytes { get; init; } = 64;

    /// <summary>How many different keys are drawn at random.</summary>
    public int Keys { get; init; } = 100_000;

    /// <summary>The loads that have a goal.</summary>
    public static IReadOnlyList<Load> Goals { get; } =
    [
        new("SET", 50, 1, 200_000, 0.75),
        new("GET", 50, 1, 200_000, 0.75),
        new("SET", 50, 16, 1_000_000, 1.6),
        new("GET", 50, 16, 2_000_000, 0.8),
        new("SET", 1, 1, 30_000, 0.68),
        new("GET", 1, 1, 60_000, 0.50),
    ];

    /// <summary>Those, more clients and deeper pipelines, other commands, and values from 3 bytes to 64 KiB.</summary>
    public static IReadOnlyList<Load> Wide { get; } =
    [
        .. Goals,
        new("SET", 200, 1, 200_000),
        new("GET", 200, 1, 200_000),
        new("SET", 50, 64, 2_000_000),
        new("GET", 50, 64, 4_000_000),
        .. from command in (string[])["INCR", "LPUSH", "RPOP", "ZADD", "HSET", "MSET"]
           from pipeline in (int[])[1, 16]
           select new Load(command, 50, pipeline, (pipeline == 1 ? 100_000 : 400_000) / (command == "MSET" ? 4 : 1)),
        .. from size in (int[])[3, 1024, 16 * 1024, 64 * 1024]
           from command in (string[])["SET", "GET"]
           select new Load(command, 50, 16, 400_000 / (1 + (size / 256))) { ValueBytes = size, Keys = size > 1024 ? 1000 : 100_000 },
    ];

    public string Name => $"{Command} c={Clients} P={Pipeline}" + (ValueBytes == 64 ? "" : $" {Size(ValueBytes)}");

    /// <summary>Bytes as people write them: 3 B, 16 KiB.</summary>
    public static string Size(int bytes) => bytes >= 1024 ? $"{bytes / 1024} KiB" : $"{bytes} B";
}
