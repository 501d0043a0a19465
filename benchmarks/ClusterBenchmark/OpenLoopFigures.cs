namespace Benchmarks.ClusterBenchmark;

/// <summary>How many milliseconds 50, 99 and 99.9 of 100 replies took at most at a fixed rate of requests a second.</summary>
internal sealed record OpenLoopFigures(string Command, string Target, double Rate, double P50, double P99, double P999)
{
    public OpenLoopFigures(string command, string target, double rate, (double P50, double P99, double P999) within)
        : this(command, target, rate, within.P50, within.P99, within.P999)
    {
    }
}
