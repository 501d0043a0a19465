namespace Benchmarks.ClusterBenchmark;

/// <summary>Requests a second of one load, round by round.</summary>
internal sealed class Measurement(Load load)
{
    public Load Load { get; } = load;

    public List<double> Yardstick { get; } = [];

    public List<double> Cluster { get; } = [];

    public double YardstickMedian => Median(Yardstick);

    public double ClusterMedian => Median(Cluster);

    public double Ratio => ClusterMedian / YardstickMedian;

    public bool ReachesGoal => Ratio >= Load.Goal;

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
