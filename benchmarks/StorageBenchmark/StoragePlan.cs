using System.Globalization;

namespace Benchmarks.StorageBenchmark;

/// <summary>What StorageBenchmark was asked for.</summary>
internal sealed record StoragePlan
{
    public int Keys { get; private init; } = 1_000_000;

    public int ValueLength { get; private init; } = 64;

    /// <summary>Snapshots measured.</summary>
    public int Rounds { get; private init; } = 5;

    /// <summary>The server program that makes up the cluster.</summary>
    public string Server { get; private init; } = Path.GetFullPath(Path.Combine("Redis.Server", "bin", "Release", "net10.0", "Redis.Server"));

    /// <exception cref="ArgumentException">An argument is unknown or lacks its value.</exception>
    public static StoragePlan Parse(IReadOnlyList<string> arguments)
    {
        StoragePlan plan = new();
        for (int i = 0; i < arguments.Count; i += 2)
        {
            string value = i + 1 < arguments.Count ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value");
            plan = arguments[i] switch
            {
                "--keys" => plan with { Keys = int.Parse(value, CultureInfo.InvariantCulture) },
                "--rounds" => plan with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--server" => plan with { Server = Path.GetFullPath(value) },
                _ => throw new ArgumentException($"StorageBenchmark knows no {arguments[i]}"),
            };
        }
        return plan;
    }
}
