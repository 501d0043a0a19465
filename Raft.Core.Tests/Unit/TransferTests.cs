using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>Whom a leader asks to campaign in its place, and when (thesis, section 3.10).</summary>
public sealed class TransferTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Test]
    public void TargetIsAskedAgainInEveryHeartbeatInterval()
    {
        LoneServer leader = Leader();
        Assert.That(leader.Server.TransferLeadership(2), Is.True);
        Assert.That(leader.Take<TimeoutNow>(), Has.Count.EqualTo(1));
        TimeSpan interval = leader.Server.Options.HeartbeatInterval;
        for (int i = 0; i < 3; i++)
        {
            leader.Server.Periodic(interval - Instant);
            Assert.That(leader.Take<TimeoutNow>(), Is.Empty);
            leader.Server.Periodic(Instant);
            Assert.That(leader.Take<TimeoutNow>(), Has.Count.EqualTo(1), "the last may be lost");
        }
    }

    [Test]
    public void TargetIsAskedWhenItHasTheWholeLog()
    {
        LoneServer leader = Leader();
        leader.Server.Propose(new byte[1], out EntryId last);
        leader.Server.Replicate();
        Assert.That(leader.Server.TransferLeadership(2), Is.True);
        Assert.That(leader.Take<TimeoutNow>(), Is.Empty, "the last entry is on its way");
        Acknowledge(leader, 3, last.Index);
        Assert.That(leader.Take<TimeoutNow>(), Is.Empty, "another voter has it");
        Acknowledge(leader, 2, last.Index);
        Assert.That((leader.Take<TimeoutNow>().Count, leader.HandedOverTo), Is.EqualTo((1, 2)));
    }

    [Test]
    public void VoterThatWasHeardInThisTickAnswers()
    {
        LoneServer leader = Leader();
        for (int i = 0; i < 5; i++)
        {
            leader.Server.Periodic(leader.Server.Options.ElectionTimeout / 3);
            Acknowledge(leader, 2, leader.Last.Index);
        }

        leader.Server.Propose(new byte[1], out EntryId last);
        leader.Server.Replicate();
        Acknowledge(leader, 3, last.Index);
        leader.Server.DiskStalled("slow");
        Assert.That((leader.HandedOverTo, leader.Server.Role), Is.EqualTo((3, RaftRole.Follower)), "it was silent, and has most of the log");
    }

    [Test]
    public void WipedVoterIsNoTarget()
    {
        LoneServer leader = Leader();
        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, 0, default, 0, StoreId: 99));
        Assert.That(leader.Server.TransferLeadership(2), Is.False);
        Assert.That(leader.Server.TransferLeadership(0), Is.True);
        Assert.That(leader.HandedOverTo, Is.EqualTo(3));
    }

    [Test]
    public void NobodyIsPromotedDuringATransfer()
    {
        LoneServer leader = Leader();
        leader.Server.AddMember(4, "", out EntryId added);
        leader.Server.Replicate();
        leader.Sync();
        Acknowledge(leader, 2, added.Index);
        Assert.That(leader.Server.TransferLeadership(3), Is.True);
        Acknowledge(leader, 4, added.Index);
        Assert.That(leader.Last, Is.EqualTo(added), "its target would lack another entry");
        leader.Server.Periodic(leader.Server.Options.TransferTimeout / 2);
        Acknowledge(leader, 2, added.Index);
        leader.Server.Periodic(leader.Server.Options.TransferTimeout / 2);
        Acknowledge(leader, 4, added.Index);
        Acknowledge(leader, 4, added.Index);
        Assert.That(leader.Server.Configuration.Find(4)!.IsVoter, Is.True, "it was given up");
    }

    [Test]
    public void OnlyAnotherVoterIsATarget()
    {
        LoneServer leader = Leader();
        leader.Server.RemoveMember(3, out _);
        Assert.That(leader.Server.TransferLeadership(3), Is.False);
        Assert.That(leader.Server.TransferLeadership(1), Is.False, "it leads already");
        Assert.That(leader.Server.TransferLeadership(9), Is.False, "there is no such node");
        Assert.That(leader.Server.Status().IsTransferring, Is.False);
    }

    /// <summary>Nodes 2 and 3 have everything.</summary>
    private static LoneServer Leader()
    {
        LoneServer leader = new(1, 0);
        leader.BecomeLeader();
        leader.Sync();
        Acknowledge(leader, 2, leader.Last.Index);
        Acknowledge(leader, 3, leader.Last.Index);
        leader.Sent.Clear();
        return leader;
    }

    private static void Acknowledge(LoneServer leader, int node, long match) =>
        leader.Server.Receive(node, new AppendReply(leader.Server.Term, true, match, default, 0, node));
}
