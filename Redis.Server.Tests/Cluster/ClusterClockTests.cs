using NUnit.Framework;
using Redis.Server.Replication;

namespace Redis.Server.Tests.Cluster;

/// <summary>The cluster's time goes on whatever calendars say.</summary>
[TestFixture]
internal sealed class ClusterClockTests
{
    private long _calendar;
    private long _elapsed;
    private ClusterClock _clock = null!;

    [SetUp]
    public void SetUp()
    {
        (_calendar, _elapsed) = (1_000_000, 5_000);
        _clock = new ClusterClock(() => _calendar, () => _elapsed);
    }

    [Test]
    public void ItIsTheCalendar()
    {
        _clock.Reached(900_000);
        Assert.That(_clock.Now, Is.EqualTo(1_000_000));
        Pass(10);
        Assert.That(_clock.Now, Is.EqualTo(1_000_010));
    }

    [Test]
    public void BehindALeaderWhoseCalendarWasAhead_TimeGoesOnAtHalfSpeed_UntilTheCalendarHasCaughtUp()
    {
        _clock.Reached(1_003_000);
        Assert.That(_clock.Now, Is.EqualTo(1_003_000));
        Pass(1000);
        Assert.That(_clock.Now, Is.EqualTo(1_003_500));
        _clock.Reached(1_003_500);
        Pass(5000);
        Assert.That(_clock.Now, Is.EqualTo(1_006_000));
        Pass(1000);
        Assert.That(_clock.Now, Is.EqualTo(1_007_000));
    }

    [Test]
    public void ACalendarThatIsSetBackAndRightAgain_DoesNotMakeTimeLeap()
    {
        _clock.Reached(1_000_000);
        _calendar -= 3_600_000;
        _clock.Reached(1_000_000);
        Pass(100);
        Assert.That(_clock.Now, Is.EqualTo(1_000_050));
        _calendar += 3_600_000;
        Assert.That(_clock.Now, Is.EqualTo(1_000_100));
    }

    [Test]
    public void ALeaderThatLeadsAgain_GoesOnFromTheLastEntry_NotFromWhereItsTimeWouldBe()
    {
        _clock.Reached(1_010_000);
        _clock.Follow();
        Pass(4000);
        _clock.Reached(1_010_500);
        Assert.That(_clock.Now, Is.EqualTo(1_010_500));
        Pass(1000);
        Assert.That(_clock.Now, Is.EqualTo(1_011_000));
    }

    private void Pass(long milliseconds) => (_calendar, _elapsed) = (_calendar + milliseconds, _elapsed + milliseconds);
}
