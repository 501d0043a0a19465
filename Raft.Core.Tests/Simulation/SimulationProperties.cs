using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Raft.Core.Tests.Schedules;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// Whatever is done to a cluster of one to seven servers, it stays correct, and when the faults end it works again. The
/// seeds are fixed, so that a run of the suite is repeatable; the soak target looks at new ones.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class SimulationProperties
{
    private static long _totalSteps;

    [TestCase(1, 60)]
    [TestCase(2, 90)]
    [TestCase(3, 500)]
    [TestCase(4, 150)]
    [TestCase(5, 250)]
    [TestCase(6, 60)]
    [TestCase(7, 60)]
    public void ClusterIsSafeUnderFaultsAndLiveAfterThem(int voters, int schedules)
    {
        Arbitrary<Schedule> arbitrary = Arb.From(
            Gen.Choose(0, int.MaxValue).Select(seed => ScheduleGenerator.Generate(seed, voters)), s => s.Shrink());
        Property property = Prop.ForAll(arbitrary, schedule => Holds(schedule));
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(schedules).WithReplay(20_260_101, (ulong)((voters * 2) + 1)), property);
    }

    [OneTimeTearDown]
    public void ReportSteps() => TestContext.Progress.WriteLine($"Simulated {_totalSteps:N0} steps.");

    private static Property Holds(Schedule schedule)
    {
        ScheduleOutcome outcome = schedule.Run();
        Interlocked.Add(ref _totalSteps, outcome.Steps);
        return (outcome.Failure is null).Label(outcome.Failure?.ToString() ?? "");
    }
}
