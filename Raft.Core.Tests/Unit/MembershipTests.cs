using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>Orders to change the members: which are taken, and what the first and the last member of a cluster may do alone.</summary>
public sealed class MembershipTests
{
    [Test]
    public void ServerThatBelongsToNoClusterBeginsOne()
    {
        RaftServer server = Empty();
        server.Bootstrap("here:1");
        Assert.That(server.Configuration.Members, Is.EqualTo([new Member(1, IsVoter: true, "here:1", 7)]));
        Assert.That((server.Role, server.Term, server.VotedFor), Is.EqualTo((RaftRole.Leader, 2L, 1)), "no other vote is needed");
        Assert.That(() => server.Bootstrap("here:1"), Throws.InvalidOperationException, "it belongs to one");
        Assert.That(server.Propose(new byte[1], out _), Is.EqualTo(ProposeResult.Accepted), "and works on after the refusal");
    }

    [Test]
    public void MemberOfAClusterBeginsNoOther()
    {
        LoneServer member = new(2, 0);
        Assert.That(() => member.Server.Bootstrap("here:1"), Throws.InvalidOperationException);
        Assert.That(member.Server.Configuration.Members, Has.Count.EqualTo(3));
    }

    [Test]
    public void ServerThatALeaderTakesInBeginsNoCluster()
    {
        RaftServer server = Empty();
        server.Receive(2, new AppendRequest(1, 2, new EntryId(1, 5), 0, 0, default));
        Assert.That(() => server.Bootstrap("here:1"), Throws.InvalidOperationException, "it lacks the entries still");

        server = Empty();
        SnapshotId id = new(new EntryId(1, 5), 1, 7);
        ClusterConfiguration members = ClusterConfiguration.Empty.With(new Member(2, IsVoter: true, "", 2));
        server.Receive(2, new SnapshotRequest(1, 2, id, 0, 0, 0, members.Encode(), new byte[] { 7 }));
        server.Periodic(TimeSpan.Zero);
        server.Periodic(2 * server.Options.ElectionTimeout);
        Assert.That(server.Leader, Is.Zero);
        Assert.That(() => server.Bootstrap("here:1"), Throws.InvalidOperationException, "the snapshot is being installed");
        Assert.That(() => server.SnapshotInstalled(id), Throws.Nothing);
        Assert.That(server.Configuration.Members, Is.EqualTo(members.Members));
    }

    [Test]
    public void SurvivorAnswersForASnapshotBeforeItGoesOnAlone()
    {
        LoneServer survivor = new(2, 0);
        SnapshotId id = new(new EntryId(2, 5), 1, 7);
        survivor.Server.Receive(2, new SnapshotRequest(2, 2, id, 0, 0, 0, survivor.Server.Configuration.Encode(), new byte[] { 7 }));
        Assert.That(survivor.Server.RecoverAlone, Throws.InvalidOperationException);
        survivor.Server.SnapshotInstalled(id);
        survivor.Server.RecoverAlone();
        Assert.That((survivor.Server.Role, survivor.Base), Is.EqualTo((RaftRole.Leader, id.Last)));
    }

    [Test]
    public void SurvivorGoesOnAloneWhenToldTo()
    {
        LoneServer survivor = new(2, 2, 1, 2);
        survivor.Server.RecoverAlone();
        survivor.Sync();
        Assert.That(survivor.Server.Configuration.Members, Is.EqualTo([new Member(1, IsVoter: true, "", 1)]));
        Assert.That(survivor.Server.Configuration.UsedIds, Does.Contain(2).And.Contain(3), "those that were lost never come back under their ids");
        Assert.That((survivor.Server.Role, survivor.PersistedTerm), Is.EqualTo((RaftRole.Leader, 4L)), "a term to append in, a term to lead in");
        Assert.That(survivor.Server.Cursors.Committed, Is.EqualTo(survivor.Last.Index));
        Assert.That(survivor.Terms, Is.EqualTo([1, 1, 2, 3, 4]), "what it had stays");
    }

    [Test]
    public void ServerWithoutAClusterCannotGoOnAlone()
    {
        RaftServer server = Empty();
        Assert.That(() => server.RecoverAlone(), Throws.InvalidOperationException);
        server.Bootstrap("here:1");
        Assert.That(server.Role, Is.EqualTo(RaftRole.Leader), "the refusal changed nothing");
    }

    [TestCase(0, ProposeResult.InvalidChange)]
    [TestCase(-1, ProposeResult.InvalidChange)]
    [TestCase(2, ProposeResult.InvalidChange)]
    [TestCase(4, ProposeResult.Accepted)]
    public void MembersAreAddedUnderIdsThatWereNeverUsed(int id, ProposeResult expected)
    {
        LoneServer leader = Leader();
        Assert.That(leader.Server.AddMember(id, "", out EntryId entry), Is.EqualTo(expected));
        Assert.That(leader.Server.Configuration.Members, Has.Count.EqualTo(expected == ProposeResult.Accepted ? 4 : 3));
        Assert.That(entry, Is.EqualTo(expected == ProposeResult.Accepted ? leader.Last : EntryId.None));
    }

