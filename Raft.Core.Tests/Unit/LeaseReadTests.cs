using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>When a leader with a lease answers reads without asking, to the millisecond (thesis, section 6.4.1).</summary>
public sealed class LeaseReadTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Test]
    public void LeaseLastsFromTheBeginningOfAConfirmedRoundLessTheMargin()
    {
        LoneServer leader = Leader();
        RaftOptions options = leader.Server.Options;
        Read(leader, 1);
        Assert.That(leader.ReadsReady, Is.EqualTo(1));
        leader.Server.Periodic(options.ElectionTimeout - options.LeaseMargin - Instant);
        Read(leader, 2);
        Assert.That(leader.ReadsReady, Is.EqualTo(2), "the lease has one millisecond left");
        leader.Server.Periodic(Instant);
        Read(leader, 3);
        Assert.That(leader.ReadsReady, Is.EqualTo(2), "it has run out");
        Answer(leader);
        Answer(leader);
        Assert.That(leader.ReadsReady, Is.EqualTo(3), "a round that began after it confirms the read, too");
    }

    [Test]
    public void WithoutLeasesEveryReadNeedsARound()
    {
        LoneServer leader = Leader();
        leader.Server.Options = leader.Server.Options with { LeaseReads = false };
        Read(leader, 1);
        Assert.That(leader.ReadsReady, Is.Zero);
        Answer(leader);
        Assert.That(leader.ReadsReady, Is.EqualTo(1));
    }

    [Test]
    public void LeaderBeforeItsFirstConfirmedRoundHasNoLease()
    {
        LoneServer leader = Leader(isConfirmed: false);
        Read(leader, 1);
        Assert.That(leader.ReadsReady, Is.Zero);
    }

    [Test]
    public void ReadThatComesBehindOneWhichWaitsWaitsToo()
    {
        LoneServer leader = Leader(isConfirmed: false);
        Read(leader, 1);
        Answer(leader);
        Assert.That(leader.ReadsReady, Is.EqualTo(1), "the round gives a lease");
        leader.Server.Periodic(leader.Server.Options.ElectionTimeout - leader.Server.Options.LeaseMargin);
        Read(leader, 2);
        Answer(leader);
        Read(leader, 3);
        Assert.That(leader.ReadsReady, Is.EqualTo(1), "the first read's round is not confirmed");
        Answer(leader);
        Assert.That(leader.ReadsReady, Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public void HandingOverEndsTheLeaseForGood()
    {
        LoneServer leader = Leader();
        leader.Server.TransferLeadership(2);
        Assert.That(leader.HandedOverTo, Is.EqualTo(2));
        Read(leader, 1);
        Assert.That(leader.ReadsReady, Is.Zero, "node 2 may be elected at any time");
        leader.Server.Periodic(leader.Server.Options.TransferTimeout / 2);
        Answer(leader);
        leader.Server.Periodic(leader.Server.Options.TransferTimeout / 2);
        Answer(leader);
        Assert.That(leader.Server.Status().IsTransferring, Is.False, "it was given up");
        Answer(leader);
        long before = leader.ReadsReady;
        Read(leader, before + 1);
        Assert.That(leader.ReadsReady, Is.EqualTo(before), "its request may still be on the way");
    }

    [Test]
    public void LeaseIsRenewedByARoundInEveryHeartbeatInterval()
    {
        LoneServer leader = Leader();
        TimeSpan interval = leader.Server.Options.HeartbeatInterval;
        leader.Server.Periodic(interval - Instant);
        Assert.That(leader.Take<AppendRequest>(), Is.Empty);
        leader.Server.Periodic(Instant);
        Assert.That(leader.Take<AppendRequest>().Select(request => request.Round), Is.EqualTo([2, 2]));
        leader.Server.Periodic(interval);
        Assert.That(leader.Take<AppendRequest>().Select(request => request.Round), Is.EqualTo([3, 3]), "whether the last one was answered or not");
    }

    [Test]
    public void RoundThatIsForgottenGivesNoLease()
    {
        LoneServer leader = Leader();
        leader.Server.Options = leader.Server.Options with { HeartbeatInterval = Instant };
        for (int i = 0; i < 63; i++)
        {
            leader.Server.Periodic(Instant);
        }

        Read(leader, 1);
        Assert.That(leader.ReadsReady, Is.EqualTo(1), "when the confirmed round began is still known");
        leader.Server.Periodic(Instant);
        Read(leader, 2);
        Assert.That(leader.ReadsReady, Is.EqualTo(1));
    }

    /// <summary>An entry of its term is committed and applied; a round that began just now may be confirmed.</summary>
    private static LoneServer Leader(bool isConfirmed = true)
    {
        LoneServer leader = new(2, 0);
        leader.Server.Options = leader.Server.Options with { LeaseReads = true };
        leader.BecomeLeader();
        leader.Sync();
        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, leader.Last.Index, default, 0, 2));
        leader.Server.Receive(3, new AppendReply(leader.Server.Term, true, leader.Last.Index, default, 0, 3));
        leader.Server.EntriesApplied(leader.Last.Index);
        if (isConfirmed)
        {
            leader.Server.Periodic(leader.Server.Options.HeartbeatInterval);
            Answer(leader);
        }

        leader.Sent.Clear();
        return leader;
    }

    private static void Read(LoneServer leader, long id)
    {
        Assert.That(leader.Server.RequestRead(id), Is.True);
        leader.Server.Replicate();
    }

    /// <summary>Node 2 answers the latest round that it was told of.</summary>
    private static void Answer(LoneServer leader)
    {
        long round = leader.Take<AppendRequest>().Select(request => request.Round).DefaultIfEmpty().Max();
        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, leader.Last.Index, default, round, 2));
    }
}
