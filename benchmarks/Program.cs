using BenchmarkDotNet.Running;
using Benchmarks.Budget;
using Benchmarks.ClusterBenchmark;
using Benchmarks.Endurance;
using Benchmarks.Growth;
using Benchmarks.StorageBenchmark;

// "cluster ..." measures the whole house, "budget ..." what a request costs, "growth ..." how cost grows, "storage ..." snapshots and restarts,
// "endurance ..." memory over an hour, anything else the rooms by BenchmarkDotNet (--filter '*Name*', --list flat).
try
{
    if (args is ["cluster", .. string[] rest]) return ClusterBenchmark.Run(rest);
    if (args is ["budget", .. string[] costs]) return BudgetBenchmark.Run(costs);
    if (args is ["endurance", .. string[] hours]) return EnduranceBenchmark.Run(hours);
    if (args is ["growth", .. string[] curves]) return GrowthBenchmark.Run(curves);
    if (args is ["storage", .. string[] others]) return StorageBenchmark.Run(others);
}
catch (ArgumentException badOption)
{
    Console.Error.WriteLine(badOption.Message);
    return 1;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
