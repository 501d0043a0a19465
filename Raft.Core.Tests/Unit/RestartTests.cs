using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>What a server makes of the log and the snapshot that it finds: power may have been cut between one and the other.</summary>
public sealed class RestartTests
{
    private static readonly ClusterConfiguration Members = ClusterConfiguration.Empty.With(new Member(1, IsVoter: true, "here", 1));

    [Test]
    public void LogGoesOnBehindASnapshotOfAnEntryThatItHolds()
    {
        MemoryLog log = Log(1, 1, 2, 2);
        RaftServer server = Restart(log, new EntryId(1, 2));
        Assert.That((log.Base, log.Last), Is.EqualTo((EntryId.None, new EntryId(2, 4))));
        Assert.That(server.Cursors, Is.EqualTo(new LogCursors(4, 4, 2, 2)));
    }

    [TestCase(2, 3)]
    [TestCase(2, 4)]
    [TestCase(1, 5)]
    public void LogThatLacksTheSnapshotsEntryIsDropped(long term, long index)
    {
        // Up to entry 4 of term 1: longer than the snapshot, as long, and shorter. What it holds was never committed.
        MemoryLog log = Log(1, 1, 1, 1);
        EntryId covered = new(term, index);
        RaftServer server = Restart(log, covered);
        Assert.That((log.Base, log.Last), Is.EqualTo((covered, covered)));
        Assert.That(server.Cursors, Is.EqualTo(new LogCursors(index, index, index, index)));
    }

    [Test]
    public void MembersAreTheLastOfSnapshotAndLog()
    {
        MemoryLog log = Log(1, 1);
        Assert.That(Restart(log, new EntryId(1, 2)).Configuration.Members, Has.Count.EqualTo(1));
        log.Append(new LogEntry(new EntryId(1, 3), EntryType.Configuration, 0, Members.With(new Member(2, IsVoter: false, "there")).Encode()));
        Assert.That(Restart(log, new EntryId(1, 2)).Configuration.Members, Has.Count.EqualTo(2));
    }

    private static MemoryLog Log(params ReadOnlySpan<long> terms)
    {
        MemoryLog log = new();
        foreach (long term in terms)
        {
            log.Append(LoneServer.Entry(term, log.Last.Index + 1));
        }

        return log;
    }

    private static RaftServer Restart(MemoryLog log, EntryId covered)
    {
        RaftSnapshot snapshot = new(new SnapshotId(covered, 10, 1), 0, Members);
        return new RaftServer(1, new RaftOptions(), log, new LoneServer(1, 0), new Random(1), new RaftRestart(1, 3, 0, snapshot));
    }
}
