using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Redis.Server.Operations;

namespace Benchmarks.ClusterBenchmark;

/// <summary>The table for people and the JSON for history.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Print(IReadOnlyList<Measurement> measurements, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{"load",-14} {"yardstick/s",12} {"cluster/s",12} {"ratio",7} {"goal",6}");
        foreach (Measurement m in measurements)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{m.Load.Name,-14} {m.YardstickMedian,12:N0} {m.ClusterMedian,12:N0} {m.Ratio,7:F2} {m.Load.Goal,6:F2}  {(m.ReachesGoal ? "pass" : "short")}"));
        }
    }

    public static void Write(string path, BenchmarkPlan plan, IReadOnlyList<Measurement> measurements)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var report = new
        {
            time = DateTime.UtcNow.ToString("u", CultureInfo.InvariantCulture),
            version = ServerVersion.Text,
            commit = ServerVersion.GitSha1,
            os = RuntimeInformation.OSDescription,
            cores = Environment.ProcessorCount,
            runtime = RuntimeInformation.FrameworkDescription,
            rounds = plan.Rounds,
            quick = plan.IsQuick,
            loads = measurements.Select(m => new
            {
                name = m.Load.Name,
                yardstick = m.Yardstick,
                cluster = m.Cluster,
                ratio = Math.Round(m.Ratio, 3),
                goal = m.Load.Goal,
                pass = m.ReachesGoal,
            }),
        };
        File.WriteAllText(path, JsonSerializer.Serialize(report, Indented) + "\n");
    }
}
