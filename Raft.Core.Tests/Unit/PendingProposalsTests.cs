using NUnit.Framework;

namespace Raft.Core.Tests.Unit;

public sealed class PendingProposalsTests
{
    private readonly PendingProposals<string> _pending = new();

    [Test]
    public void AnEntryWithItsIdCommitsAProposal()
    {
        _pending.Add(new EntryId(2, 5), "a");
        _pending.Add(new EntryId(2, 6), "b");

        Assert.That(_pending.TryResolve(new EntryId(2, 4), out _, out _), Is.False);
        Assert.That(Resolve(2, 5), Is.EqualTo("a Committed"));
        Assert.That(_pending.TryResolve(new EntryId(2, 5), out _, out _), Is.False);
        Assert.That(Resolve(2, 6), Is.EqualTo("b Committed"));
    }

    [Test]
    public void AnotherEntryAtItsIndexOverwritesItAndAllThatFollow()
    {
        _pending.Add(new EntryId(2, 5), "a");
        _pending.Add(new EntryId(2, 6), "b");

        Assert.That(Resolve(3, 5), Is.EqualTo("a Overwritten"));
        Assert.That(Resolve(3, 5), Is.EqualTo("b Overwritten"));
    }

    [Test]
    public void AnEntryOfALaterTermBeforeItOverwritesIt()
    {
        _pending.Add(new EntryId(2, 9), "a");

        Assert.That(_pending.TryResolve(new EntryId(2, 5), out _, out _), Is.False);
        Assert.That(Resolve(3, 6), Is.EqualTo("a Overwritten"));
    }

    [Test]
    public void ASnapshotThatPassesOverItLeavesItsFateUnknown()
    {
        _pending.Add(new EntryId(2, 5), "a");

        Assert.That(Resolve(3, 8), Is.EqualTo("a Unknown"));
    }

    [Test]
    public void GivingUpTakesTheOldestFirst()
    {
        _pending.Add(new EntryId(2, 5), "a");
        _pending.Add(new EntryId(3, 4), "b");

        Assert.That(_pending.TryAbandon(out string first), Is.True);
        Assert.That(_pending.TryAbandon(out string second), Is.True);
        Assert.That(_pending.TryAbandon(out _), Is.False);
        Assert.That((first, second), Is.EqualTo(("a", "b")));
    }

    [Test]
    public void ProposalsAreNotedInOrder()
    {
        _pending.Add(new EntryId(2, 5), "a");

        Assert.That(() => _pending.Add(new EntryId(2, 5), "b"), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => _pending.Add(new EntryId(1, 9), "b"), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private string Resolve(long term, long index)
    {
        Assert.That(_pending.TryResolve(new EntryId(term, index), out string item, out ProposalFate fate), Is.True);
        return $"{item} {fate}";
    }
}