    [TestCase(0, ProposeResult.InvalidChange)]
    [TestCase(4, ProposeResult.InvalidChange)]
    [TestCase(3, ProposeResult.Accepted)]
    public void OnlyMembersAreRemoved(int id, ProposeResult expected)
    {
        LoneServer leader = Leader();
        Assert.That(leader.Server.RemoveMember(id, out _), Is.EqualTo(expected));
        Assert.That(leader.Server.Configuration.Members, Has.Count.EqualTo(expected == ProposeResult.Accepted ? 2 : 3));
    }

    [Test]
    public void IdOfARemovedMemberIsNotUsedAgain()
    {
        LoneServer leader = Leader();
        leader.Server.RemoveMember(3, out _);
        Acknowledge(leader);
        Assert.That(leader.Server.AddMember(3, "", out _), Is.EqualTo(ProposeResult.InvalidChange));
        Assert.That(leader.Server.AddMember(4, "", out _), Is.EqualTo(ProposeResult.Accepted));
    }

    [Test]
    public void RemovedMemberIsNeitherSentAnythingNorBelieved()
    {
        LoneServer leader = Leader();
        leader.Server.RemoveMember(3, out _);
        Acknowledge(leader);
        leader.Sent.Clear();
        leader.Server.Propose(new byte[1], out _);
        leader.Server.Replicate();
        Assert.That(leader.Take<AppendRequest>(), Has.Count.EqualTo(1), "node 2 is the only other member");
        leader.Server.Receive(3, new AppendReply(leader.Server.Term + 5, false, 1, EntryId.None, 0, 3));
        leader.Server.Receive(3, new SnapshotReply(leader.Server.Term + 5, default, 0, false, 0, 3));
        leader.Server.Receive(3, new VoteReply(leader.Server.Term + 5, false, false, 3));
        Assert.That(leader.Server.Role, Is.EqualTo(RaftRole.Leader), "a server that was removed disturbs nobody");
    }

    [Test]
    public void OneChangeIsOpenAtATime()
    {
        LoneServer leader = Leader();
        leader.Server.AddMember(4, "", out _);
        Assert.That(leader.Server.RemoveMember(3, out _), Is.EqualTo(ProposeResult.ChangeInProgress));
        Assert.That(leader.Server.DemoteMember(3, out _), Is.EqualTo(ProposeResult.ChangeInProgress));
        Assert.That(leader.Server.AddMember(5, "", out _), Is.EqualTo(ProposeResult.ChangeInProgress));
        Acknowledge(leader);
        Assert.That(leader.Server.DemoteMember(4, out _), Is.EqualTo(ProposeResult.InvalidChange), "it has no vote to take");
        Assert.That(leader.Server.RemoveMember(4, out _), Is.EqualTo(ProposeResult.Accepted));
    }

    [Test]
    public void VoteThatWasTakenComesBackWhenItMay()
    {
        LoneServer leader = Leader();
        Assert.That(leader.Server.DemoteMember(3, out _), Is.EqualTo(ProposeResult.Accepted));
        Acknowledge(leader);
        Acknowledge(leader, node: 3);
        Assert.That(leader.Server.Configuration.Find(3)!.IsVoter, Is.False, "however well it keeps up");
        leader.Server.AllowPromotion(3);
        Acknowledge(leader, node: 3);
        Assert.That(leader.Server.Configuration.Find(3), Is.EqualTo(new Member(3, IsVoter: true, "", 3)));
    }

    [Test]
    public void FollowerTakesNoOrders()
    {
        LoneServer follower = new(2, 0);
        Assert.That(follower.Server.AddMember(4, "", out _), Is.EqualTo(ProposeResult.NotLeader));
        Assert.That(follower.Server.RemoveMember(3, out _), Is.EqualTo(ProposeResult.NotLeader));
        Assert.That(follower.Server.TransferLeadership(2), Is.False);
        Assert.That(follower.Server.SendSnapshot(2), Is.False);
    }

    private static RaftServer Empty()
    {
        MemoryLog log = new();
        return new RaftServer(1, new RaftOptions(), log, new LoneServer(1, 0), new Random(1), new RaftRestart(StoreId: 7, Term: 0, VotedFor: 0, Snapshot: null));
    }

    /// <summary>It leads, and an entry of its term is committed.</summary>
    private static LoneServer Leader()
    {
        LoneServer leader = new(2, 0);
        leader.BecomeLeader();
        Acknowledge(leader);
        return leader;
    }

    private static void Acknowledge(LoneServer leader, int node = 2)
    {
        leader.Sync();
        leader.Server.Receive(node, new AppendReply(leader.Server.Term, true, leader.Last.Index, default, 0, node));
    }
}
