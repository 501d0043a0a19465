using Benchmarks.Measuring;

namespace Benchmarks.ClusterBenchmark;

/// <summary>
/// Three nodes against one redis-server that syncs every write, on one machine. The rounds of both are interleaved, so that
/// what the machine does besides strikes both alike; the ratio of the medians is what counts.
/// </summary>
internal static class ClusterBenchmark
{
    private const double OpenLoopShare = 0.5;
    private const double OpenLoopSeconds = 5;

    /// <summary>Answers the exit code: 0 when everything was measured, whatever it came to; 2 when a ratio collapsed.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        BenchmarkPlan plan = BenchmarkPlan.Parse(arguments);
        if (plan.Drawn is { } drawn)
        {
            Report.Draw(drawn);
            return 0;
        }

        return Scratch.Use("cluster-benchmark", directory =>
        {
            using Targets targets = Targets.Start(plan, directory);
            List<Measurement> measurements = Measure(plan, targets, plan.Loads);
            Report.Print(measurements, Console.Out);
            List<OpenLoopFigures> openLoop = plan.HasOpenLoop ? MeasureOpenLoop(targets, measurements) : [];
            Report.Write(plan, measurements, openLoop);
            Console.WriteLine($"\nWritten to {plan.Output}");
            return plan.Recorded is { } recorded && IsCollapse(RecordedRatios.Read(recorded), plan, targets, measurements) ? 2 : 0;
        });
    }

    /// <summary>A machine that does something else for some seconds must not look like a collapse, so those loads are measured again, and longer.</summary>
    private static bool IsCollapse(RecordedRatios recorded, BenchmarkPlan plan, Targets targets, List<Measurement> measurements)
    {
        IReadOnlyList<Load> suspects = [.. measurements.Where(recorded.IsFarBelow).Select(m => m.Load)];
        if (suspects.Count == 0) return false;
        Console.WriteLine("\nFar below what is recorded, and so measured again");
        List<Measurement> again = Measure(plan.InFull(), targets, suspects);
        Report.Print(again, Console.Out);
        List<Measurement> collapsed = again.FindAll(recorded.IsFarBelow);
        collapsed.ForEach(m => Console.WriteLine($"{m.Load.Name} collapsed"));
        return collapsed.Count > 0;
    }

    private static List<Measurement> Measure(BenchmarkPlan plan, Targets targets, IEnumerable<Load> loads)
    {
        List<Measurement> measurements = [.. loads.Select(l => new Measurement(l, targets.Count))];
        Console.WriteLine("Warming up");
        foreach (Measurement m in measurements)
        {
            RunOn(targets, Targets.Yardstick, m.Load, Math.Max(m.Load.Clients, plan.RequestsOf(m.Load) / 4));
            for (int target = 1; target < targets.Count; target++) RunOn(targets, target, m.Load, plan.RequestsOf(m.Load));
        }
        for (int round = 1; round <= plan.Rounds; round++)
        {
            Console.WriteLine($"Round {round} of {plan.Rounds}");
            foreach (Measurement m in measurements)
            {
                Console.Write($"  {m.Load.Name,-20}");
                for (int target = 0; target < targets.Count; target++)
                {
                    Figures figures = RunOn(targets, target, m.Load, plan.RequestsOf(m.Load));
                    m.Add(target, figures);
                    Console.Write($" {figures.PerSecond,12:N0}");
                }
                Console.WriteLine();
            }
        }
        return measurements;
    }

    /// <summary>SET and GET at half of what the same target took with 50 clients.</summary>
    private static List<OpenLoopFigures> MeasureOpenLoop(Targets targets, List<Measurement> measurements)
    {
        List<OpenLoopFigures> all = [];
        Console.WriteLine($"\nat half of the peak, a fixed rate for {OpenLoopSeconds} s: 50 %, 99 %, 99.9 % of replies within ms");
        foreach (Measurement m in measurements.Where(m => m.Load is { Command: "SET" or "GET", Clients: 50, Pipeline: 1, ValueBytes: 64 }))
        {
            for (int target = 0; target < targets.Count; target++)
            {
                (string host, int port) = targets.AddressOf(target);
                using OpenLoop load = new(host, port);
                load.Fill();
                double rate = m.PerSecond(target) * OpenLoopShare;
                OpenLoopFigures figures = new(m.Load.Command, Targets.NameOf(target), rate, load.Run(m.Load.Command == "SET", rate, OpenLoopSeconds));
                Console.WriteLine($"  {figures.Command} {figures.Target,-10} {rate,8:N0}/s {figures.P50,8:F2} {figures.P99,8:F2} {figures.P999,8:F2}");
                all.Add(figures);
            }
        }
        return all;
    }

    private static Figures RunOn(Targets targets, int target, Load load, int requests)
    {
        (string host, int port) = targets.AddressOf(target);
        return LoadGenerator.Run(load, host, port, requests);
    }
}
