using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>What an operator is told of a server and of its peers.</summary>
public sealed class StatusReportTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    [Test]
    public void FollowerTellsWhomItFollowsAndSinceWhenItIsSilent()
    {
        LoneServer follower = new(2, 0);
        Assert.That(follower.Server.Status().LeaderSilence, Is.EqualTo(TimeSpan.Zero), "there is none");
        follower.Append(2, new EntryId(1, 1), 1, LoneServer.Entry(2, 2));
        Assert.That(follower.Server.Status().LeaderSilence, Is.EqualTo(TimeSpan.Zero), "it was heard just now");
        follower.Server.Periodic(Moment);
        follower.Server.Periodic(Moment);
        RaftStatus status = follower.Server.Status();
        Assert.That((status.NodeId, status.Role, status.Term, status.VotedFor, status.Leader), Is.EqualTo((1, RaftRole.Follower, 2L, 0, 2)));
        Assert.That(status.LeaderSilence, Is.EqualTo(Moment), "from the end of the tick in which it was heard");
        Assert.That((status.Cursors, status.LastEntry, status.LogBase), Is.EqualTo((new LogCursors(2, 2, 1, 0), new EntryId(2, 2), EntryId.None)));
        Assert.That((status.Snapshot, status.IsConfigurationCommitted, status.IsTransferring, status.Peers.Count), Is.EqualTo(((SnapshotId?)null, true, false, 0)));
    }

    [Test]
    public void WhoFollowsNobodyHearsNoSilence()
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 0);
        server.Server.Periodic(Moment);
        server.PassElectionTimeout();
        Assert.That((server.Server.Role, server.Server.Status().LeaderSilence), Is.EqualTo((RaftRole.PreCandidate, TimeSpan.Zero)));
        server.Server.Receive(3, new VoteReply(5, IsPreVote: true, Granted: false, 3));
        Assert.That((server.Server.Role, server.Server.Status().LeaderSilence), Is.EqualTo((RaftRole.Follower, TimeSpan.Zero)), "it knows no leader");
        server.BecomeLeader();
        server.Server.Periodic(Moment);
        Assert.That((server.Server.Role, server.Server.Status().LeaderSilence), Is.EqualTo((RaftRole.Leader, TimeSpan.Zero)));
    }

    [Test]
    public void PeerThatHasEverythingDoesNotLagThoughAllIsCompacted()
    {
        LoneServer leader = Leader();
        leader.Server.Options = leader.Server.Options with { KeptEntries = 0 };
        leader.Server.SnapshotTaken(new SnapshotId(leader.Last, 1000, 1));
        Assert.That(leader.Base, Is.EqualTo(leader.Last));
        Assert.That(leader.Server.Status().Peers.Select(peer => peer.LagTime), Is.EqualTo(new TimeSpan?[] { TimeSpan.Zero, null }));
    }

    [Test]
    public void LeaderTellsHowFarItsPeersLag()
    {
        LoneServer leader = Leader();
        leader.Server.Time = 1500;
        leader.Server.Propose(new byte[1], out _);
        leader.Server.Replicate();
        leader.Server.Periodic(Moment);
        PeerStatus[] peers = [.. leader.Server.Status().Peers];
        Assert.That(peers[0], Is.EqualTo(new PeerStatus(
            2, true, "", PeerState.Replicate, Match: 2, Next: 4, InFlight: 1, LagEntries: 1, LagTime: TimeSpan.FromMilliseconds(500), Silence: TimeSpan.Zero, null, null, IsWiped: false)));
        Assert.That((peers[1].State, peers[1].Match, peers[1].LagEntries, peers[1].LagTime), Is.EqualTo((PeerState.Probe, 0L, 3L, (TimeSpan?)null)));
        Assert.That(peers[1].Silence, Is.EqualTo(Moment), "it was never heard");

        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, 3, default, 0, 2));
        leader.Server.Periodic(Moment);
        leader.Server.Periodic(Moment);
        PeerStatus caughtUp = leader.Server.Status().Peers[0];
        Assert.That((caughtUp.LagEntries, caughtUp.LagTime, caughtUp.InFlight, caughtUp.Silence), Is.EqualTo((0L, (TimeSpan?)TimeSpan.Zero, 0, Moment)));
    }

    [Test]
    public void LeaderTellsOfSnapshotsOnTheirWayAndOfWipedDisks()
    {
        LoneServer leader = Leader();
        leader.Server.Options = leader.Server.Options with { KeptEntries = 0 };
        SnapshotId snapshot = new(leader.Last, 1000, 1);
        leader.Server.SnapshotTaken(snapshot);
        leader.Server.Receive(3, new AppendReply(leader.Server.Term, false, 1, EntryId.None, 0, 3));
        leader.Server.Receive(3, new SnapshotReply(leader.Server.Term, snapshot, 300, false, 0, 3));
        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, 2, default, 0, StoreId: 99));
        RaftStatus status = leader.Server.Status();
        Assert.That((status.Snapshot, status.LogBase), Is.EqualTo(((SnapshotId?)snapshot, snapshot.Last)));
        Assert.That((status.Peers[1].State, status.Peers[1].SnapshotReceived, status.Peers[1].SnapshotSize), Is.EqualTo((PeerState.Snapshot, (long?)300, (long?)1000)));
        Assert.That((status.Peers[0].IsWiped, status.Peers[1].IsWiped), Is.EqualTo((true, false)));
    }

    [Test]
    public void ChangesUnderWayAreTold()
    {
        LoneServer leader = Leader();
        leader.Server.AddMember(4, "there", out _);
        Assert.That(leader.Server.Status().IsConfigurationCommitted, Is.False);
        Assert.That(leader.Server.Status().Peers[2].Address, Is.EqualTo("there"));
        leader.Server.TransferLeadership(2);
        Assert.That(leader.Server.Status().IsTransferring, Is.True);
        leader.Server.Receive(3, new AppendReply(leader.Server.Term + 1, false, 1, EntryId.None, 0, 3));
        Assert.That(leader.Server.Status().IsTransferring, Is.False, "it does not lead any more");
    }

    /// <summary>Its first entry, of time 1000, is committed; node 2 has it, node 3 was not heard.</summary>
    private static LoneServer Leader()
    {
        LoneServer leader = new(2, 0);
        leader.Server.Time = 1000;
        leader.BecomeLeader();
        leader.Sync();
        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, leader.Last.Index, default, 0, 2));
        return leader;
    }
}
