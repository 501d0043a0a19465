using System.Globalization;
using Benchmarks.Measuring;

namespace Benchmarks.ClusterBenchmark;

/// <summary>What ClusterBenchmark was asked for.</summary>
internal sealed record BenchmarkPlan
{
    public int Rounds => RoundsGiven ?? (IsQuick ? 1 : 3);

    /// <summary>How many nodes make up the cluster.</summary>
    public int Nodes { get; private init; } = 3;

    /// <summary>A fifth of the requests, one round: to see that nothing collapsed.</summary>
    public bool IsQuick { get; private init; }

    /// <summary>All loads in place of those that have a goal.</summary>
    public bool IsWide { get; private init; }

    /// <summary>Also how long replies take at half of the peak, the requests coming at a fixed rate.</summary>
    public bool HasOpenLoop { get; private init; }

    /// <summary>Where the numbers are written as JSON; the chart stands beside it, ending in .svg.</summary>
    public string Output { get; private init; } = Path.Combine("artifacts", "cluster-benchmark.json");

    /// <summary>A server that runs already and is measured in place of three nodes, or null.</summary>
    public (string Host, int Port)? Address { get; private init; }

    /// <summary>The server program that makes up the cluster.</summary>
    public string Server { get; private init; } = Path.GetFullPath(Path.Combine("Redis.Server", "bin", "Release", "net10.0", "Redis.Server"));

    /// <summary>The server program of another build that is measured in turn, or null.</summary>
    public string? Baseline { get; private init; }

    /// <summary>The JSON of an earlier run whose ratios must not collapse, or null.</summary>
    public string? Recorded { get; private init; }

    /// <summary>The JSON of an earlier run whose chart is drawn anew, with nothing measured, or null.</summary>
    public string? Drawn { get; private init; }

    /// <summary>Loads whose name contains this.</summary>
    public string Only { get; private init; } = "";

    /// <summary>Options handed to every node.</summary>
    public IReadOnlyList<string> NodeOptions { get; private init; } = [];

    private int? RoundsGiven { get; init; }

    /// <summary>What is measured.</summary>
    public IEnumerable<Load> Loads => (IsWide ? Load.Wide : Load.Goals).Where(l => l.Name.Contains(Only, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="ArgumentException">An argument is unknown or lacks its value.</exception>
    public static BenchmarkPlan Parse(IReadOnlyList<string> arguments)
    {
        (BenchmarkPlan plan, IReadOnlyList<string> others) = PlanArguments.Read("ClusterBenchmark", new BenchmarkPlan(), arguments, With);
        return plan with { NodeOptions = others };
    }

    /// <summary>The same, not quick.</summary>
    public BenchmarkPlan InFull() => this with { IsQuick = false, RoundsGiven = null };

    /// <summary>How many requests a load is measured with.</summary>
    public int RequestsOf(Load load) => Math.Max(load.Clients, load.Requests / (IsQuick ? 5 : 1));

    private static BenchmarkPlan? With(BenchmarkPlan plan, string option, Func<string> value) => option switch
    {
        "--quick" => plan with { IsQuick = true },
        "--wide" => plan with { IsWide = true },
        "--open-loop" => plan with { HasOpenLoop = true },
        "--rounds" => plan with { RoundsGiven = int.Parse(value(), CultureInfo.InvariantCulture) },
        "--nodes" => plan with { Nodes = int.Parse(value(), CultureInfo.InvariantCulture) },
        "--output" => plan with { Output = value() },
        "--draw" => plan with { Drawn = value() },
        "--server" => plan with { Server = Path.GetFullPath(value()) },
        "--baseline" => plan with { Baseline = Path.GetFullPath(value()) },
        "--recorded" => plan with { Recorded = value() },
        "--only" => plan with { Only = value() },
        "--address" when value().Split(':') is [string host, string port] => plan with { Address = (host, int.Parse(port, CultureInfo.InvariantCulture)) },
        _ => null,
    };
}
