using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>The checker itself: histories known to be right and wrong.</summary>
[TestFixture]
internal sealed class ListAppendCheckerTests
{
    private int _id;

    [Test]
    public void WhatOneListDoes_IsRight() => AssertRight(
        T(0, 10, "a+1"), T(5, 15, "a+2"), T(20, 30, "a=2,1"), T(25, 35, "a+3", "a=2,1,3"), T(40, 50, "a=2,1,3", "b=", "a+4"), T(60, 70, "a=2,1,3,4"));

    [Test]
    public void WhatIsUnderWay_MayBeSeenOrNot()
    {
        AssertRight(T(0, 100, "a+1"), T(10, 20, "a="), T(30, 40, "a=1"));
        AssertRight(Unknown(0, "a+1"), T(10, 20, "a="), T(30, 40, "a=1"));
        AssertRight(Unknown(0, "a+1", "b+1"), T(10, 20, "a="), T(30, 40, "b="));
    }

    [Test]
    public void AStaleRead_IsFound()
    {
        AssertFound("stale read", T(0, 10, "a+1"), T(20, 30, "a="), T(40, 50, "a=1"));
        AssertFound("G-single-realtime", T(0, 10, "a+1"), T(20, 30, "a="), T(40, 50, "a=1"));
        AssertFound("stale read", T(0, 100, "a+1"), T(10, 20, "a=1"), T(15, 18, "a+2"), T(30, 40, "a=1"), T(50, 60, "a=1,2"));
    }

    [Test]
    public void TimeThatGoesBack_IsFound() => AssertFound("G-single-realtime", T(0, 100, "a+1"), T(10, 20, "a=1"), T(30, 40, "a="));

    [Test]
    public void ALostUpdate_IsFound()
    {
        AssertFound("lost update", T(0, 10, "a+1"), T(5, 15, "a+2"), T(40, 50, "a=1"));
        AssertFound("lost update", T(0, 10, "a+1"), T(40, 50, "a="));
        AssertFound("incompatible orders", T(0, 100, "a+1"), T(5, 100, "a+2"), T(40, 50, "a=1"), T(60, 70, "a=2,1"));
        AssertFound("incompatible orders", Unknown(0, "a+1"), T(5, 100, "a+2"), T(40, 50, "a=1"), T(60, 70, "a=2"));
    }

    [Test]
    public void AnAppendWithTheWrongLength_IsFound()
    {
        ListTransaction first = T(0, 10, "a+1");
        ListTransaction wrong = T(0, 30, "a+2") with { Steps = [new ListStep("a", 2, Length: 1)] };
        AssertFound("lost update", first, wrong, T(40, 50, "a=1,2"));
        AssertRight(first, wrong with { Steps = [new ListStep("a", 2, Length: 2)] }, T(40, 50, "a=1,2"));
    }

    [Test]
    public void AnUpdateThatCameTwice_IsFound() => AssertFound("duplicate", T(0, 10, "a+1"), T(20, 30, "a=1,1"));

    [Test]
    public void AnAbortedRead_IsFound() => AssertFound("aborted read (G1a)", T(0, 10, "a+1") with { Fate = Fate.Failed }, T(20, 30, "a=1"));

    [Test]
    public void AnIntermediateRead_IsFound()
    {
        AssertFound("intermediate read (G1b)", T(0, 100, "a+1", "a+2"), T(10, 20, "a=1"), T(30, 40, "a=1,2"));
        AssertRight(T(0, 100, "a+1", "a=1", "a+2"), T(30, 40, "a=1,2"));
    }

    [Test]
    public void Garbage_IsFound() => AssertFound("garbage read", T(0, 10, "a=7"));

    [Test]
    public void AFracturedRead_IsFound()
    {
        AssertFound("fractured read (G-single)", T(0, 100, "a+1", "b+1"), T(10, 20, "a=1", "b="), T(110, 120, "b=1"));
        AssertFound("fractured read", T(0, 100, "a+1", "a="));
        AssertFound("fractured read", T(0, 100, "a=", "a=1"), T(0, 100, "a+1"));
    }

    [Test]
    public void ACycleOfWrites_IsFound() => AssertFound(
        "G0", T(0, 100, "a+1", "b+1"), T(0, 100, "a+2", "b+2"), T(110, 120, "a=1,2"), T(110, 120, "b=2,1"));

