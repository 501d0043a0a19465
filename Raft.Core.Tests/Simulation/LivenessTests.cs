using NUnit.Framework;
using Raft.Core.Tests.Schedules;

namespace Raft.Core.Tests.Simulation;

/// <summary>Schedules after which the checker of liveness asked for more than is owed, and whose traces are too long for a scenario.</summary>
public sealed class LivenessTests
{
    [Test]
    public void NewcomerGetsTheTimeThatTheWholeLogTakesOneEntryAtATime()
    {
        Schedule schedule = Schedule.Parse("""
            cluster seed=1 voters=1 spares=1 maxappendentries=1 maxappendsinflight=1
            start
            run 300
            propose 1 2500
            run 100
            settle
            """);
        Assert.That(schedule.Run().Failure, Is.Null);
    }
}
