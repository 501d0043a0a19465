using BenchmarkDotNet.Running;
using Benchmarks.ClusterBenchmark;

// "cluster ..." measures the whole house, anything else the rooms by BenchmarkDotNet (--filter '*Name*', --list flat).
if (args is ["cluster", .. string[] rest]) return ClusterBenchmark.Run(rest);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
