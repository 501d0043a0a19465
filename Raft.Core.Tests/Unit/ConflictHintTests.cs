using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Raft.Core.Tests.Unit;

public sealed class ConflictHintTests
{
    /// <summary>Two logs that were equal up to some place, as Log Matching makes them: a common part, then terms of their own.</summary>
    private static readonly Gen<(long[] Leader, long[] Follower)> Logs =
        from common in Terms(0)
        from leader in Terms(common.LastOrDefault())
        from follower in Terms(common.LastOrDefault())
        select (Leader: Join(common, leader.Select(t => 2 * t)), Follower: Join(common, follower.Select(t => (2 * t) + 1)));

    [Property(MaxTest = 2000)]
    public Property ProbingEndsWhereTheLogsPartAndNeverBelow() => Prop.ForAll(Logs.ToArbitrary(), logs =>
    {
        MemoryLog leader = LogOf(logs.Leader);
        MemoryLog follower = LogOf(logs.Follower);
        long common = logs.Leader.Zip(logs.Follower).TakeWhile(pair => pair.First == pair.Second).Count();
        HashSet<long> terms = [.. logs.Leader, .. logs.Follower];

        long next = leader.Last.Index + 1;
        int refusals = 0;
        while (!Holds(follower, IdAt(leader, next - 1)))
        {
            long before = next;
            next = ConflictHint.NextToSend(leader, ConflictHint.ForRefusal(follower, IdAt(leader, next - 1)));
            NUnit.Framework.Assert.That(next, Is.LessThan(before).And.GreaterThan(common));
            refusals++;
        }

        // A round trip a term, not one an entry.
        return refusals <= terms.Count + 1;
    });

    [Test]
    public void SkipsAWholeTermInOneStep()
    {
        MemoryLog leader = LogOf([1, 1, 4, 4, 4, 4]);
        MemoryLog follower = LogOf([1, 1, 2, 2, 3, 3, 3]);

        EntryId hint = ConflictHint.ForRefusal(follower, leader.Last);

        Assert.That(hint, Is.EqualTo(new EntryId(3, 5)));
        Assert.That(ConflictHint.NextToSend(leader, hint), Is.EqualTo(3));
    }

    [Test]
    public void ACompactedLeaderAnswersWithAnIndexItDoesNotHold()
    {
        MemoryLog leader = LogOf([1, 1, 4, 4]);
        leader.CompactThrough(new EntryId(4, 3));

        Assert.That(ConflictHint.NextToSend(leader, new EntryId(1, 2)) - 1, Is.LessThan(leader.Base.Index));
    }

    private static Gen<long[]> Terms(long from) =>
        Gen.Choose(0, 3).ListOf().Select(steps => Accumulate(from, steps));

    private static long[] Accumulate(long from, IEnumerable<int> steps)
    {
        long term = Math.Max(1, from);
        return [.. steps.Select(step => term += step)];
    }

    /// <summary>The parts after the common one use even terms in one log and odd ones in the other, and none of the common part's.</summary>
    private static long[] Join(long[] common, IEnumerable<long> rest) => [.. common, .. rest.Select(t => t + 100)];

    private static MemoryLog LogOf(long[] terms)
    {
        MemoryLog log = new();
        foreach (long term in terms)
        {
            log.Append(new LogEntry(new EntryId(term, log.Last.Index + 1), EntryType.Application, 0, default));
        }

        return log;
    }

    private static EntryId IdAt(MemoryLog log, long index) => new(log.TermAt(index), index);

    private static bool Holds(MemoryLog log, EntryId id) => id.Index <= log.Last.Index && log.TermAt(id.Index) == id.Term;
}
