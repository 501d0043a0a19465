using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>What an installed snapshot takes away from the log, and what it leaves (Raft paper, figure 13, steps 6 and 7).</summary>
public sealed class SnapshotInstallTests
{
    [Test]
    public void WhatFollowsAHeldEntryStays()
    {
        LoneServer server = new(2, 0);
        ClusterConfiguration before = server.Server.Configuration;
        ClusterConfiguration after = before.With(new Member(4, IsVoter: false, "there"));
        LogEntry change = new(new EntryId(2, 4), EntryType.Configuration, 0, after.Encode());
        server.Append(2, new EntryId(1, 1), 0, LoneServer.Entry(2, 2), LoneServer.Entry(2, 3), change, LoneServer.Entry(2, 5));
        Install(server, new EntryId(2, 3), before);
        Assert.That((server.Base, server.Last), Is.EqualTo((new EntryId(2, 3), new EntryId(2, 5))), "it may be acknowledged already");
        Assert.That(server.Server.Cursors, Is.EqualTo(new LogCursors(5, 5, 3, 3)));
        Assert.That(server.Server.Configuration.Members, Is.EqualTo(after.Members), "a change behind it is still in effect");
        Assert.That(server.Server.ConfigurationAt(3).Members, Is.EqualTo(before.Members));
    }

    [Test]
    public void LogThatDiffersIsDroppedWithTheMembersInIt()
    {
        LoneServer server = new(2, 0);
        ClusterConfiguration before = server.Server.Configuration;
        LogEntry change = new(new EntryId(2, 4), EntryType.Configuration, 0, before.With(new Member(4, IsVoter: false, "there")).Encode());
        server.Append(2, new EntryId(1, 1), 0, LoneServer.Entry(2, 2), LoneServer.Entry(2, 3), change);
        Install(server, new EntryId(3, 3), before);
        Assert.That((server.Base, server.Last), Is.EqualTo((new EntryId(3, 3), new EntryId(3, 3))));
        Assert.That(server.Server.Cursors, Is.EqualTo(new LogCursors(3, 3, 3, 3)));
        Assert.That(server.Server.Configuration.Members, Is.EqualTo(before.Members), "the change was never committed");
    }

    [Test]
    public void ChunksCarryTheLeadersRoundAsEntriesDo()
    {
        LoneServer server = new(2, 0);
        SnapshotRequest chunk = new(2, 2, new SnapshotId(new EntryId(2, 3), 9, 7), 0, Round: 5, 0, server.Server.Configuration.Encode(), new byte[] { 7 });
        server.Server.Receive(2, chunk);
        Assert.That(server.TakeReply<SnapshotReply>().Round, Is.EqualTo(5));
        server.Server.Receive(2, chunk with { Round = 4 });
        Assert.That(server.TakeReply<SnapshotReply>().Round, Is.EqualTo(5), "a late one takes nothing back");
        server.Server.Receive(3, chunk with { Term = 3, Leader = 3, Round = 1 });
        Assert.That(server.TakeReply<SnapshotReply>().Round, Is.EqualTo(1), "another leader counts anew");
    }

    private static void Install(LoneServer server, EntryId last, ClusterConfiguration members)
    {
        SnapshotId id = new(last, 1, 7);
        server.Server.Receive(2, new SnapshotRequest(last.Term, 2, id, 0, 0, 0, members.Encode(), new byte[] { 7 }));
        server.Server.SnapshotInstalled(id);
    }
}
