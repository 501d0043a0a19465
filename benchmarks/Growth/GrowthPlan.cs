using System.Globalization;
using Benchmarks.Measuring;

namespace Benchmarks.Growth;

/// <summary>What Growth was asked for.</summary>
internal sealed record GrowthPlan
{
    public int Rounds { get; private init; } = 3;

    /// <summary>The directory for charts and figures.</summary>
    public string Output { get; private init; } = "artifacts";

    /// <summary>Curves whose name contains this.</summary>
    public string Only { get; private init; } = "";

    public IEnumerable<Curve> Curves => Curve.All.Where(c => c.Name.Contains(Only, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="ArgumentException">An argument is unknown or lacks its value.</exception>
    public static GrowthPlan Parse(IReadOnlyList<string> arguments) => PlanArguments.Read("Growth", new GrowthPlan(), arguments, With).Plan;

    private static GrowthPlan? With(GrowthPlan plan, string option, Func<string> value) => option switch
    {
        "--rounds" => plan with { Rounds = int.Parse(value(), CultureInfo.InvariantCulture) },
        "--output" => plan with { Output = value() },
        "--only" => plan with { Only = value() },
        _ => null,
    };
}
