namespace Benchmarks.ClusterBenchmark;

/// <summary>What one run of a load gave: requests a second, and how many milliseconds half and 99 of 100 replies took at most.</summary>
internal sealed record Figures(double PerSecond, double P50, double P99);
