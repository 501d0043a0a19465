namespace Benchmarks.Growth;

/// <summary>Medians at one value of what grows: requests a second, and milliseconds that 99 of 100 replies took at most.</summary>
internal sealed record GrowthPoint(string Command, int Value, double Yardstick, double Cluster, double YardstickP99, double ClusterP99);
