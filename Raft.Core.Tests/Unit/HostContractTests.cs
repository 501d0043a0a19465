using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>What a host must not do is refused by name, and what it is told for its own use is true.</summary>
public sealed class HostContractTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);
    private static readonly SnapshotId Snapshot = new(new EntryId(1, 1), 1, 1);

    private static readonly Dictionary<string, Action<RaftServer>> Inputs = new()
    {
        ["Periodic"] = s => s.Periodic(TimeSpan.Zero),
        ["Receive VoteRequest"] = s => s.Receive(2, new VoteRequest(9, 2, EntryId.None, false, false)),
        ["Receive VoteReply"] = s => s.Receive(2, new VoteReply(9, false, true, 2)),
        ["Receive AppendRequest"] = s => s.Receive(2, new AppendRequest(9, 2, new EntryId(1, 1), 0, 0, default)),
        ["Receive AppendReply"] = s => s.Receive(2, new AppendReply(9, true, 1, default, 0, 2)),
        ["Receive SnapshotRequest"] = s => s.Receive(2, new SnapshotRequest(9, 2, Snapshot, 0, 0, 0, default, default)),
        ["Receive SnapshotReply"] = s => s.Receive(2, new SnapshotReply(9, Snapshot, 0, false, 0, 2)),
        ["Receive TimeoutNow"] = s => s.Receive(2, new TimeoutNow(9, 2)),
        ["Receive ReadIndexRequest"] = s => s.Receive(2, new ReadIndexRequest(9, 1)),
        ["Receive ReadIndexReply"] = s => s.Receive(2, new ReadIndexReply(9, 1, 1)),
        ["Propose"] = s => s.Propose(new byte[1], out _),
        ["Replicate"] = s => s.Replicate(),
        ["RequestRead"] = s => s.RequestRead(1),
        ["LogSynced"] = s => s.LogSynced(new EntryId(1, 1)),
        ["EntriesApplied"] = s => s.EntriesApplied(0),
        ["DiskStalled"] = s => s.DiskStalled("slow"),
        ["PeerDisconnected"] = s => s.PeerDisconnected(2),
        ["Bootstrap"] = s => s.Bootstrap("here"),
        ["RecoverAlone"] = s => s.RecoverAlone(),
        ["AddMember"] = s => s.AddMember(4, "there", out _),
        ["RemoveMember"] = s => s.RemoveMember(3, out _),
        ["DemoteMember"] = s => s.DemoteMember(3, out _),
        ["AllowPromotion"] = s => s.AllowPromotion(3),
        ["SendSnapshot"] = s => s.SendSnapshot(3),
        ["TransferLeadership"] = s => s.TransferLeadership(3),
        ["Campaign"] = s => s.Campaign(),
        ["SnapshotTaken"] = s => s.SnapshotTaken(Snapshot),
        ["SnapshotInstalled"] = s => s.SnapshotInstalled(Snapshot),
        ["SnapshotRejected"] = s => s.SnapshotRejected(Snapshot),
    };

    private static IEnumerable<string> InputNames => Inputs.Keys;

    [TestCaseSource(nameof(InputNames))]
    public void NoInputIsTakenInsideACallback(string input)
    {
        LoneServer server = new(2, 0);
        string refusal = "";
        server.InStateChanged = () =>
        {
            try
            {
                Inputs[input](server.Server);
            }
            catch (InvalidOperationException e)
            {
                refusal = e.Message;
            }
        };
        server.PassElectionTimeout();
        Assert.That(refusal, Does.Contain("one input at a time"));
    }

    [TestCaseSource(nameof(InputNames))]
    public void NoInputIsTakenAfterOneThatFailed(string input)
    {
        LoneServer server = new(2, 0);
        server.InStateChanged = () => throw new IOException("the disk is gone");
        Assert.That(() => server.PassElectionTimeout(), Throws.TypeOf<IOException>());
        server.InStateChanged = null;
        Assert.That(() => Inputs[input](server.Server), Throws.InvalidOperationException.With.Message.Contains("one input at a time"));
    }

    [Test]
    public void EveryInputOfTheServerIsAmongThose() => Assert.That(
        typeof(RaftServer).GetMethods().Where(m => m.DeclaringType == typeof(RaftServer) && !m.IsSpecialName)
            .Select(m => m.Name == "Receive" ? $"Receive {m.GetParameters()[1].ParameterType.GetElementType()!.Name}" : m.Name),
        Is.EquivalentTo(InputNames.Append(nameof(RaftServer.Status)).Append(nameof(RaftServer.ConfigurationAt))));

    [Test]
    public void BadArgumentsAreRefused()
    {
        LoneServer host = new(1, 0);
        RaftOptions options = new();
        Random random = new(1);
        RaftRestart restart = new(StoreId: 1, Term: 0, VotedFor: 0, Snapshot: null);
        Assert.That(() => new RaftServer(0, options, new MemoryLog(), host, random, restart), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new RaftServer(1, null!, new MemoryLog(), host, random, restart), Throws.ArgumentNullException);
        Assert.That(() => new RaftServer(1, options, null!, host, random, restart), Throws.ArgumentNullException);
        Assert.That(() => new RaftServer(1, options, new MemoryLog(), null!, random, restart), Throws.ArgumentNullException);
        Assert.That(() => new RaftServer(1, options, new MemoryLog(), host, null!, restart), Throws.ArgumentNullException);
        Assert.That(() => new RaftServer(1, options, new MemoryLog(), host, random, null!), Throws.ArgumentNullException);
        Assert.That(() => new RaftServer(1, options, new MemoryLog(), host, random, restart with { StoreId = 0 }), Throws.TypeOf<ArgumentOutOfRangeException>());

        Assert.That(() => host.Server.Options = null!, Throws.ArgumentNullException);
        Assert.That(() => host.Server.Periodic(-Instant), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => host.Server.Bootstrap(null!), Throws.ArgumentNullException);
        Assert.That(() => host.Server.AddMember(4, null!, out _), Throws.ArgumentNullException);
        Assert.That(() => host.Server.SnapshotTaken(Snapshot with { Size = 0 }), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => host.Server.Periodic(Instant), Throws.Nothing, "a refused call changes nothing");
    }

    private static IEnumerable<RaftOptions> ImpossibleOptions()
    {
        RaftOptions good = new();
        yield return good with { ElectionTimeout = TimeSpan.Zero };
        yield return good with { HeartbeatInterval = TimeSpan.Zero };
        yield return good with { TransferTimeout = TimeSpan.Zero };
        yield return good with { MaxAppendsInFlight = 0 };
        yield return good with { MaxAppendBytes = 0 };
        yield return good with { MaxAppendEntries = 0 };
        yield return good with { MaxSnapshotChunksInFlight = 0 };
        yield return good with { MaxSnapshotChunkBytes = 0 };
        yield return good with { MaxUncommittedBytes = -1 };
        yield return good with { MaxEntryBytes = -1 };
        yield return good with { MaxUnappliedBytes = -1 };
        yield return good with { KeptEntries = -1 };
        yield return good with { KeptBytes = -1 };
        yield return good with { Priority = -1 };
        yield return good with { Priority = RaftOptions.HighestPriority + 1 };
        yield return good with { LeaseMargin = -Instant };
    }

    [Test]
    public void OptionsOutOfTheirRangeAreRefused()
    {
        LoneServer host = new(1, 0);
        RaftOptions before = host.Server.Options;
        foreach (RaftOptions options in ImpossibleOptions())
        {
            Assert.That(
                () => new RaftServer(1, options, new MemoryLog(), host, new Random(1), new RaftRestart(1, 0, 0, null)),
                Throws.TypeOf<ArgumentOutOfRangeException>(),
                $"{options}");
            Assert.That(() => host.Server.Options = options, Throws.TypeOf<ArgumentOutOfRangeException>(), $"{options}");
        }

        Assert.That(host.Server.Options, Is.SameAs(before));
    }

    [Test]
    public void LeastOptionsAreTaken()
    {
        LoneServer host = new(1, 0);
        host.Server.Options = new RaftOptions
        {
            ElectionTimeout = Instant,
            HeartbeatInterval = Instant,
            TransferTimeout = Instant,
            MaxAppendsInFlight = 1,
            MaxAppendBytes = 1,
            MaxAppendEntries = 1,
            MaxSnapshotChunksInFlight = 1,
            MaxSnapshotChunkBytes = 1,
            MaxUncommittedBytes = 0,
            MaxEntryBytes = 0,
            MaxUnappliedBytes = 0,
            KeptEntries = 0,
            KeptBytes = 0,
            Priority = 0,
            LeaseMargin = TimeSpan.Zero,
        };
        Assert.That(host.Server.Options.ElectionTimeout, Is.EqualTo(Instant));
    }

    [Test]
    public void DefaultsAreThoseOfTheDocumentation()
    {
        RaftOptions options = new();
        Assert.That(options.ElectionTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(1000)));
        Assert.That(options.HeartbeatInterval, Is.EqualTo(TimeSpan.FromMilliseconds(200)));
        Assert.That(options.TransferTimeout, Is.EqualTo(TimeSpan.FromMilliseconds(1000)));
        Assert.That((options.MaxAppendsInFlight, options.MaxAppendBytes, options.MaxAppendEntries), Is.EqualTo((2, 2L << 20, 65536)));
        Assert.That((options.MaxSnapshotChunksInFlight, options.MaxSnapshotChunkBytes), Is.EqualTo((32, 65536)));
        Assert.That((options.MaxUncommittedBytes, options.MaxEntryBytes, options.MaxUnappliedBytes), Is.EqualTo((1L << 30, 1L << 30, 64L << 20)));
        Assert.That((options.KeptEntries, options.KeptBytes), Is.EqualTo((10_000, 16L << 20)));
        Assert.That((options.Priority, RaftOptions.HighestPriority), Is.EqualTo((100, 100)));
        Assert.That((options.LeaseReads, options.LeaseMargin), Is.EqualTo((false, TimeSpan.FromMilliseconds(250))));
    }

    [Test]
    public void WhatWasKeptHasToFitTogether()
    {
        MemoryLog log = new();
        log.Append(LoneServer.Entry(5, 1));
        RaftRestart restart = new(StoreId: 1, Term: 4, VotedFor: 0, Snapshot: null);
        Assert.That(() => Restart(log, restart), Throws.TypeOf<RaftInvariantException>(), "the log has an entry of a later term");
        log.CompactThrough(new EntryId(5, 1));
        Assert.That(() => Restart(log, restart with { Term = 5 }), Throws.TypeOf<RaftInvariantException>(), "the log begins behind a snapshot that is not there");
    }

    [Test]
    public void EntriesThatWereNotHandedOverCannotBeApplied()
    {
        LoneServer server = new(2, 0);
        Assert.That(() => server.Server.EntriesApplied(1), Throws.TypeOf<RaftInvariantException>());
    }

    [Test]
    public void TimeOfTheNextEntryNeverGoesBack()
    {
        LoneServer server = new(2, 0);
        server.Server.Time = 500;
        Assert.That(server.Server.NextEntryTime, Is.EqualTo(500));
        server.BecomeLeader();
        server.Server.Time = 400;
        Assert.That(server.Server.NextEntryTime, Is.EqualTo(500));
        server.Server.Propose(new byte[1], out EntryId id);
        Assert.That(server.Slice(id.Index, 1, 0).Span[0].Time, Is.EqualTo(500));
    }

    [Test]
    public void CampaignBeginsWhenTheHostWasToldThatItWould()
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 0);
        server.Server.Periodic(Instant);
        TimeSpan until = server.Server.UntilCampaign;
        TimeSpan timeout = server.Server.Options.ElectionTimeout;
        Assert.That(until, Is.InRange(timeout, 2 * timeout));
        server.Sent.Clear();
        server.Server.Periodic(until - Instant);
        Assert.That((server.Server.UntilCampaign, server.Sent.Count), Is.EqualTo((Instant, 0)));
        server.Server.Periodic(Instant);
        Assert.That(server.Take<VoteRequest>(), Has.Count.EqualTo(2));
        server.Server.Receive(2, new VoteReply(3, IsPreVote: true, Granted: true, 2));
        server.Server.Receive(2, new VoteReply(3, IsPreVote: false, Granted: true, 2));
        Assert.That(server.Server.UntilCampaign, Is.EqualTo(TimeSpan.MaxValue), "it leads");
    }

    [Test]
    public void OnlyVoterIsDueAtOnce()
    {
        MemoryLog log = new();
        log.Append(new LogEntry(new EntryId(1, 1), EntryType.Configuration, 0, ClusterConfiguration.Empty.With(new Member(1, IsVoter: true, "", 1)).Encode()));
        Assert.That(Restart(log, new RaftRestart(1, 1, 0, null)).UntilCampaign, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public void ElectionTimeoutsAreSpreadOverTwice()
    {
        TimeSpan timeout = new RaftOptions().ElectionTimeout;
        TimeSpan[] waits = [.. Enumerable.Range(1, 100).Select(seed => Restart(new MemoryLog(), new RaftRestart(1, 0, 0, null), seed).UntilCampaign)];
        Assert.That(waits, Is.All.InRange(timeout, 2 * timeout));
        Assert.That(waits.Distinct().Count(), Is.EqualTo(100), "servers that wait alike split their votes");
        Assert.That(waits.Max() - waits.Min(), Is.GreaterThan(timeout / 2));
    }

    [Test]
    public void WaitingBytesAreThoseThatWereProposedAndNotHandedOver()
    {
        LoneServer server = new(2, 0);
        Assert.That(server.Server.WaitingBytes, Is.Zero);
        server.BecomeLeader();
        long inherited = server.Server.WaitingBytes;
        Assert.That(inherited, Is.EqualTo(server.Slice(1, 1, 0).Span[0].Payload.Length), "the members, which are not committed yet");
        server.Server.Propose(new byte[10], out _);
        server.Server.Propose(new byte[5], out EntryId last);
        Assert.That(server.Server.WaitingBytes, Is.EqualTo(inherited + 15));
        server.Sync();
        server.Server.Receive(2, new AppendReply(server.Server.Term, true, last.Index, default, 0, 2));
        Assert.That(server.Server.WaitingBytes, Is.Zero);
    }

    [Test]
    public void HeldByAllIsWhatNoMemberLacks()
    {
        LoneServer server = new(2, 0);
        server.Append(2, new EntryId(1, 1), 2, LoneServer.Entry(2, 2), LoneServer.Entry(2, 3));
        Assert.That(server.Server.HeldByAll, Is.EqualTo(2), "a follower knows what is committed");
        server.Server.Periodic(Instant);
        server.BecomeLeader();
        server.Sync();
        AppendReply all = new(server.Server.Term, true, server.Last.Index, default, 0, 2);
        server.Server.Receive(2, all);
        Assert.That(server.Server.HeldByAll, Is.Zero, "node 3 was not heard");
        server.Server.Receive(3, all with { Match = 3, StoreId = 3 });
        Assert.That(server.Server.HeldByAll, Is.EqualTo(3));
        server.Server.AddMember(4, "", out _);
        Assert.That(server.Server.HeldByAll, Is.Zero, "a new member lacks everything");
    }

    [Test]
    public void ChangeOfRoleIsToldLast()
    {
        LoneServer server = new(2, 0);
        int applied = -1;
        int sent = -1;
        server.InStateChanged = () => (applied, sent) = (server.AppliedEntries.Count, server.Sent.Count);
        server.Server.Receive(2, new AppendRequest(2, 2, new EntryId(1, 1), 1, 0, default));
        Assert.That((applied, sent), Is.EqualTo((1, 1)), "what the same message brought came before");
    }

    [Test]
    public void ReadIsRefusedWhileNoLeaderIsKnown()
    {
        LoneServer server = new(2, 0);
        Assert.That(server.Server.RequestRead(1), Is.False);
        server.Append(2, new EntryId(1, 1), 0);
        Assert.That(server.Server.RequestRead(1), Is.True);
    }

    private static RaftServer Restart(MemoryLog log, RaftRestart restart, int seed = 1) =>
        new(1, new RaftOptions(), log, new LoneServer(1, 0), new Random(seed), restart);
}
