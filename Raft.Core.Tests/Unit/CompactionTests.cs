using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>What stays in the log behind a snapshot, and what is forgotten with the rest.</summary>
public sealed class CompactionTests
{
    private const int Entries = 10;
    private const int PayloadBytes = 100;

    [TestCase(0, 8)]
    [TestCase(3, 5)]
    [TestCase(100, 0)]
    public void AsManyEntriesStayAsTheOptionsSay(int kept, long @base)
    {
        LoneServer server = Follower(new RaftOptions { KeptEntries = kept });
        server.Server.SnapshotTaken(At(server, 8));
        Assert.That(server.Base.Index, Is.EqualTo(@base));
        Assert.That(server.Server.Status().Snapshot, Is.EqualTo(At(server, 8)));
    }

    [TestCase(0, 8)]
    [TestCase(PayloadBytes - 1, 8)]
    [TestCase(PayloadBytes, 7)]
    [TestCase((3 * PayloadBytes) + 1, 5)]
    public void AsManyBytesStayAsTheOptionsSay(long kept, long @base)
    {
        LoneServer server = Follower(new RaftOptions { KeptBytes = kept });
        server.Server.SnapshotTaken(At(server, 8));
        Assert.That(server.Base.Index, Is.EqualTo(@base));
    }

    [Test]
    public void KeptEntriesAreCountedFromTheSnapshotAndGoWithALaterOne()
    {
        LoneServer server = Follower(new RaftOptions { KeptEntries = 2 });
        server.Server.SnapshotTaken(At(server, 4));
        Assert.That(server.Base.Index, Is.EqualTo(2));
        server.Server.SnapshotTaken(At(server, 9));
        Assert.That(server.Base.Index, Is.EqualTo(7));
    }

    [Test]
    public void OlderSnapshotChangesNothing()
    {
        LoneServer server = Follower(new RaftOptions { KeptEntries = 4 });
        server.Server.SnapshotTaken(At(server, 8));
        server.Server.SnapshotTaken(At(server, 5));
        Assert.That((server.Server.Status().Snapshot, server.Base.Index), Is.EqualTo(((SnapshotId?)At(server, 8), 4L)));
    }

    [Test]
    public void SnapshotOfWhatWasNotAppliedIsRefused()
    {
        LoneServer server = Follower(new RaftOptions(), committed: 7);
        Assert.That(() => server.Server.SnapshotTaken(At(server, 8)), Throws.TypeOf<RaftInvariantException>());
    }

    [Test]
    public void SnapshotOfAnEntryThatIsNotInTheLogIsRefused()
    {
        LoneServer server = Follower(new RaftOptions());
        Assert.That(() => server.Server.SnapshotTaken(new SnapshotId(new EntryId(1, 8), 1, 1)), Throws.TypeOf<RaftInvariantException>(), "entry 8 is of term 2");
    }

    [Test]
    public void MembersOfBeforeTheSnapshotAreForgotten()
    {
        LoneServer server = Follower(new RaftOptions());
        Assert.That(server.Server.ConfigurationAt(1).Members, Has.Count.EqualTo(3));
        server.Server.SnapshotTaken(At(server, 8));
        Assert.That(server.Server.ConfigurationAt(8).Members, Has.Count.EqualTo(3));
        Assert.That(() => server.Server.ConfigurationAt(7), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void SnapshotKeepsWhatTheDiskHadNotWrittenAndTheLeaderIsTold()
    {
        LoneServer server = new(2, 0);
        server.Server.Receive(2, new AppendRequest(2, 2, new EntryId(1, 1), 3, 0, new[] { LoneServer.Entry(2, 2), LoneServer.Entry(2, 3) }));
        server.Sent.Clear();
        server.Server.SnapshotTaken(At(server, 3));
        Assert.That(server.TakeReply<AppendReply>().Match, Is.EqualTo(3));
        Assert.That(server.Server.Cursors.Synced, Is.EqualTo(3));
    }

    [Test]
    public void SnapshotUnderWayToASilentPeerHoldsNothing()
    {
        LoneServer leader = SendingASnapshot(out _);
        Assert.That(leader.Take<SnapshotRequest>(), Is.Not.Empty, "node 3 lacks everything");
        for (int i = 0; i < 5; i++)
        {
            leader.Server.Periodic(leader.Server.Options.ElectionTimeout / 3);
            leader.Server.Propose(new byte[1], out _);
            Commit(leader);
        }

        leader.Server.SnapshotTaken(At(leader, leader.Last.Index));
        Assert.That(leader.Base, Is.EqualTo(leader.Last), "node 3 was not heard for an election timeout");
    }

    [TestCase(-1, true)]
    [TestCase(0, false)]
    public void SnapshotUnderWayHoldsWhatFollowsItForAnElectionTimeout(int milliseconds, bool isHeld)
    {
        LoneServer leader = SendingASnapshot(out SnapshotId first);
        leader.Server.Periodic(TimeSpan.Zero);
        leader.Server.Periodic(leader.Server.Options.ElectionTimeout / 2);
        leader.Server.Propose(new byte[1], out _);
        Commit(leader);
        leader.Server.Periodic((leader.Server.Options.ElectionTimeout / 2) + TimeSpan.FromMilliseconds(milliseconds));
        leader.Server.SnapshotTaken(At(leader, leader.Last.Index));
        Assert.That(leader.Base, Is.EqualTo(isHeld ? first.Last : leader.Last));
    }

    /// <summary>A leader that keeps no entries behind its snapshot, and whose peer 3 lacks everything.</summary>
    private static LoneServer SendingASnapshot(out SnapshotId snapshot)
    {
        LoneServer leader = new(2, 0);
        leader.Server.Options = leader.Server.Options with { KeptEntries = 0 };
        leader.BecomeLeader();
        Commit(leader);
        snapshot = At(leader, leader.Last.Index);
        leader.Server.SnapshotTaken(snapshot);
        leader.Server.Receive(3, new AppendReply(leader.Server.Term, false, 1, EntryId.None, 0, 3));
        return leader;
    }

    private static SnapshotId At(LoneServer server, long index) => new(new EntryId(server.TermAt(index), index), 10, (ulong)index);

    /// <summary>It has ten entries, the first of term 1 and the members, the others of term 2 with a payload each.</summary>
    private static LoneServer Follower(RaftOptions options, long committed = Entries)
    {
        LoneServer server = new(2, 0);
        server.Server.Options = options;
        server.Append(2, new EntryId(1, 1), committed, [.. Enumerable.Range(2, Entries - 1).Select(i => LoneServer.Entry(2, i) with { Payload = new byte[PayloadBytes] })]);
        return server;
    }

    private static void Commit(LoneServer leader)
    {
        leader.Server.Replicate();
        leader.Sync();
        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, leader.Last.Index, default, 0, 2));
    }
}
