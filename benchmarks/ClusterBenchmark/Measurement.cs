using Benchmarks.Measuring;

namespace Benchmarks.ClusterBenchmark;

/// <summary>What one load gave on each target, round by round.</summary>
internal sealed class Measurement(Load load, int targets)
{
    private readonly List<Figures>[] _rounds = [.. Enumerable.Range(0, targets).Select(_ => new List<Figures>())];

    public Load Load { get; } = load;

    /// <summary>The median of requests a second of three nodes, as a share of the yardstick's.</summary>
    public double Ratio => PerSecond(Targets.Cluster) / PerSecond(Targets.Yardstick);

    /// <summary>The same of the build that is compared with, or null.</summary>
    public double? BaselineRatio => _rounds.Length > Targets.Baseline ? PerSecond(Targets.Baseline) / PerSecond(Targets.Yardstick) : null;

    public bool? ReachesGoal => Load.Goal is { } goal ? Ratio >= goal : null;

    public IReadOnlyList<Figures> Rounds(int target) => _rounds[target];

    public void Add(int target, Figures figures) => _rounds[target].Add(figures);

    public double PerSecond(int target) => Medians.Of(_rounds[target].Select(f => f.PerSecond));

    public double P99(int target) => Medians.Of(_rounds[target].Select(f => f.P99));
}
