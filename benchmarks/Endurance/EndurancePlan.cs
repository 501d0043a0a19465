using System.Globalization;
using Benchmarks.Measuring;

namespace Benchmarks.Endurance;

/// <summary>What EnduranceBenchmark was asked for.</summary>
internal sealed record EndurancePlan
{
    public double Minutes { get; private init; } = 60;

    /// <summary>Requests a second; what the cluster takes, if that is less.</summary>
    public int Rate { get; private init; } = 5_000;

    /// <summary>Different names of each type.</summary>
    public int Keys { get; private init; } = 20_000;

    /// <summary>Where the figures are written as JSON.</summary>
    public string Output { get; private init; } = Path.Combine("artifacts", "endurance.json");

    /// <summary>The server program that makes up the cluster.</summary>
    public string Server { get; private init; } = Path.GetFullPath(Path.Combine("Redis.Server", "bin", "Release", "net10.0", "Redis.Server"));

    /// <exception cref="ArgumentException">An argument is unknown or lacks its value.</exception>
    public static EndurancePlan Parse(IReadOnlyList<string> arguments) => PlanArguments.Read("EnduranceBenchmark", new EndurancePlan(), arguments, With).Plan;

    private static EndurancePlan? With(EndurancePlan plan, string option, Func<string> value) => option switch
    {
        "--minutes" => plan with { Minutes = double.Parse(value(), CultureInfo.InvariantCulture) },
        "--rate" => plan with { Rate = int.Parse(value(), CultureInfo.InvariantCulture) },
        "--keys" => plan with { Keys = int.Parse(value(), CultureInfo.InvariantCulture) },
        "--output" => plan with { Output = value() },
        "--server" => plan with { Server = Path.GetFullPath(value()) },
        _ => null,
    };
}
