using System.Diagnostics;
using Raft.Core.Tests.Schedules;

namespace Raft.Core.Tests.Soaking;

/// <summary>Runs seed after seed on all processors until time is up or one fails; a failure is shrunk and printed.</summary>
internal static class Soak
{
    private const int ShrinkRuns = 2000;

    public static int Run(TimeSpan duration, int firstSeed) => Run(firstSeed, long.MaxValue, duration);

    public static int RunSeeds(int first, int count) => Run(first, count, TimeSpan.MaxValue);

    private static int Run(int firstSeed, long count, TimeSpan duration)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long next = 0;
        long steps = 0;
        int done = 0;
        int failing = 0;
        int failures = 0;
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            long offset;
            while (watch.Elapsed < duration && Volatile.Read(ref failures) == 0 && (offset = Interlocked.Increment(ref next) - 1) < count)
            {
                int seed = unchecked(firstSeed + (int)offset) & int.MaxValue;
                ScheduleOutcome outcome = ScheduleGenerator.Generate(seed).Run();
                Interlocked.Add(ref steps, outcome.Steps);
                Interlocked.Increment(ref done);
                if (outcome.Failure is not null && Interlocked.Increment(ref failures) == 1)
                {
                    failing = seed;
                }
            }
        });
        Console.WriteLine(
            $"{done:N0} seeds from {firstSeed}, {steps:N0} steps in {watch.Elapsed.TotalSeconds:F1} s: " +
            $"{done / watch.Elapsed.TotalSeconds:F1} seeds/s, {steps / watch.Elapsed.TotalSeconds:N0} steps/s");
        return failures == 0 ? 0 : Report(failing, watch.Elapsed);
    }

    private static int Report(int seed, TimeSpan after)
    {
        Schedule schedule = ScheduleGenerator.Generate(seed);
        Console.WriteLine($"seed {seed} fails after {after.TotalSeconds:F1} s: {schedule.Run().Failure?.Message}");
        Schedule shrunk = ScheduleShrinker.Shrink(schedule, ShrinkRuns);
        Console.WriteLine($"shrunk from {schedule.Steps.Count} to {shrunk.Steps.Count} steps; replay this file, or add it to the scenarios:");
        Console.WriteLine();
        Console.WriteLine(shrunk.ToScenario());
        Console.WriteLine();
        Console.WriteLine(shrunk.Run().Failure);
        return 1;
    }
}
