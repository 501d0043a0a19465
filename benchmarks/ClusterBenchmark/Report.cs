using System.Globalization;
using System.Text.Json;
using Benchmarks.Measuring;

namespace Benchmarks.ClusterBenchmark;

/// <summary>The table for people, the JSON for history, the chart for a README.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Print(IReadOnlyList<Measurement> measurements, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{"load",-20} {"yardstick/s",12} {"cluster/s",12} {"ratio",7} {"goal",6}         99 % within ms, yardstick and cluster");
        foreach (Measurement m in measurements)
        {
            string verdict = m.ReachesGoal switch { true => "pass", false => "short", null => "" };
            string baseline = m.BaselineRatio is { } ratio ? string.Create(CultureInfo.InvariantCulture, $"   baseline {ratio:F2}") : "";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{m.Load.Name,-20} {m.PerSecond(Targets.Yardstick),12:N0} {m.PerSecond(Targets.Cluster),12:N0} {m.Ratio,7:F2} {m.Load.Goal,6:F2}  {verdict,-5} ")
                + string.Create(CultureInfo.InvariantCulture, $"{m.P99(Targets.Yardstick),8:F2} {m.P99(Targets.Cluster),8:F2}{baseline}"));
        }
    }

    public static void Write(BenchmarkPlan plan, IReadOnlyList<Measurement> measurements, IReadOnlyList<OpenLoopFigures> openLoop)
    {
        string path = Path.GetFullPath(plan.Output);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Text(plan, measurements, openLoop) + "\n");
        if (measurements.Any(m => m.Load.Goal is not null)) Draw(path);
    }

    /// <summary>The chart beside the figures of a run, from them alone: there is one source.</summary>
    public static void Draw(string path) => File.WriteAllText(Path.ChangeExtension(path, ".svg"), RecordedRatios.Read(path).Chart());

    private static string Text(BenchmarkPlan plan, IReadOnlyList<Measurement> measurements, IReadOnlyList<OpenLoopFigures> openLoop) => JsonSerializer.Serialize(
        new
        {
            circumstances = Circumstances.Now(),
            nodes = plan.Nodes,
            rounds = plan.Rounds,
            quick = plan.IsQuick,
            loads = measurements.Select(m => new
            {
                name = m.Load.Name,
                yardstick = m.Rounds(Targets.Yardstick),
                cluster = m.Rounds(Targets.Cluster),
                baseline = m.BaselineRatio is null ? null : m.Rounds(Targets.Baseline),
                ratio = Math.Round(m.Ratio, 3),
                goal = m.Load.Goal,
                pass = m.ReachesGoal,
            }),
            openLoop,
        },
        Indented);
}
