using NUnit.Framework;
using Raft.Core.Tests.Schedules;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// A quick look at the first schedules, without shrinking: an answer within a second for who changes the algorithm, and for
/// mutation testing, which asks it of every mutant. What lies deeper is found by <see cref="SimulationProperties"/>.
/// </summary>
public sealed class FirstSeedsTests
{
    private const int Seeds = 40;

    [Test]
    public void ClusterIsSafeUnderFaultsAndLiveAfterThem()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Assert.That(ScheduleGenerator.Generate(seed).Run().Failure, Is.Null, $"seed {seed}");
        }
    }
}
