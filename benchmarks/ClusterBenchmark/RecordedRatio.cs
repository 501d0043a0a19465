namespace Benchmarks.ClusterBenchmark;

/// <summary>What a load came to: the cluster as a share of the yardstick, and the share it is to reach, where there is a goal.</summary>
internal sealed record RecordedRatio(string Load, double Ratio, double? Goal);
