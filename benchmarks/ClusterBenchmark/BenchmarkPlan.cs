using System.Globalization;

namespace Benchmarks.ClusterBenchmark;

/// <summary>What ClusterBenchmark was asked for.</summary>
internal sealed record BenchmarkPlan
{
    public int Rounds { get; private init; } = 3;

    /// <summary>A fifth of the requests, one round: to see that nothing collapsed.</summary>
    public bool IsQuick { get; private init; }

    /// <summary>Where the numbers are written as JSON.</summary>
    public string Output { get; private init; } = Path.Combine("artifacts", "cluster-benchmark.json");

    /// <summary>A server that runs already and is measured in place of three nodes, or null.</summary>
    public (string Host, int Port)? Address { get; private init; }

    /// <summary>The server program that makes up the cluster.</summary>
    public string Server { get; private init; } = Path.GetFullPath(Path.Combine("Redis.Server", "bin", "Release", "net10.0", "Redis.Server"));

    /// <summary>Loads whose name contains this.</summary>
    public string Only { get; private init; } = "";

    /// <summary>Options handed to every node.</summary>
    public IReadOnlyList<string> NodeOptions { get; private init; } = [];

    /// <exception cref="ArgumentException">An argument is unknown or lacks its value.</exception>
    public static BenchmarkPlan Parse(IReadOnlyList<string> arguments)
    {
        BenchmarkPlan plan = new();
        bool roundsGiven = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            string[] parts = arguments[i].Split('=', 2);
            string Value() => parts.Length > 1 ? parts[1]
                : ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{parts[0]} needs a value");
            switch (parts[0])
            {
                case "--rounds":
                    plan = plan with { Rounds = int.Parse(Value(), CultureInfo.InvariantCulture) };
                    roundsGiven = true;
                    break;
                case "--quick":
                    plan = plan with { IsQuick = true };
                    break;
                case "--output":
                    plan = plan with { Output = Value() };
                    break;
                case "--server":
                    plan = plan with { Server = Path.GetFullPath(Value()) };
                    break;
                case "--only":
                    plan = plan with { Only = Value() };
                    break;
                case "--address":
                    string[] address = Value().Split(':');
                    plan = plan with { Address = (address[0], int.Parse(address[1], CultureInfo.InvariantCulture)) };
                    break;
                case "--":
                    plan = plan with { NodeOptions = [.. arguments.Skip(i + 1)] };
                    i = arguments.Count;
                    break;
                default:
                    throw new ArgumentException($"ClusterBenchmark knows no {parts[0]}");
            }
        }
        return plan.IsQuick && !roundsGiven ? plan with { Rounds = 1 } : plan;
    }
}