    [Test]
    public void ACycleOfReads_IsFound() => AssertFound("G1c", T(0, 100, "a+1", "b=1"), T(0, 100, "b+1", "a=1"));

    [Test]
    public void AWriteSkew_IsFound() => AssertFound(
        "G2", T(0, 100, "a=", "b+1"), T(0, 100, "b=", "a+1"), T(110, 120, "a=1", "b=1"));

    [Test]
    public void WritesAgainstRealTime_AreFound() => AssertFound(
        "G0-realtime", T(0, 10, "a+1"), T(20, 30, "a+2"), T(40, 50, "a=2,1"));

    [Test]
    public void ReadsAgainstRealTime_AreFound() => AssertFound(
        "G1c-realtime", T(0, 10, "a=1"), T(20, 30, "a+1"));

    [Test]
    public void AWriteSkewInRealTime_IsFound() => AssertFound(
        "G2-realtime", T(0, 100, "a=", "b=1"), T(0, 10, "a+1"), T(20, 30, "b="), T(0, 100, "b+1"));

    /// <summary>Whatever is done one after the other, at some moment between call and answer, is right; with one answer turned wrong it is not.</summary>
    [Test]
    public void OneAfterTheOther_IsRight_AndADroppedValueIsNot()
    {
        Property property = Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), seed =>
        {
            List<ListTransaction> history = Serial(new Random(seed), 60);
            if (ListAppendChecker.Check(history) is [Anomaly first, ..])
                return false.Label($"{first}");
            int[] victims = [.. Enumerable.Range(0, history.Count).Where(i => history[i].Steps is [{ Read.Length: > 1 }])];
            if (victims.Length == 0)
                return true.Label("nothing to break");
            int victim = victims[seed % victims.Length];
            ListStep step = history[victim].Steps[0];
            history[victim] = history[victim] with { Steps = [step with { Read = step.Read![1..] }] };
            return (ListAppendChecker.Check(history).Count > 0).Label("a value was dropped");
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(20, 27), property);
    }

    private static List<ListTransaction> Serial(Random random, int count)
    {
        Dictionary<string, List<int>> lists = new() { ["a"] = [], ["b"] = [], ["c"] = [] };
        List<ListTransaction> history = [];
        for (int i = 1; i <= count; i++)
        {
            bool isLost = random.Next(10) == 0;
            bool happens = !isLost || random.Next(2) == 0;
            List<ListStep> steps = [];
            for (int j = random.Next(1, 4); j > 0; j--)
            {
                (string key, List<int> list) = lists.ElementAt(random.Next(lists.Count));
                if (random.Next(2) == 0)
                {
                    steps.Add(new ListStep(key, 0, isLost ? null : [.. list]));
                }
                else if (!steps.Any(step => step.IsAppend && step.Key == key))
                {
                    if (happens)
                        list.Add(i);
                    steps.Add(new ListStep(key, i, Length: isLost ? 0 : list.Count));
                }
            }

            long moment = i * 10;
            history.Add(new ListTransaction(i, moment - random.Next(40), isLost ? long.MaxValue : moment + random.Next(40), isLost ? Fate.Unknown : Fate.Done, steps));
        }

        return history;
    }

    private static void AssertRight(params ListTransaction[] history) => Assert.That(ListAppendChecker.Check(history), Is.Empty);

    private static void AssertFound(string name, params ListTransaction[] history) =>
        Assert.That(ListAppendChecker.Check(history).Select(anomaly => anomaly.Name), Does.Contain(name), string.Join('\n', ListAppendChecker.Check(history)));

    /// <summary>Steps are written as a+1 (appends 1 to a) and a=1,2 (reads 1 and 2 in a).</summary>
    private ListTransaction T(long invoked, long returned, params string[] steps) => new(++_id, invoked, returned, Fate.Done, [.. steps.Select(Step)]);

    private ListTransaction Unknown(long invoked, params string[] steps) => T(invoked, long.MaxValue, steps) with { Fate = Fate.Unknown };

    private static ListStep Step(string text) => text[1] == '+'
        ? new ListStep(text[..1], int.Parse(text[2..], CultureInfo.InvariantCulture))
        : new ListStep(text[..1], 0, [.. text[2..].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(value => int.Parse(value, CultureInfo.InvariantCulture))]);
}
