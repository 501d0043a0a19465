using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>No message may claim what its sender's disk would not confirm after losing power.</summary>
internal sealed class MessageRules(SimulatedCluster cluster, CommitLedger ledger, OfficeRules office)
{
    private readonly HashSet<(long Term, int Target)> _handedOver = [];

    public void Check(SimulatedNode node, in VoteRequest message)
    {
        SimulatedDisk disk = node.Disk;
        Rule.Holds(
            message.IsPreVote ? message.Term == disk.Term + 1 : message.Term == disk.Term && disk.VotedFor == node.Id,
            $"n{node.Id} asks for votes in term {message.Term}; on its disk are term {disk.Term} and vote {disk.VotedFor}");
        Rule.Holds(
            message.Candidate == node.Id && message.LastEntry == node.Log.Last,
            $"n{node.Id} asks for votes with last entry {message.LastEntry}, its log ends at {node.Log.Last}");
        Rule.Holds(
            !message.IsTransfer || node.IsToldToCampaign || _handedOver.Contains((message.Term - 1, node.Id)),
            $"n{node.Id} claims that the leader of term {message.Term - 1} handed over to it");
        office.Campaigning(node, message);
    }

    public void Check(SimulatedNode node, int to, in VoteReply message)
    {
        SimulatedDisk disk = node.Disk;
        if (!message.IsPreVote || !message.Granted)
        {
            Check(node, message.Term);
        }

        Rule.Holds(
            !message.Granted || message.IsPreVote || disk.VotedFor == to,
            $"n{node.Id} gives n{to} its vote in term {message.Term}; on its disk is the vote {disk.VotedFor}");
        if (message.Granted)
        {
            office.Granting(node, to, message);
        }
    }

    public void Check(SimulatedNode node, int to, in AppendRequest message)
    {
        CheckLeads(node, message.Term, message.Leader);
        LogContents log = node.Log.Contents;
        Rule.Holds(log.Contains(message.Previous), $"n{node.Id} sends entries after {message.Previous}, which its log does not hold");
        long last = message.Previous.Index;
        long bytes = 0;
        foreach (ref readonly LogEntry entry in message.Entries.Span)
        {
            last++;
            bytes += entry.Payload.Length;
            Rule.Holds(
                entry.Index == last && log.Contains(entry.Id),
                $"n{node.Id} sends {entry.Id} as the entry at {last} of its log");
        }

        int count = message.Entries.Length;
        Rule.Holds(
            count <= cluster.Options.MaxAppendEntries && (count == 1 || bytes <= cluster.Options.MaxAppendBytes),
            $"n{node.Id} sends {count} entries of {bytes} bytes in one message");

        // What is announced is committed, even if the process dies before the end of this step.
        long committed = message.Committed;
        long own = node.Server!.Cursors.Committed;
        if (committed > ledger.Last)
        {
            ledger.Committing(node, node.History.Cursors.Committed, own);
        }

        Rule.Holds(committed <= own, $"n{node.Id} announces {committed} as committed");
        Rule.Holds(
            committed <= last || (committed <= ledger.Last && cluster.Find(to)!.Disk.Keeps(ledger.At(committed))),
            $"n{node.Id} announces {committed} as committed to n{to}, which may not hold it");
    }

    public void Check(SimulatedNode node, in AppendReply message)
    {
        Check(node, message.Term);
        node.History.Contacts.AnswerRound(message.Term, message.Round);
        long match = message.Match;
        Rule.Holds(
            !message.Success || match <= node.Log.Base.Index
                || (match <= node.Log.Last.Index && node.Disk.Keeps(new EntryId(node.Log.TermAt(match), match))),
            $"n{node.Id} acknowledges {match}, which it would lose with its power");
    }

    public void Check(SimulatedNode node, in SnapshotRequest message)
    {
        CheckLeads(node, message.Term, message.Leader);
        Rule.Holds(
            ledger.Has(message.Snapshot.Last) && message.Offset + message.Chunk.Length <= message.Snapshot.Size,
            $"n{node.Id} sends bytes {message.Offset}+{message.Chunk.Length} of {message.Snapshot}");
        Rule.Holds(
            message.Chunk.Length <= cluster.Options.MaxSnapshotChunkBytes,
            $"n{node.Id} sends a chunk of {message.Chunk.Length} bytes");
    }

    public void Check(SimulatedNode node, in SnapshotReply message)
    {
        Check(node, message.Term);
        node.History.Contacts.AnswerRound(message.Term, message.Round);
        Rule.Holds(
            !message.Installed || node.Disk.Keeps(message.Snapshot.Last),
            $"n{node.Id} acknowledges the snapshot {message.Snapshot}, its disk holds {node.Disk.Snapshot.Last}");
    }

    public void Check(SimulatedNode node, int to, in TimeoutNow message)
    {
        CheckLeads(node, message.Term, message.Leader);
        _handedOver.Add((message.Term, to));
        node.History.Asked = (to, node.Log.Last);
    }

    public void Check(SimulatedNode node, long term) =>
        Rule.Holds(term == node.Disk.Term, $"n{node.Id} speaks in term {term}; on its disk is term {node.Disk.Term}");

    private void CheckLeads(SimulatedNode node, long term, int leader)
    {
        Check(node, term);
        Rule.Holds(
            leader == node.Id && node.Disk.VotedFor == node.Id && node.Server!.Role == RaftRole.Leader,
            $"n{node.Id} speaks as leader of term {term}; it is {node.Server!.Role} and voted for {node.Disk.VotedFor}");
    }
}
