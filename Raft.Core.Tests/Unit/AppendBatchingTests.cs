using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>When a leader sends what was proposed, and how far a sync of its own log is of use.</summary>
public sealed class AppendBatchingTests
{
    [Test]
    public void BehindAMessageUnderWayOnlyTwiceAsManyEntriesGetTheirOwn()
    {
        LoneServer leader = ReplicatingLeader();
        Propose(leader, 2);
        Assert.That(Sent(leader), Is.EqualTo(new[] { 2 }), "nothing was under way");
        Propose(leader, 3);
        Assert.That(Sent(leader), Is.Empty, "three entries are less than twice the two under way");
        Propose(leader, 1);
        Assert.That(Sent(leader), Is.EqualTo(new[] { 4 }), "twice as many as are under way");
        Propose(leader, 9);
        Assert.That(Sent(leader), Is.Empty, "the window has room for two messages");
    }

    [Test]
    public void AnAcknowledgementSendsWhatWaited()
    {
        LoneServer leader = ReplicatingLeader();
        Propose(leader, 3);
        Propose(leader, 1);
        leader.Sent.Clear();
        Acknowledge(leader, leader.Last.Index - 1);
        Assert.That(Sent(leader), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void AnAcknowledgementSendsNothingAgain()
    {
        LoneServer leader = ReplicatingLeader();
        Propose(leader, 2);
        Propose(leader, 4);
        leader.Sent.Clear();
        Acknowledge(leader, leader.Last.Index - 4);
        Assert.That(Sent(leader), Is.Empty, "the second message is still under way");
    }

    [Test]
    public void WhatAnAnswerDoesNotCoverStaysUnderWay()
    {
        LoneServer leader = ReplicatingLeader();
        long held = leader.Last.Index;
        Propose(leader, 1);
        Propose(leader, 1);
        leader.Sent.Clear();
        Acknowledge(leader, held);
        Assert.That(Sent(leader), Is.Empty, "a late answer says nothing of the entry under way");
        Assert.That(leader.Server.Status().Peers[0].InFlight, Is.EqualTo(1));
    }

    [Test]
    public void ASyncIsOfUseAsFarAsAVoterWasSent()
    {
        LoneServer leader = ReplicatingLeader();
        long begun = leader.Last.Index;
        Assert.That(leader.Server.SyncTarget, Is.EqualTo(begun));
        Propose(leader, 2);
        Propose(leader, 1);
        Assert.That(leader.Server.SyncTarget, Is.EqualTo(begun + 2), "the third entry waits to be sent");
        Acknowledge(leader, begun + 2);
        Assert.That(leader.Server.SyncTarget, Is.EqualTo(begun + 3));
    }

    [Test]
    public void WhileAVoterIsProbedEverySyncIsOfUse()
    {
        LoneServer leader = ReplicatingLeader();
        leader.Server.PeerDisconnected(3);
        Propose(leader, 2);
        Propose(leader, 1);
        Assert.That(leader.Server.SyncTarget, Is.EqualTo(leader.Last.Index), "its answer may acknowledge anything");
    }

    [Test]
    public void AFollowerSyncsAllThatItHas()
    {
        LoneServer follower = new(1, 0);
        follower.Server.Receive(2, new AppendRequest(1, 2, new EntryId(1, 1), 0, 0, new[] { LoneServer.Entry(1, 2), LoneServer.Entry(1, 3) }));
        Assert.That(follower.Server.SyncTarget, Is.EqualTo(3));
    }

    /// <summary>Nodes 2 and 3 have everything and take entries as they come.</summary>
    private static LoneServer ReplicatingLeader()
    {
        LoneServer leader = new(1, 0);
        leader.BecomeLeader();
        leader.Sync();
        Acknowledge(leader, leader.Last.Index);
        Acknowledge(leader, leader.Last.Index, node: 3);
        leader.Sent.Clear();
        return leader;
    }

    private static void Propose(LoneServer leader, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.That(leader.Server.Propose(new byte[8], out _), Is.EqualTo(ProposeResult.Accepted));
        }

        leader.Server.Replicate();
    }

    private static void Acknowledge(LoneServer leader, long match, int node = 2) =>
        leader.Server.Receive(node, new AppendReply(leader.Server.Term, true, match, default, 0, node));

    /// <summary>How many entries each message carried that node 2 was sent.</summary>
    private static IEnumerable<int> Sent(LoneServer leader) =>
        leader.Take<AppendRequest>().Where((_, i) => i % 2 == 0).Select(request => request.Entries.Length);
}
