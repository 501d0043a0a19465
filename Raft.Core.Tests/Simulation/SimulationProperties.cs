using System.Diagnostics;
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
    private const long LeastSteps = 1_000_000;

    private static readonly Stopwatch Watch = Stopwatch.StartNew();
    private static readonly long[] StepsOfPart = new long[SuiteSeeds.Parts];

    [Test]
    public void ClusterIsSafeUnderFaultsAndLiveAfterThem([Range(0, SuiteSeeds.Parts - 1)] int part)
    {
        int next = part * SuiteSeeds.PerPart;
        Arbitrary<Schedule> arbitrary = Arb.From(Gen.Fresh(() => ScheduleGenerator.Generate(next++)), s => s.Shrink());
        Property property = Prop.ForAll(arbitrary, schedule => Holds(part, schedule));
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(SuiteSeeds.PerPart).WithReplay(1, 1), property);
        Assert.That(next, Is.EqualTo((part + 1) * SuiteSeeds.PerPart), "every seed was run once");
        Assert.That(StepsOfPart[part], Is.GreaterThan(LeastSteps / SuiteSeeds.Parts));
    }

    [OneTimeTearDown]
    public void ReportSteps()
    {
        string report = $"Simulated {StepsOfPart.Sum():N0} steps of {SuiteSeeds.Count:N0} schedules in {Watch.Elapsed.TotalSeconds:F0} s.";
        TestContext.Progress.WriteLine(report);
        TestContext.Out.WriteLine(report);
    }

    private static Property Holds(int part, Schedule schedule)
    {
        ScheduleOutcome outcome = schedule.Run();
        StepsOfPart[part] += outcome.Steps;
        return (outcome.Failure is null).Label(outcome.Failure is null ? "" : $"{outcome.Failure}\nAs a scenario:\n{schedule.ToScenario()}");
    }
}
