using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>What one server does beyond figure 2: limits, hints, and how soon it answers.</summary>
public sealed class RaftServerTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    [Test]
    public void FollowerAcknowledgesAfterEverySyncThatBringsItOn()
    {
        LoneServer server = new(2, 0);
        LogEntry[] entries = [LoneServer.Entry(2, 2), LoneServer.Entry(2, 3)];
        server.Server.Receive(2, new AppendRequest(2, 2, new EntryId(1, 1), 0, 0, entries));
        server.Sent.Clear();
        server.Server.LogSynced(new EntryId(2, 2));
        Assert.That(server.TakeReply<AppendReply>().Match, Is.EqualTo(2));
        server.Server.LogSynced(new EntryId(2, 3));
        Assert.That(server.TakeReply<AppendReply>().Match, Is.EqualTo(3), "the rest of the same message");
    }

    [Test]
    public void FollowerAcknowledgesToTheNextLeaderWhatItDidToTheLast()
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 0, LoneServer.Entry(2, 2), LoneServer.Entry(2, 3));
        server.Sent.Clear();
        server.Server.Receive(3, new AppendRequest(3, 3, new EntryId(1, 1), 0, 0, new[] { LoneServer.Entry(3, 2) }));
        server.Sent.Clear();
        server.Sync();
        Assert.That(server.TakeReply<AppendReply>().Match, Is.EqualTo(2), "without waiting for a heartbeat");
    }

    [Test]
    public void FollowerAnswersANewRoundBeforeItsDiskIsDone()
    {
        LoneServer server = new(2, 0);
        server.Server.Receive(2, new AppendRequest(2, 2, new EntryId(1, 1), 0, 1, new[] { LoneServer.Entry(2, 2) }));
        AppendReply reply = server.TakeReply<AppendReply>();
        Assert.That((reply.Round, reply.Match), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void ClosedConnectionOfTheLeaderIsAHintToPreVoteAndToGrantIt()
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 0);
        server.Sent.Clear();
        VoteRequest asked = new(3, 3, new EntryId(1, 1), IsPreVote: true, IsTransfer: false);
        server.Server.Receive(3, asked);
        Assert.That(server.TakeReply<VoteReply>().Granted, Is.False, "it hears its leader");

        server.Server.PeerDisconnected(2);
        server.Server.Receive(3, asked);
        Assert.That(server.TakeReply<VoteReply>().Granted, Is.True, "at once");
        server.Server.Periodic(server.Server.Options.ElectionTimeout / 5);
        Assert.That(server.Take<VoteRequest>().Count(r => r.IsPreVote), Is.EqualTo(2), "well before the election timeout");
    }

    [Test]
    public void LowerPriorityCampaignsLater()
    {
        LoneServer server = new(2, 0);
        server.Server.Options = server.Server.Options with { Priority = 0 };
        server.Append(2, new EntryId(1, 1), 0);
        server.Server.Periodic(Instant);
        server.Sent.Clear();
        server.Server.Periodic(2 * server.Server.Options.ElectionTimeout - Instant);
        Assert.That(server.Take<VoteRequest>(), Is.Empty);
        server.Server.Periodic(server.Server.Options.ElectionTimeout + Instant);
        Assert.That(server.Take<VoteRequest>(), Is.Not.Empty);
    }

    [Test]
    public void PreCandidateWhoseDiskStallsGivesUp()
    {
        LoneServer server = new(2, 0);
        server.PassElectionTimeout();
        Assert.That(server.Server.Role, Is.EqualTo(RaftRole.PreCandidate));
        server.Server.DiskStalled("slow");
        server.Server.Receive(2, new VoteReply(3, IsPreVote: true, Granted: true, 2));
        Assert.That((server.Server.Role, server.Server.Term), Is.EqualTo((RaftRole.Follower, 2L)));
    }

    [Test]
    public void ServerWhoseDiskStallsDoesNotCampaignForTwoElectionTimeouts()
    {
        LoneServer server = new(2, 0);
        TimeSpan timeout = server.Server.Options.ElectionTimeout;
        server.Server.DiskStalled("slow");
        server.Server.Periodic((2 * timeout) - Instant);
        Assert.That(server.Sent, Is.Empty, "its timer ran out, but its disk may still stall");
        server.Server.Periodic(2 * timeout);
        Assert.That(server.Take<VoteRequest>(), Has.Count.EqualTo(2), "nobody said again that it stalls");
    }

    [Test]
    public void ProposalsBeyondTheLimitsAreRefused()
    {
        LoneServer server = Leader();
        server.Server.Options = server.Server.Options with { MaxEntryBytes = 100, MaxUncommittedBytes = 150 };
        Assert.That(server.Server.Propose(new byte[101], out _), Is.EqualTo(ProposeResult.TooLarge));
        Assert.That(server.Server.Propose(new byte[100], out EntryId id), Is.EqualTo(ProposeResult.Accepted));
        Assert.That(server.Server.Propose(new byte[51], out _), Is.EqualTo(ProposeResult.Overloaded));
        CommitAll(server);
        Assert.That(server.AppliedEntries[^1], Is.EqualTo(id));
        Assert.That(server.Server.Propose(new byte[51], out _), Is.EqualTo(ProposeResult.Accepted), "when the others are committed");
    }

    [Test]
    public void WindowIsBoundedInMessagesEntriesAndBytes()
    {
        LoneServer server = Leader();
        server.Server.Options = server.Server.Options with { MaxAppendsInFlight = 2, MaxAppendEntries = 3, MaxAppendBytes = 50 };
        for (int i = 0; i < 20; i++)
        {
            server.Server.Propose(new byte[i < 10 ? 1 : 30], out _);
        }

        server.Server.Replicate();
        AppendRequest[] sent = [.. server.Take<AppendRequest>().Where(m => m.Entries.Length > 0)];
        Assert.That(sent, Has.Length.EqualTo(4), "two to each of two followers");
        Assert.That(sent.All(m => m.Entries.Length <= 3), Is.True);
        for (int i = 0; i < 20; i++)
        {
            server.Server.Receive(2, new AppendReply(server.Server.Term, true, sent.Max(m => m.Previous.Index + m.Entries.Length), default, 0, 2));
            sent = [.. server.Take<AppendRequest>().Where(m => m.Entries.Length > 0)];
            if (sent.Length == 0)
            {
                break;
            }

            Assert.That(sent.All(m => m.Entries.Length == 1 || m.Entries.ToArray().Sum(e => e.Payload.Length) <= 50), Is.True);
        }

        Assert.That(server.Server.Status().Peers[0].Next, Is.EqualTo(server.Last.Index + 1), "everything was sent in the end");
    }

    [Test]
    public void SnapshotOfAnEarlierTermIsRefused()
    {
        LoneServer server = new(3, 0);
        SnapshotId id = new(new EntryId(2, 3), 1, 7);
        server.Server.Receive(2, new SnapshotRequest(2, 2, id, 0, 0, 0, server.Server.Configuration.Encode(), new byte[] { 7 }));
        SnapshotReply reply = server.TakeReply<SnapshotReply>();
        Assert.That((reply.Term, reply.Received, reply.Installed), Is.EqualTo((3L, 0L, false)));
        Assert.That((server.Installing, server.Server.Leader), Is.EqualTo(((RaftSnapshot?)null, 0)));
    }

    [Test]
    public void SnapshotIsInstalledOnceAndItsChunksCountAsReceivedMeanwhile()
    {
        LoneServer server = new(2, 0);
        SnapshotId id = new(new EntryId(2, 3), 2, 7);
        SnapshotReply AfterChunk(SnapshotId snapshot, long offset, params byte[] chunk)
        {
            server.Server.Receive(2, new SnapshotRequest(2, 2, snapshot, offset, 0, 0, server.Server.Configuration.Encode(), chunk));
            return server.TakeReply<SnapshotReply>();
        }

        Assert.That(AfterChunk(id, 1, 9).Received, Is.Zero, "the first byte is missing");
        Assert.That(AfterChunk(id, 0, 8).Received, Is.EqualTo(1));
        Assert.That(AfterChunk(id, 1, 9).Received, Is.EqualTo(2));
        Assert.That(server.Installing?.Id, Is.EqualTo(id));
        Assert.That(AfterChunk(id, 1, 9).Received, Is.EqualTo(2), "said again while it is being installed");
        Assert.That(AfterChunk(id with { Checksum = 8 }, 0, 8).Received, Is.Zero, "another one has to wait");
        server.Server.SnapshotInstalled(id);
        Assert.That(server.TakeReply<SnapshotReply>().Installed, Is.True);
        Assert.That(AfterChunk(id, 1, 9).Installed, Is.True, "the answer may have been lost");
    }

    [TestCase(1L, 2)]
    [TestCase(2L, 3)]
    public void OnlyTheLeaderOfTheTermHandsOver(long term, int from)
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 0);
        server.Sent.Clear();
        server.Server.Receive(from, new TimeoutNow(term, from));
        Assert.That((server.Server.Role, server.Sent.Count), Is.EqualTo((RaftRole.Follower, 0)));
        server.Server.Receive(2, new TimeoutNow(2, 2));
        Assert.That(server.Server.Role, Is.EqualTo(RaftRole.Candidate));
    }

    [Test]
    public void FollowerRefusesAQuestionForAReadIndex()
    {
        LoneServer server = new(2, 0);
        server.Server.Receive(3, new ReadIndexRequest(2, 5));
        Assert.That(server.TakeReply<ReadIndexReply>(), Is.EqualTo(new ReadIndexReply(2, 5, -1)));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void VoterThatItsLeaderLeftAloneKeepsItsPromiseThroughARestart(bool hadCompany)
    {
        ClusterConfiguration alone = ClusterConfiguration.Empty.With(new Member(1, IsVoter: true, "", 1));
        MemoryLog log = new();
        log.Append(new LogEntry(new EntryId(1, 1), EntryType.Configuration, 0, alone.Encode()));
        if (hadCompany)
        {
            ClusterConfiguration both = alone.With(new Member(2, IsVoter: true, "", 2));
            log.Append(new LogEntry(new EntryId(1, 2), EntryType.Configuration, 0, both.Encode()));
            log.Append(new LogEntry(new EntryId(1, 3), EntryType.Configuration, 0, both.Without(2).Encode()));
        }

        RaftOptions options = new() { LeaseReads = true };
        RaftServer server = new(1, options, log, new LoneServer(1, 0), new Random(1), new RaftRestart(1, 1, 0, null));
        server.Periodic(options.ElectionTimeout - Instant);
        Assert.That(server.Role, Is.EqualTo(hadCompany ? RaftRole.Follower : RaftRole.Leader), "node 2 may not know yet that it does not lead any more");
        server.Periodic(Instant);
        Assert.That(server.Role, Is.EqualTo(RaftRole.Leader));
    }

    [Test]
    public void ServerThatInstallsASnapshotDoesNotCampaign()
    {
        LoneServer server = new(2, 0);
        SnapshotId id = new(new EntryId(2, 3), 1, 7);
        server.Server.Receive(2, new SnapshotRequest(2, 2, id, 0, 0, 0, server.Server.Configuration.Encode(), new byte[] { 7 }));
        server.Sent.Clear();
        server.Server.Receive(2, new TimeoutNow(2, 2));
        server.PassElectionTimeout();
        server.PassElectionTimeout();
        server.Server.Campaign();
        Assert.That(server.Sent, Is.Empty, "its log is about to be replaced");
        server.Server.SnapshotInstalled(id);
        server.PassElectionTimeout();
        Assert.That(server.Take<VoteRequest>(), Is.Not.Empty);
    }

    [Test]
    public void DamagedSnapshotIsTakenAgainFromTheStart()
    {
        LoneServer server = new(2, 0);
        SnapshotId id = new(new EntryId(2, 3), 1, 7);
        SnapshotRequest whole = new(2, 2, id, 0, 0, 0, server.Server.Configuration.Encode(), new byte[] { 7 });
        server.Server.Receive(2, whole);
        server.Server.SnapshotRejected(id);
        Assert.That(() => server.Server.SnapshotRejected(id), Throws.InvalidOperationException, "it was answered");

        server = new(2, 0);
        server.Server.Receive(2, whole);
        server.Server.SnapshotRejected(id);
        server.Sent.Clear();
        server.Server.Receive(2, whole with { Chunk = default });
        Assert.That(server.TakeReply<SnapshotReply>().Received, Is.Zero);
        server.Server.Receive(2, whole);
        server.Server.SnapshotInstalled(id);
        Assert.That(server.Take<SnapshotReply>()[^1].Installed, Is.True);
    }

    [Test]
    public void LeaderThatStepsDownWaitsForAnElectionTimeout()
    {
        LoneServer server = Leader();
        for (int i = 0; i < 10; i++)
        {
            server.Server.Periodic(server.Server.Options.ElectionTimeout / 3);
            server.Server.Receive(2, new AppendReply(server.Server.Term, true, server.Last.Index, default, 0, 2));
        }

        server.Server.Receive(2, new AppendReply(server.Server.Term + 1, false, 1, EntryId.None, 0, 2));
        Assert.That(server.Server.Role, Is.EqualTo(RaftRole.Follower));
        Assert.That(server.Server.UntilCampaign, Is.GreaterThanOrEqualTo(server.Server.Options.ElectionTimeout));
    }

    [Test]
    public void OperatorsCampaignKeepsThePromiseOfALease()
    {
        LoneServer server = new(2, 0);
        server.Server.Options = server.Server.Options with { LeaseReads = true };
        server.Append(2, new EntryId(1, 1), 0);
        server.Server.Periodic(Instant);
        server.Sent.Clear();
        server.Server.Campaign();
        Assert.That(server.Sent, Is.Empty, "its leader may answer reads by lease");
        server.Server.Periodic(server.Server.Options.ElectionTimeout);
        server.Server.Campaign();
        Assert.That(server.Take<VoteRequest>().Select(r => r.IsPreVote), Is.EqualTo([true, true]), "it asks first");
    }

    [Test]
    public void TransferThatTakesTooLongIsGivenUp()
    {
        LoneServer server = Leader(hasAll: false);
        Assert.That(server.Server.TransferLeadership(3), Is.True);
        Assert.That(server.Server.Propose(new byte[1], out _), Is.EqualTo(ProposeResult.Transferring));
        server.Server.Receive(2, new AppendReply(server.Server.Term, true, server.Last.Index, default, 0, 2));
        server.Server.Periodic(server.Server.Options.TransferTimeout / 2);
        server.Server.Receive(2, new AppendReply(server.Server.Term, true, server.Last.Index, default, 0, 2));
        server.Server.Periodic(server.Server.Options.TransferTimeout / 2);
        Assert.That(server.Server.Propose(new byte[1], out _), Is.EqualTo(ProposeResult.Accepted));
        Assert.That(server.Take<TimeoutNow>(), Is.Empty, "the target never had the whole log");
    }

    [Test]
    public void EntriesAfterASnapshotUnderWayStay()
    {
        LoneServer server = Leader(hasAll: false);
        server.Server.Options = server.Server.Options with { KeptEntries = 0 };
        CommitAll(server);
        SnapshotId first = new(server.Last, 10, 1);
        server.Server.SnapshotTaken(first);
        Assert.That(server.Base, Is.EqualTo(first.Last), "nobody needs what it covers");

        server.Server.Receive(3, new AppendReply(server.Server.Term, false, 1, EntryId.None, 0, 3));
        Assert.That(server.Take<SnapshotRequest>(), Is.Not.Empty, "node 3 lacks everything");
        server.Server.Propose(new byte[1], out _);
        CommitAll(server);
        server.Server.SnapshotTaken(new SnapshotId(server.Last, 10, 2));
        Assert.That(server.Base, Is.EqualTo(first.Last), "node 3 will need what follows the snapshot that it receives");
    }

    [Test]
    public void ASnapshotBeforeTheFirstEntryChangesNothing()
    {
        LoneServer server = new(1, 0);
        server.Server.SnapshotTaken(new SnapshotId(EntryId.None, 10, 1));
        Assert.That((server.Base, server.Last.Index), Is.EqualTo((EntryId.None, 1)));
        server.Append(1, server.Last, 1, LoneServer.Entry(1, 2));
        Assert.That(server.AppliedEntries, Is.EqualTo(new[] { new EntryId(1, 1) }));
    }

    [Test]
    public void SnapshotGoesOnWhereTheFollowerSaysWithinTheWindow()
    {
        LoneServer server = Leader(hasAll: false);
        server.Server.Options = server.Server.Options with { KeptEntries = 0, MaxSnapshotChunkBytes = 100, MaxSnapshotChunksInFlight = 2 };
        CommitAll(server);
        SnapshotId snapshot = new(server.Last, 1000, 1);
        server.Server.SnapshotTaken(snapshot);
        server.Server.Receive(3, new AppendReply(server.Server.Term, false, 1, EntryId.None, 0, 3));
        Assert.That(server.Take<SnapshotRequest>().All(m => m.Chunk.IsEmpty), Is.True, "first node 3 has to say what it has");

        long[] OffsetsAfter(long received)
        {
            server.Server.Receive(3, new SnapshotReply(server.Server.Term, snapshot, received, false, 0, 3));
            return [.. server.Take<SnapshotRequest>().Select(m => m.Offset)];
        }

        Assert.That(OffsetsAfter(300), Is.EqualTo([300, 400]), "another leader sent it the first three");
        Assert.That(OffsetsAfter(400), Is.EqualTo([500]));
        Assert.That(OffsetsAfter(300), Is.Empty, "an old answer");
        Assert.That(OffsetsAfter(600), Is.EqualTo([600, 700]));
    }

    [Test]
    public void TimeOfASnapshotCountsForTheNextEntry()
    {
        LoneServer server = new(2, 0);
        SnapshotId id = new(new EntryId(2, 3), 1, 7);
        server.Server.Receive(2, new SnapshotRequest(2, 2, id, 0, 0, Time: 5000, server.Server.Configuration.Encode(), new byte[] { 7 }));
        server.Server.SnapshotInstalled(id);
        server.Server.Time = 100;
        server.Server.Periodic(Instant);
        server.BecomeLeader();
        Assert.That(server.Slice(4, 1, 0).Span[0].Time, Is.EqualTo(5000), "time never goes back along the log");
    }

    [Test]
    public void StateMachineIsHandedNoMoreThanItMayOwe()
    {
        LoneServer server = Leader();
        server.Server.Options = server.Server.Options with { MaxUnappliedBytes = 65 };
        int before = server.AppliedEntries.Count;
        server.Server.Propose(new byte[1], out EntryId first);
        Commit(server);
        server.Server.Propose(new byte[1], out EntryId second);
        Commit(server);
        Assert.That(server.AppliedEntries.Skip(before), Is.EqualTo([first]), "it owes a byte and what an entry weighs");
        server.Server.EntriesApplied(first.Index);
        Assert.That(server.AppliedEntries[^1], Is.EqualTo(second));
    }

    [Test]
    public void WhatASnapshotPassedOverIsNotOwed()
    {
        LoneServer server = new(2, 0);
        server.Server.Options = server.Server.Options with { MaxUnappliedBytes = 1 };
        server.Append(2, new EntryId(1, 1), 2, LoneServer.Entry(2, 2));
        Assert.That(server.AppliedEntries, Has.Count.EqualTo(2));
        SnapshotId id = new(new EntryId(2, 4), 1, 7);
        server.Server.Receive(2, new SnapshotRequest(2, 2, id, 0, 0, 0, server.Server.Configuration.Encode(), new byte[] { 7 }));
        server.Server.SnapshotInstalled(id);
        server.Append(2, new EntryId(2, 4), 5, LoneServer.Entry(2, 5));
        Assert.That(server.AppliedEntries[^1], Is.EqualTo(new EntryId(2, 5)), "the state machine has finished all before");
    }

    [Test]
    public void NonVoterThatCatchesUpTooSlowlyIsNotPromotedYet()
    {
        LoneServer server = Leader();
        server.Server.AddMember(4, "", out _);
        CommitAll(server);
        for (int i = 0; i < 4; i++)
        {
            server.Server.Periodic(server.Server.Options.ElectionTimeout / 3);
            CommitAll(server);
        }

        AppendReply caughtUp = new(server.Server.Term, true, server.Last.Index, default, 0, 4);
        server.Server.Receive(4, caughtUp);
        Assert.That(server.Server.Configuration.Find(4)!.IsVoter, Is.False, "it took longer than an election timeout");
        server.Server.Receive(4, caughtUp);
        Assert.That(server.Server.Configuration.Find(4)!.IsVoter, Is.True, "the next round took no time");
    }

    [Test]
    public void TransferWithoutATargetGoesToTheMostUpToDate()
    {
        LoneServer server = Leader(hasAll: false);
        Assert.That(server.Server.TransferLeadership(0), Is.True);
        server.Server.Replicate();
        Assert.That(server.Take<TimeoutNow>(), Has.Count.EqualTo(1), "node 2 has the whole log, node 3 nothing");
    }

    [Test]
    public void TransferToANonVoterIsRefused()
    {
        LoneServer server = Leader();
        server.Server.AddMember(4, "", out _);
        CommitAll(server);
        Assert.That(server.Server.TransferLeadership(4), Is.False);
        Assert.That(server.Server.Propose(new byte[1], out _), Is.EqualTo(ProposeResult.Accepted));
    }

    [Test]
    public void LeaderThatStallsHandsOverToAVoterThatItHears()
    {
        LoneServer server = Leader();
        for (int i = 0; i < 5; i++)
        {
            server.Server.Periodic(server.Server.Options.ElectionTimeout / 3);
            server.Server.Receive(3, new AppendReply(server.Server.Term, true, server.Last.Index, default, 0, 3));
        }

        server.Server.DiskStalled("slow");
        Assert.That((server.HandedOverTo, server.Server.Role), Is.EqualTo((3, RaftRole.Follower)), "node 2 has the same log and is silent");
    }

    [Test]
    public void LeaderThatStallsHandsOverToVotersOnly()
    {
        LoneServer server = Leader();
        server.Server.DemoteMember(3, out _);
        CommitAll(server);
        server.Server.Propose(new byte[1], out _);
        server.Server.Replicate();
        server.Server.Receive(3, new AppendReply(server.Server.Term, true, server.Last.Index, default, 0, 3));
        server.Server.DiskStalled("slow");
        Assert.That(server.HandedOverTo, Is.EqualTo(2), "node 3 has more of the log, and no vote");
    }

    [Test]
    public void LeaderOfAnEarlierTermDoesNotRestartTheTimer()
    {
        LoneServer server = new(3, 0);
        TimeSpan due = server.Server.UntilCampaign;
        server.Server.Receive(2, new AppendRequest(2, 2, new EntryId(1, 1), 0, 0, default));
        server.Server.Periodic(Instant);
        Assert.That(server.Server.UntilCampaign, Is.EqualTo(due - Instant));
    }

    [Test]
    public void EveryReadWaitsForWhatWasCommittedBeforeIt()
    {
        LoneServer server = Leader();
        server.Server.Options = server.Server.Options with { MaxUnappliedBytes = 64 };
        server.Server.Propose(new byte[1], out EntryId first);
        Commit(server);
        server.Server.Propose(new byte[1], out EntryId second);
        server.Server.Replicate();
        server.Server.RequestRead(1);
        server.Sync();
        server.Server.Receive(2, new AppendReply(server.Server.Term, true, second.Index, default, 0, 2));
        server.Server.RequestRead(2);
        server.Sent.Clear();
        server.Server.Replicate();
        long round = server.Take<AppendRequest>()[^1].Round;
        server.Server.Receive(2, new AppendReply(server.Server.Term, true, second.Index, default, round, 2));
        Assert.That(server.ReadsReady, Is.EqualTo(1), "the second entry is committed and not yet handed over");
        server.Server.EntriesApplied(first.Index);
        Assert.That(server.ReadsReady, Is.EqualTo(2));
    }

    [Test]
    public void CandidateThatLosesAgainAndAgainWaitsLonger()
    {
        LoneServer server = new(2, 0);
        server.BecomeCandidate();
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < 20; i++)
        {
            server.Server.Receive(2, new VoteReply(server.Server.Term, IsPreVote: false, Granted: false, 2));
            server.Server.Receive(3, new VoteReply(server.Server.Term, IsPreVote: false, Granted: false, 3));
            longest = server.Server.UntilCampaign > longest ? server.Server.UntilCampaign : longest;
            server.Server.Periodic(server.Server.UntilCampaign + Instant);
            server.Server.Receive(2, new VoteReply(server.Server.Term + 1, IsPreVote: true, Granted: true, 2));
            Assert.That(server.Server.Role, Is.EqualTo(RaftRole.Candidate));
        }

        Assert.That(longest, Is.GreaterThan(server.Server.Options.ElectionTimeout / 2), "rivals that keep step have to part");
    }

    private static LoneServer Leader(bool hasAll = true)
    {
        LoneServer server = new(2, 0);
        server.BecomeLeader();
        CommitAll(server);
        if (hasAll)
        {
            server.Server.Receive(3, new AppendReply(server.Server.Term, true, server.Last.Index, default, 0, 3));
        }

        server.Sent.Clear();
        return server;
    }

    /// <summary>The own disk and node 2's hold everything; what that commits is applied.</summary>
    private static void CommitAll(LoneServer server)
    {
        Commit(server);
        server.Server.EntriesApplied(server.Server.Cursors.Committed);
        server.Sent.Clear();
    }

    private static void Commit(LoneServer server)
    {
        server.Server.Replicate();
        server.Sync();
        server.Server.Receive(2, new AppendReply(server.Server.Term, true, server.Last.Index, default, 0, 2));
    }
}
