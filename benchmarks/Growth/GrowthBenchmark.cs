using System.Globalization;
using System.Text.Json;
using Benchmarks.ClusterBenchmark;
using Benchmarks.Measuring;

namespace Benchmarks.Growth;

/// <summary>How throughput and the slowest replies change as nodes, clients, pipeline, values or keys grow, beside the yardstick.</summary>
internal static class GrowthBenchmark
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Answers the exit code.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        GrowthPlan plan = GrowthPlan.Parse(arguments);
        string output = Path.GetFullPath(plan.Output);
        Directory.CreateDirectory(output);
        return Scratch.Use("growth", directory =>
        {
            foreach (Curve curve in plan.Curves)
            {
                List<GrowthPoint> points = Measure(curve, directory, plan.Rounds);
                string file = Path.Combine(output, $"growth-{curve.Name.Replace(' ', '-')}");
                File.WriteAllText(file + ".svg", GrowthChart.Draw(curve, points));
                File.WriteAllText(file + ".json", JsonSerializer.Serialize(new { curve = curve.Name, rounds = plan.Rounds, circumstances = Circumstances.Now(), points }, Indented) + "\n");
                Console.WriteLine($"Written to {file}.svg and .json");
            }
            return 0;
        });
    }

    private static List<GrowthPoint> Measure(Curve curve, string directory, int rounds)
    {
        List<GrowthPoint> points = [];
        Console.WriteLine($"\n{curve.Name,12}       yardstick/s    cluster/s   ratio   99 % within ms");
        foreach (IGrouping<int, int> values in curve.Values.GroupBy(curve.NodesAt))
        {
            // What a cluster of this size holds goes with it, so that sizes do not add up.
            string place = Path.Combine(directory, $"{curve.Name}-{values.Key}");
            using Targets targets = Targets.Start(BenchmarkPlan.Parse([$"--nodes={values.Key}"]), place);
            foreach (int value in values)
            {
                points.AddRange(Curve.Commands.Select(command => Measure(curve, command, value, targets, rounds)));
            }
        }
        return points;
    }

    private static GrowthPoint Measure(Curve curve, string command, int value, Targets targets, int rounds)
    {
        Load load = curve.LoadAt(command, value);
        Measurement measurement = new(load, targets.Count);
        for (int round = 0; round <= rounds; round++)
        {
            for (int target = 0; target < targets.Count; target++)
            {
                (string host, int port) = targets.AddressOf(target);
                Figures figures = LoadGenerator.Run(load, host, port, load.Requests);
                if (round > 0) measurement.Add(target, figures); // the first warms up
            }
        }
        GrowthPoint point = new(command, value, measurement.PerSecond(Targets.Yardstick), measurement.PerSecond(Targets.Cluster),
            measurement.P99(Targets.Yardstick), measurement.P99(Targets.Cluster));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{curve.Label(value),12} {command} {point.Yardstick,12:N0} {point.Cluster,12:N0} {point.Cluster / point.Yardstick,7:F2} {point.YardstickP99,8:F2} {point.ClusterP99,8:F2}"));
        return point;
    }
}
