using NUnit.Framework;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// The rules of the Raft paper's figure 2 (and figure 13's sixth), one by one, on one server whose messages the test
/// writes: no other server's care can hide a rule that is missing here.
/// </summary>
public sealed class FigureTwoTests
{
    [Test]
    public void AppendEntriesOfAnEarlierTermIsRefused()
    {
        LoneServer server = new(3, 0, 1, 3);
        server.Append(2, new EntryId(1, 1), 0, LoneServer.Entry(2, 2));
        AppendReply reply = server.TakeReply<AppendReply>();
        Assert.That((reply.Term, reply.Success), Is.EqualTo((3, false)));
        Assert.That(server.Terms, Is.EqualTo([1, 1, 3]));
    }

    [Test]
    public void AppendEntriesAfterAnEntryThatIsNotThereIsRefused()
    {
        LoneServer server = new(2, 0, 1);
        server.Append(2, new EntryId(2, 2), 0, LoneServer.Entry(2, 3));
        Assert.That(server.TakeReply<AppendReply>().Success, Is.False);
        Assert.That(server.Terms, Is.EqualTo([1, 1]));
    }

    [Test]
    public void ConflictingEntryAndAllThatFollowItAreDeleted()
    {
        LoneServer server = new(3, 0, 1, 2, 2, 2);
        server.Append(3, new EntryId(1, 2), 0, LoneServer.Entry(3, 3));
        Assert.That(server.Terms, Is.EqualTo([1, 1, 3]));
    }

    [Test]
    public void EntriesThatAreThereAreNotTouchedAndMissingOnesAppended()
    {
        LoneServer server = new(2, 0, 2, 2, 2);
        server.Append(2, new EntryId(1, 1), 0, LoneServer.Entry(2, 2));
        Assert.That(server.Terms, Is.EqualTo([1, 2, 2, 2]), "a late, shorter message");
        server.Append(2, new EntryId(2, 3), 0, LoneServer.Entry(2, 4), LoneServer.Entry(2, 5));
        Assert.That(server.Terms, Is.EqualTo([1, 2, 2, 2, 2]));
    }

    [Test]
    public void CommitIndexIsAtMostTheLastNewEntry()
    {
        LoneServer server = new(3, 0, 2, 2, 2, 2);
        server.Append(3, new EntryId(2, 2), 5, LoneServer.Entry(2, 3));
        Assert.That(server.Server.Cursors.Committed, Is.EqualTo(3), "entries 4 and 5 may be stale");
        Assert.That(server.AppliedEntries, Has.Count.EqualTo(3), "and what is committed is applied");
    }

    [Test]
    public void EntriesAreAcknowledgedOnlyWhenTheyAreOnDisk()
    {
        LoneServer server = new(2, 0);
        server.Server.Receive(2, new AppendRequest(2, 2, new EntryId(1, 1), 0, 0, new[] { LoneServer.Entry(2, 2) }));
        Assert.That(server.Take<AppendReply>().All(r => r.Match < 2), Is.True);
        server.Sync();
        Assert.That(server.TakeReply<AppendReply>().Match, Is.EqualTo(2));
    }

    [Test]
    public void VoteOfAnEarlierTermIsRefused()
    {
        LoneServer server = new(3, 0);
        server.Server.Receive(2, new VoteRequest(2, 2, new EntryId(2, 9), false, false));
        VoteReply reply = server.TakeReply<VoteReply>();
        Assert.That((reply.Term, reply.Granted), Is.EqualTo((3, false)));
    }

    [TestCase(0, true)]
    [TestCase(2, true)]
    [TestCase(3, false)]
    public void OneVoteATerm(int votedFor, bool granted)
    {
        LoneServer server = new(2, votedFor);
        server.Server.Receive(2, new VoteRequest(2, 2, new EntryId(1, 1), false, false));
        Assert.That(server.TakeReply<VoteReply>().Granted, Is.EqualTo(granted));
        Assert.That(server.PersistedVote, Is.EqualTo(granted ? 2 : votedFor), "the vote is written before it is given");
    }

    [TestCase(2, 3, true)]
    [TestCase(2, 2, false)]
    [TestCase(3, 2, true)]
    [TestCase(1, 9, false)]
    public void CandidateMustBeUpToDate(long lastTerm, long lastIndex, bool granted)
    {
        LoneServer server = new(3, 0, 1, 2);
        server.Server.Receive(2, new VoteRequest(4, 2, new EntryId(lastTerm, lastIndex), false, false));
        Assert.That(server.TakeReply<VoteReply>().Granted, Is.EqualTo(granted));
        Assert.That(server.PersistedTerm, Is.EqualTo(4), "the later term is entered all the same");
    }

