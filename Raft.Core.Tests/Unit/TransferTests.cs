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
