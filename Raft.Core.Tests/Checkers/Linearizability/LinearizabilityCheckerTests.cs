using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Raft.Core.Tests.Checkers.Linearizability;

/// <summary>The checker itself: histories known to be right and wrong, and a slow, obvious search as the judge.</summary>
public sealed class LinearizabilityCheckerTests
{
    [Test]
    public void ReadAfterWriteSeesIt() => Assert.That(Check(Write("a", 0, 10), Read("a", 20, 30)), Is.True);

    [Test]
    public void StaleReadIsFound() => Assert.That(Check(Write("a", 0, 10), Write("b", 20, 30), Read("a", 40, 50)), Is.False);

    [Test]
    public void ConcurrentReadMaySeeEither()
    {
        Assert.That(Check(Write("a", 0, 100), Read(null, 10, 20), Read("a", 30, 40)), Is.True);
        Assert.That(Check(Write("a", 0, 100), Read("a", 10, 20), Read(null, 30, 40)), Is.False, "time may not go back");
    }

    [Test]
    public void WriteOfUnknownFateMayTakeEffectLateOrNever()
    {
        ClientOperation<RegisterCall> lost = new(0, null, new RegisterCall(RegisterVerb.Write, "a"));
        Assert.That(Check(lost, Read(null, 10, 20), Read("a", 30, 40)), Is.True);
        Assert.That(Check(lost, Read(null, 10, 20), Read(null, 30, 40)), Is.True);
        Assert.That(Check(lost, Read("a", 10, 20), Read(null, 30, 40)), Is.False);
    }

    [Test]
    public void CompareAndSetSucceedsOnce()
    {
        ClientOperation<RegisterCall> first = new(0, 10, new RegisterCall(RegisterVerb.CompareAndSet, "a", null));
        ClientOperation<RegisterCall> second = new(5, 15, new RegisterCall(RegisterVerb.CompareAndSet, "b", null));
        Assert.That(Check(first, second), Is.False);
        Assert.That(Check(first, second with { Call = second.Call with { Succeeded = false } }), Is.True);
    }

    [Test]
    public void LostIncrementIsFound()
    {
        ClientOperation<CounterCall>[] history =
            [new(0, 10, new CounterCall(1, 1)), new(5, 15, new CounterCall(1, 1)), new(20, 30, new CounterCall(0, 1))];
        Assert.That(LinearizabilityChecker.IsLinearizable(new CounterModel(), history), Is.False);
    }

    [Test]
    public void AppendedTwiceIsFound()
    {
        ClientOperation<ListCall>[] once = [new(0, 10, new ListCall("a", Length: 1)), new(20, 30, new ListCall(null, ["a"]))];
        ClientOperation<ListCall>[] twice = [once[0], once[1] with { Call = new ListCall(null, ["a", "a"]) }];
        Assert.That(LinearizabilityChecker.IsLinearizable(new ListModel(), once), Is.True);
        Assert.That(LinearizabilityChecker.IsLinearizable(new ListModel(), twice), Is.False);
    }

    [Test]
    public void AgreesWithTryingEveryOrder()
    {
        Gen<ClientOperation<RegisterCall>> operation =
            from begin in Gen.Choose(0, 12)
            from length in Gen.Choose(0, 6)
            from isLost in Gen.Choose(0, 4)
            from verb in Gen.Elements(RegisterVerb.Read, RegisterVerb.Write)
            from value in Gen.Elements("a", "b", null)
            select new ClientOperation<RegisterCall>(begin, isLost == 0 ? null : begin + length, new RegisterCall(verb, value ?? (verb == RegisterVerb.Write ? "c" : null)));
        Property property = Prop.ForAll(Arb.From(operation.ArrayOf().Select(o => o[..Math.Min(o.Length, 6)])), history =>
            LinearizabilityChecker.IsLinearizable(new RegisterModel(), history) == TryEveryOrder(history, new RegisterModel().Initial, 0));
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(7, 9), property);
    }

    private static bool TryEveryOrder(ClientOperation<RegisterCall>[] history, RegisterModel.State state, int taken)
    {
        if (Enumerable.Range(0, history.Length).All(i => (taken & (1 << i)) != 0 || history[i].Returned is null))
        {
            return true;
        }

        for (int i = 0; i < history.Length; i++)
        {
            ClientOperation<RegisterCall> candidate = history[i];
            bool isNext = (taken & (1 << i)) == 0
                && !history.Where((o, j) => (taken & (1 << j)) == 0 && o.Returned < candidate.Invoked).Any();
            if (isNext)
            {
                (bool possible, RegisterModel.State next) = new RegisterModel().Step(state, candidate.Call, candidate.Returned is not null);
                if (possible && TryEveryOrder(history, next, taken | (1 << i)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static ClientOperation<RegisterCall> Write(string value, long from, long to) => new(from, to, new RegisterCall(RegisterVerb.Write, value));

    private static ClientOperation<RegisterCall> Read(string? value, long from, long to) => new(from, to, new RegisterCall(RegisterVerb.Read, value));

    private static bool Check(params ClientOperation<RegisterCall>[] history) =>
        LinearizabilityChecker.IsLinearizable(new RegisterModel(), history);
}