    [Test]
    public void SameCandidateAgainMustStillBeUpToDate()
    {
        LoneServer server = new(2, 2, 2);
        server.Server.Receive(2, new VoteRequest(2, 2, new EntryId(1, 1), false, false));
        Assert.That(server.TakeReply<VoteReply>().Granted, Is.False);
    }

    [Test]
    public void LaterTermMakesAFollower()
    {
        LoneServer server = new(1, 0);
        server.BecomeLeader();
        Assert.That(server.Server.Role, Is.EqualTo(RaftRole.Leader));
        server.Append(9, new EntryId(1, 1), 0);
        Assert.That((server.Server.Role, server.PersistedTerm, server.PersistedVote), Is.EqualTo((RaftRole.Follower, 9L, 0)));
    }

    [Test]
    public void CandidateEntersTheNextTermAndVotesForItself()
    {
        LoneServer server = new(4, 0);
        server.PassElectionTimeout();
        Assert.That(server.Take<VoteRequest>().All(r => r is { IsPreVote: true, Term: 5 }), Is.True, "it asks before it campaigns");
        Assert.That(server.PersistedTerm, Is.EqualTo(4));
        server.BecomeCandidate();
        Assert.That((server.PersistedTerm, server.PersistedVote), Is.EqualTo((5L, 1)));
        Assert.That(server.Take<VoteRequest>().Count(r => r is { IsPreVote: false, Term: 5 }), Is.EqualTo(2));
    }

    [Test]
    public void CandidateFollowsALeaderOfItsTerm()
    {
        LoneServer server = new(1, 0);
        server.BecomeCandidate();
        server.Append(server.Server.Term, new EntryId(1, 1), 0);
        Assert.That((server.Server.Role, server.Server.Leader), Is.EqualTo((RaftRole.Follower, 2)));
    }

    [Test]
    public void NewLeaderSendsAtOnceAndCommitsOnlyByItsOwnTerm()
    {
        LoneServer server = new(2, 0, 2);
        server.BecomeCandidate();
        server.Sent.Clear();
        server.Server.Receive(2, new VoteReply(3, false, true, 2));
        AppendRequest[] first = [.. server.Take<AppendRequest>()];
        Assert.That(first, Has.Length.EqualTo(2));
        Assert.That(first.All(r => r.Term == 3 && r.Entries.Span[0].Id == new EntryId(3, 3)), Is.True);
        server.Sync();
        server.Server.Receive(2, new AppendReply(3, true, 2, default, 0, 2));
        Assert.That(server.Server.Cursors.Committed, Is.Zero, "entry 2:2 is on a majority, but of an earlier term (figure 8)");
        server.Server.Receive(2, new AppendReply(3, true, 3, default, 0, 2));
        Assert.That(server.Server.Cursors.Committed, Is.EqualTo(3));
    }

    [Test]
    public void LeaderGoesBackWhereAFollowerRefuses()
    {
        LoneServer server = new(2, 0, 1, 1, 2);
        server.BecomeLeader();
        server.Sent.Clear();
        server.Server.Receive(3, new AppendReply(3, false, 4, new EntryId(1, 2), 0, 3));
        AppendRequest retry = server.Take<AppendRequest>()[^1];
        Assert.That(retry.Previous, Is.EqualTo(new EntryId(1, 2)));
    }

    [Test]
    public void InstallingASnapshotKeepsWhatFollowsIt()
    {
        LoneServer server = new(2, 0, 2, 2, 2);
        SnapshotId id = new(new EntryId(2, 3), 1, 7);
        server.Server.Receive(2, new SnapshotRequest(2, 2, id, 0, 0, 0, server.Server.Configuration.Encode(), new byte[] { 7 }));
        Assert.That(server.Installing?.Id, Is.EqualTo(id));
        server.Server.SnapshotInstalled(id);
        Assert.That((server.Base, server.Last), Is.EqualTo((new EntryId(2, 3), new EntryId(2, 4))), "figure 13, rule 6");
        Assert.That(server.PersistedTerm, Is.EqualTo(2));
    }

    [Test]
    public void InstallingASnapshotDropsALogThatDiffers()
    {
        LoneServer server = new(3, 0, 1, 1, 1);
        SnapshotId id = new(new EntryId(2, 3), 1, 7);
        server.Server.Receive(2, new SnapshotRequest(3, 2, id, 0, 0, 0, server.Server.Configuration.Encode(), new byte[] { 7 }));
        server.Server.SnapshotInstalled(id);
        Assert.That((server.Base, server.Last), Is.EqualTo((new EntryId(2, 3), new EntryId(2, 3))), "figure 13, rule 7");
    }
}
