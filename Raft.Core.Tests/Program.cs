using Raft.Core.Tests.Planted;
using Raft.Core.Tests.Schedules;
using Raft.Core.Tests.Soaking;

namespace Raft.Core.Tests;

/// <summary>The simulator outside the test runner: soak it, run one seed, replay a schedule.</summary>
internal static class Program
{
    public static int Main(string[] arguments) => arguments switch
    {
        ["soak", string minutes] => Soak.Run(TimeSpan.FromMinutes(double.Parse(minutes, System.Globalization.CultureInfo.InvariantCulture)), Environment.TickCount),
        ["seeds", string first, string count] => Soak.RunSeeds(Number(first), Number(count)),
        ["show", string seed] => Replay(ScheduleGenerator.Generate(Number(seed))),
        ["replay", string file] => Replay(Schedule.Parse(File.ReadAllText(file))),
        ["planted", .. string[] numbers] => PlantedBugRunner.Run(numbers),
        _ => Usage(),
    };

    private static int Number(string word) => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture);

    private static int Replay(Schedule schedule)
    {
        Console.WriteLine(schedule);
        Console.WriteLine();
        ScheduleOutcome outcome = schedule.Run(new ConsoleTrace());
        Console.WriteLine(outcome.Failure is null ? "holds" : $"FAILS: {outcome.Failure}");
        return outcome.Failure is null ? 0 : 1;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("usage: soak MINUTES | seeds FIRST COUNT | show SEED | replay FILE | planted [NUMBER…]");
        return 2;
    }
}
