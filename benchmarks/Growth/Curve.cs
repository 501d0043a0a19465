using System.Globalization;
using Benchmarks.ClusterBenchmark;

namespace Benchmarks.Growth;

/// <summary>One thing that grows while all else stays: what it is called, and the load and the number of nodes at each of its values.</summary>
internal sealed record Curve(string Name, IReadOnlyList<int> Values, Func<string, int, Load> LoadAt)
{
    private const int Busy = 200_000;

    public static IReadOnlyList<string> Commands { get; } = ["SET", "GET"];

    public static IReadOnlyList<Curve> All { get; } =
    [
        new("nodes", [1, 3, 5, 7], (command, _) => new(command, 50, 16, 2 * Busy)),
        new("clients", [1, 10, 50, 200, 1000, 5000], (command, clients) => new(command, clients, 1, clients < 10 ? 20_000 : Busy)),
        new("pipeline", [1, 4, 16, 64, 256], (command, depth) => new(command, 50, depth, depth == 1 ? Busy : 3 * Busy)),
        new("value bytes", [3, 64, 1024, 16 * 1024, 128 * 1024, 1024 * 1024],
            (command, size) => new(command, 50, size > 16 * 1024 ? 1 : 16, Math.Max(500, Busy / (1 + (size / 512)))) { ValueBytes = size, Keys = size > 1024 ? 100 : 100_000 }),
        new("keys", [10_000, 100_000, 1_000_000, 10_000_000], (command, keys) => new(command, 50, 16, 2 * Busy) { Keys = keys }),
    ];

    /// <summary>How many nodes the cluster has at a value.</summary>
    public int NodesAt(int value) => Name == "nodes" ? value : 3;

    /// <summary>A value as people write it.</summary>
    public string Label(int value) => this switch
    {
        { Name: "value bytes" } when value >= 1024 * 1024 => $"{value >> 20} MiB",
        { Name: "value bytes" } => Load.Size(value),
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };
}
