using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>What makes a server campaign, or wait, and what it keeps meanwhile.</summary>
public sealed class ElectionTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Test]
    public void CandidateThatIsRefusedDoesNotRestartTheVotersTimer()
    {
        LoneServer voter = new(2, 0, 2);
        TimeSpan due = voter.Server.UntilCampaign;
        voter.Server.Receive(3, new VoteRequest(3, 3, new EntryId(1, 1), IsPreVote: false, IsTransfer: false));
        VoteReply reply = voter.TakeReply<VoteReply>();
        Assert.That((reply.Term, reply.Granted), Is.EqualTo((3L, false)), "its log is older");
        Assert.That(voter.Server.UntilCampaign, Is.EqualTo(due), "only this voter can win");
    }

    [Test]
    public void VoteThatIsGivenRestartsTheTimer()
    {
        LoneServer voter = new(2, 0);
        voter.Server.Periodic(voter.Server.UntilCampaign - Instant);
        voter.Server.Receive(3, new VoteRequest(3, 3, new EntryId(1, 1), IsPreVote: false, IsTransfer: false));
        Assert.That(voter.TakeReply<VoteReply>().Granted, Is.True);
        Assert.That(voter.Server.UntilCampaign, Is.GreaterThanOrEqualTo(voter.Server.Options.ElectionTimeout));
    }

    [Test]
    public void LateRefusalDoesNotMakeAFollowerForgetItsLeader()
    {
        LoneServer server = new(2, 0);
        VoteReply refusal = new(5, IsPreVote: true, Granted: false, 3);
        server.PassElectionTimeout();
        server.Append(2, new EntryId(1, 1), 0);
        server.Server.Receive(3, refusal);
        Assert.That((server.Server.Term, server.Server.Leader), Is.EqualTo((2L, 2)), "it hears its leader again");
        server.Server.Periodic(Instant);
        server.Server.Receive(3, refusal);
        Assert.That((server.Server.Term, server.Server.Leader), Is.EqualTo((2L, 2)));

        server.PassElectionTimeout();
        Assert.That(server.Server.Role, Is.EqualTo(RaftRole.PreCandidate));
        server.Server.Receive(3, refusal);
        Assert.That((server.Server.Role, server.Server.Term), Is.EqualTo((RaftRole.Follower, 5L)), "it asked, and has no leader");
    }

    [Test]
    public void RefusedMessageOfTheLeaderIsASignOfItsLife()
    {
        LoneServer server = new(2, 0);
        server.Server.Periodic(server.Server.UntilCampaign - Instant);
        server.Append(2, new EntryId(2, 9), 0);
        Assert.That(server.Take<AppendReply>()[0].Success, Is.False, "it lacks entries");
        server.Server.Periodic(Instant);
        Assert.That(server.Server.UntilCampaign, Is.GreaterThanOrEqualTo(server.Server.Options.ElectionTimeout));
    }

    [Test]
    public void ServerThatRestartedTriesAgainOnlyWhenItsPromiseHasRunOut()
    {
        ClusterConfiguration members = ClusterConfiguration.Empty;
        for (int id = 1; id <= 3; id++)
        {
            members = members.With(new Member(id, IsVoter: true, "", id));
        }

        MemoryLog log = new();
        log.Append(new LogEntry(new EntryId(1, 1), EntryType.Configuration, 0, members.Encode()));
        RaftOptions options = new() { LeaseReads = true };
        RaftServer server = new(1, options, log, new LoneServer(1, 0), new Random(1), new RaftRestart(StoreId: 1, Term: 2, VotedFor: 0, Snapshot: null));
        server.Receive(2, new AppendRequest(2, 2, new EntryId(1, 1), 0, 0, default));
        server.Receive(2, new TimeoutNow(2, 2));
        server.Receive(2, new VoteReply(3, IsPreVote: false, Granted: false, 2));
        server.Receive(3, new VoteReply(3, IsPreVote: false, Granted: false, 3));
        Assert.That((server.Role, server.Term), Is.EqualTo((RaftRole.Candidate, 3L)), "the leader handed over, and the election is lost");
        Assert.That(server.UntilCampaign, Is.GreaterThanOrEqualTo(options.ElectionTimeout), "before the restart it may have promised another leader not to campaign");
    }

    [Test]
    public void ConnectionToAnotherNodeSaysNothingOfTheLeader()
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 0);
        server.Server.Periodic(Instant);
        TimeSpan due = server.Server.UntilCampaign;
        server.Sent.Clear();
        server.Server.PeerDisconnected(3);
        server.Server.Receive(3, new VoteRequest(3, 3, new EntryId(1, 1), IsPreVote: true, IsTransfer: false));
        Assert.That(server.TakeReply<VoteReply>().Granted, Is.False);
        Assert.That(server.Server.UntilCampaign, Is.EqualTo(due));
    }

    [Test]
    public void LeaderThatIsToldToCampaignLeadsOn()
    {
        LoneServer server = new(2, 0);
        server.BecomeLeader();
        server.Sent.Clear();
        server.Server.Campaign();
        Assert.That((server.Server.Role, server.Server.Term, server.Sent.Count), Is.EqualTo((RaftRole.Leader, 3L, 0)));
    }

    [Test]
    public void ServerThatMayNotCampaignGivesUpASilentLeader()
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 0);
        server.Server.Periodic(Instant);
        server.Server.DiskStalled("slow");
        server.Server.Periodic((2 * server.Server.Options.ElectionTimeout) - Instant);
        Assert.That((server.Server.Role, server.Server.Leader), Is.EqualTo((RaftRole.Follower, 0)));
        Assert.That(server.Server.RequestRead(1), Is.False, "nobody would answer");
    }

    [Test]
    public void PreVoteLeavesTermAndVoteAsTheyWere()
    {
        LoneServer server = new(2, 3);
        server.PassElectionTimeout();
        Assert.That(server.Server.Role, Is.EqualTo(RaftRole.PreCandidate));
        Assert.That((server.PersistedTerm, server.PersistedVote, server.Server.VotedFor), Is.EqualTo((2L, 3, 3)));
    }
}
