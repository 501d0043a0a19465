using NUnit.Framework;
using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Unit;

/// <summary>How much a leader takes, to the byte.</summary>
public sealed class AdmissionTests
{
    [Test]
    public void AsManyBytesWaitAsTheOptionsSay()
    {
        LoneServer leader = Leader(new RaftOptions { MaxUncommittedBytes = 150 });
        Assert.That(leader.Server.Propose(new byte[100], out _), Is.EqualTo(ProposeResult.Accepted));
        Assert.That(leader.Server.Propose(new byte[51], out EntryId refused), Is.EqualTo(ProposeResult.Overloaded));
        Assert.That(refused, Is.EqualTo(EntryId.None));
        Assert.That(leader.Server.Propose(new byte[50], out _), Is.EqualTo(ProposeResult.Accepted), "exactly as many");
        Assert.That(leader.Server.Propose(new byte[1], out _), Is.EqualTo(ProposeResult.Overloaded));
        Assert.That(leader.Server.Propose(default, out _), Is.EqualTo(ProposeResult.Accepted), "no byte more");
    }

    [Test]
    public void OneEntryIsTakenHoweverLargeWhenNothingWaits()
    {
        LoneServer leader = Leader(new RaftOptions { MaxUncommittedBytes = 10 });
        Assert.That(leader.Server.WaitingBytes, Is.Zero);
        Assert.That(leader.Server.Propose(new byte[11], out _), Is.EqualTo(ProposeResult.Accepted));
        Assert.That(leader.Server.Propose(new byte[1], out _), Is.EqualTo(ProposeResult.Overloaded));
    }

    [Test]
    public void EntriesAreAsLargeAsTheOptionsSay()
    {
        LoneServer leader = Leader(new RaftOptions { MaxEntryBytes = 10 });
        Assert.That(leader.Server.Propose(new byte[11], out _), Is.EqualTo(ProposeResult.TooLarge));
        Assert.That(leader.Server.Propose(new byte[10], out EntryId id), Is.EqualTo(ProposeResult.Accepted));
        Assert.That(id, Is.EqualTo(leader.Last));
    }

    [Test]
    public void NothingIsTakenDuringATransfer()
    {
        LoneServer leader = Leader(new RaftOptions());
        leader.Server.TransferLeadership(2);
        Assert.That(leader.Server.Propose(new byte[1], out _), Is.EqualTo(ProposeResult.Transferring));
        Assert.That(leader.Server.AddMember(4, "", out _), Is.EqualTo(ProposeResult.Transferring));
        Assert.That(leader.Server.RemoveMember(3, out _), Is.EqualTo(ProposeResult.Transferring));
        Assert.That(leader.Server.DemoteMember(3, out _), Is.EqualTo(ProposeResult.Transferring));
    }

    /// <summary>Everything is committed and applied.</summary>
    private static LoneServer Leader(RaftOptions options)
    {
        LoneServer leader = new(2, 0);
        leader.Server.Options = options;
        leader.BecomeLeader();
        leader.Sync();
        leader.Server.Receive(2, new AppendReply(leader.Server.Term, true, leader.Last.Index, default, 0, 2));
        leader.Server.EntriesApplied(leader.Last.Index);
        return leader;
    }
}
