using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Benchmarks.Measuring;
using Redis.Server.Operations;

namespace Benchmarks.Endurance;

/// <summary>
/// Whether three nodes stay as large as they are under a load that goes on for an hour and stores about as much all the time,
/// and how long collections stopped them. The figures of each sixth of the time are compared, the first being the warming up.
/// </summary>
internal static class EnduranceBenchmark
{
    private const int Parts = 6;
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Answers the exit code: 0 when everything was measured, whatever it came to.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        EndurancePlan plan = EndurancePlan.Parse(arguments);
        return Scratch.Use("endurance", directory =>
        {
            using MeasuredCluster cluster = MeasuredCluster.StartObserved(plan.Server, directory);
            LocalNode leader = cluster.Leader;
            List<MemorySample>[] samples = Measure(plan, cluster, leader.Port, out long answered);
            Report(plan, samples, leader.Number, answered);
            return 0;
        });
    }

    private static List<MemorySample>[] Measure(EndurancePlan plan, MeasuredCluster cluster, int port, out long answered)
    {
        List<MemorySample>[] samples = [.. cluster.Nodes.Select(_ => new List<MemorySample>())];
        using MixedLoad load = new(port, plan.Rate, plan.Keys, seed: 1);
        TimeSpan time = TimeSpan.FromMinutes(plan.Minutes);
        long start = Stopwatch.GetTimestamp();
        Task asking = Task.Factory.StartNew(() => load.Run(time), TaskCreationOptions.LongRunning);
        while (!asking.Wait(SampleEvery))
        {
            double second = Stopwatch.GetElapsedTime(start).TotalSeconds;
            for (int node = 0; node < samples.Length; node++) samples[node].Add(Sample(second, cluster.MetricsOf(cluster.Nodes[node])));
        }
        answered = load.Answered;
        return samples;
    }

    private static MemorySample Sample(double second, NodeMetricsPage page) => new(
        second,
        page["process_resident_memory_bytes"],
        page["process_gc_heap_bytes{generation=\"2\"}"],
        page["process_gc_heap_bytes{generation=\"3\"}"],
        page["redis_memory_bytes"],
        page["process_gc_collections_total{generation=\"2\"}"],
        page["process_gc_collections_total{generation=\"0\"}"],
        page["process_gc_pause_seconds_total"]);

    private static void Report(EndurancePlan plan, List<MemorySample>[] samples, int leader, long answered)
    {
        double seconds = plan.Minutes * 60;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answered:N0} requests in {plan.Minutes:0.#} minutes, {answered / seconds:N0} a second. Megabytes, means of each sixth of the time:"));
        for (int node = 0; node < samples.Length; node++)
        {
            Console.WriteLine($"node {node + 1}{(node + 1 == leader ? ", leader" : "")}");
            Say("resident", samples[node], seconds, s => s.Resident);
            Say("generation 2", samples[node], seconds, s => s.Old);
            Say("large objects", samples[node], seconds, s => s.Large);
            Say("used_memory", samples[node], seconds, s => s.Data);
            MemorySample first = samples[node][0], last = samples[node][^1];
            double collections = last.Collections - first.Collections, paused = last.PauseSeconds - first.PauseSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {collections:N0} collections ({last.FullCollections - first.FullCollections:N0} of generation 2) stopped it for {1000 * paused / Math.Max(1, collections):0.0} ms each, {100 * paused / (last.Second - first.Second):0.00} % of the time"));
        }
        string path = Path.GetFullPath(plan.Output);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(new { circumstances = Circumstances.Now(), plan.Minutes, answered, leader, samples }, Indented) + "\n");
        Console.WriteLine($"Written to {path}");
    }

    private static void Say(string what, List<MemorySample> samples, double seconds, Func<MemorySample, double> figure)
    {
        double[] means = [.. Enumerable.Range(0, Parts).Select(part => samples.Where(s => (int)(s.Second / seconds * Parts) == part).Select(figure).DefaultIfEmpty(double.NaN).Average() / 1e6)];
        string change = means[1] > 0 ? string.Create(CultureInfo.InvariantCulture, $"   last against second {100 * ((means[^1] / means[1]) - 1):+0.0;-0.0} %") : "";
        Console.WriteLine($"  {what,-15}{string.Concat(means.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m,8:0.0}")))}{change}");
    }
}
