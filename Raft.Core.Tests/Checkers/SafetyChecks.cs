using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>All safety checkers of one run, and what they look at after every step.</summary>
internal sealed class SafetyChecks
{
    public SafetyChecks(SimulatedCluster cluster)
    {
        Ledger = new CommitLedger(cluster);
        Log = new LogRules(Ledger);
        Office = new OfficeRules(cluster);
        Messages = new MessageRules(cluster, Ledger, Office);
    }

    public CommitLedger Ledger { get; }

    public LogRules Log { get; }

    public VoteRules Votes { get; } = new();

    public OfficeRules Office { get; }

    public MessageRules Messages { get; }

    public ReadRules Reads { get; } = new();

    /// <summary>The entry that every founding member starts with.</summary>
    public void Found(in LogEntry first)
    {
        Log.Preset(EntryId.None, first);
        Ledger.Preset(first);
    }

    public void Started(SimulatedNode node)
    {
        RaftServer server = node.Server!;
        NodeHistory history = node.History;
        LogRules.Loaded(node);
        Rule.Holds(server.Role == RaftRole.Follower, $"n{node.Id} starts as {server.Role}");
        Rule.Holds(
            node.Log.Base.Index <= node.Disk.Snapshot.Last.Index && node.Log.Last.Index >= node.Disk.Snapshot.Last.Index,
            $"n{node.Id} starts with a gap: snapshot {node.Disk.Snapshot.Last}, log from {node.Log.Base} to {node.Log.Last}");
        history.Term = server.Term;
        history.Cursors = server.Cursors with { Committed = 0, Applied = 0 };
    }

    public void AfterStep(SimulatedNode node)
    {
        if (node.Server is not RaftServer server)
        {
            return;
        }

        node.Invariants.Verify();
        NodeHistory history = node.History;
        LogCursors cursors = server.Cursors;
        CheckVoteAndTerm(node, server, history);
        if (server.Role == RaftRole.Leader && history.LedTerm != server.Term)
        {
            Votes.Elected(node);
            Ledger.CheckLeaderComplete(node);
            history.LedTerm = server.Term;
            history.Contacts.LedSince = history.Contacts.Now;
        }

        if (cursors != history.Cursors)
        {
            CheckCursors(node, cursors, history.Cursors);
            if (cursors.Committed > history.Cursors.Committed)
            {
                Ledger.Committing(node, history.Cursors.Committed, cursors.Committed);
            }
        }

        if (history.ConfigurationMoved)
        {
            Rule.Holds(
                server.Configuration.Encode().AsSpan().SequenceEqual(history.Configuration.Encode()),
                $"n{node.Id} goes by other members than the latest in its log, at index {history.ConfigurationIndex}");
            history.Settle();
            history.Contacts.LedSince = history.Contacts.Now;
        }

        if (server.Role == RaftRole.Leader)
        {
            Office.Leading(node);
            Office.HandingOver(node);
        }

        history.Asked = null;

        (history.Cursors, history.Role, history.Term) = (cursors, server.Role, server.Term);
    }

    private static void CheckVoteAndTerm(SimulatedNode node, RaftServer server, NodeHistory history)
    {
        Rule.Holds(server.Term >= history.Term, $"n{node.Id} goes back from term {history.Term} to {server.Term}");
        Rule.Holds(
            server.Term == node.Disk.Term && server.VotedFor == node.Disk.VotedFor,
            $"n{node.Id} has term {server.Term} and vote {server.VotedFor}, its disk {node.Disk.Term} and {node.Disk.VotedFor}");
    }

    private static void CheckCursors(SimulatedNode node, LogCursors now, LogCursors before)
    {
        Rule.Holds(now.Last == node.Log.Last.Index, $"n{node.Id} says its last index is {now.Last}, the log says {node.Log.Last}");
        Rule.Holds(now.Committed >= before.Committed, $"n{node.Id} takes commitment back from {before.Committed} to {now.Committed}");
        Rule.Holds(now.Applied >= before.Applied, $"n{node.Id} takes application back from {before.Applied} to {now.Applied}");
        Rule.Holds(
            now.Applied <= now.Committed && now.Committed <= now.Last && now.Synced <= now.Last,
            $"n{node.Id} has impossible cursors {now}");
        Rule.Holds(
            now.Synced <= node.Log.Base.Index || node.Disk.Keeps(new EntryId(node.Log.TermAt(now.Synced), now.Synced)),
            $"n{node.Id} believes index {now.Synced} synced, the disk would lose it");
    }
}
