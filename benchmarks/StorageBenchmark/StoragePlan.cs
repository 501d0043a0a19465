using System.Globalization;
using Benchmarks.Measuring;

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
    public static StoragePlan Parse(IReadOnlyList<string> arguments) => PlanArguments.Read("StorageBenchmark", new StoragePlan(), arguments, With).Plan;

    private static StoragePlan? With(StoragePlan plan, string option, Func<string> value) => option switch
    {
        "--keys" => plan with { Keys = int.Parse(value(), CultureInfo.InvariantCulture) },
        "--rounds" => plan with { Rounds = int.Parse(value(), CultureInfo.InvariantCulture) },
        "--server" => plan with { Server = Path.GetFullPath(value()) },
        _ => null,
    };
}
