using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Raft.Core.Tests.Unit;

public sealed class QuorumTests
{
    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(3, 2)]
    [TestCase(4, 3)]
    [TestCase(5, 3)]
    public void MajorityIsMoreThanHalf(int voters, int majority) =>
        Assert.That(Quorum.MajorityOf(voters), Is.EqualTo(majority));

    /// <summary>Two majorities share a voter, also when one voter was added or removed between them.</summary>
    [Test]
    public void MajoritiesOfNeighbouringConfigurationsOverlap()
    {
        for (int voters = 1; voters < 20; voters++)
        {
            Assert.That(Quorum.MajorityOf(voters) + Quorum.MajorityOf(voters), Is.GreaterThan(voters));
            Assert.That(Quorum.MajorityOf(voters) + Quorum.MajorityOf(voters + 1), Is.GreaterThan(voters + 1));
        }
    }

    [Property]
    public Property AgreedIsTheHighestValueThatAMajorityReached() => Prop.ForAll(
        Gen.Choose(0, 20).Select(i => (long)i).NonEmptyListOf().ToArbitrary(),
        values => Quorum.Agreed(values.ToArray()) == SlowAgreed(values));

    [Property]
    public Property OutcomeIsDecidedWhenNoAnswerCouldChangeIt() => Prop.ForAll(
        Gen.Choose(0, 2).NonEmptyListOf().ToArbitrary(),
        answers => Quorum.Outcome(answers.Count, answers.Count(a => a == 1), answers.Count(a => a == 2)) == SlowOutcome(answers));

    private static long SlowAgreed(IEnumerable<long> values) =>
        values.Where(candidate => values.Count(v => v >= candidate) * 2 > values.Count()).Max();

    /// <summary>0 open, 1 granted, 2 refused.</summary>
    private static VoteOutcome SlowOutcome(List<int> answers)
    {
        int votes = answers.Count(a => a == 1);
        int open = answers.Count(a => a == 0);
        return votes * 2 > answers.Count ? VoteOutcome.Won
            : (votes + open) * 2 > answers.Count ? VoteOutcome.Open
            : VoteOutcome.Lost;
    }
}
