using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>
/// Log Matching (Raft paper, figure 3), by induction: an entry's id names its content and the entry before it, in every
/// log at every time. Also what may be taken out of a log, and what a leader may put in.
/// </summary>
internal sealed class LogRules(CommitLedger ledger)
{
    private readonly Dictionary<EntryId, (EntryId Previous, LogEntry Entry)> _known = [];

    /// <summary>The entries that a process finds on its disk when it starts.</summary>
    public static void Loaded(SimulatedNode node)
    {
        SnapshotFile snapshot = node.Disk.Snapshot;
        node.History.ResetConfiguration(snapshot.Last.Index, snapshot.About.Configuration);
        for (long index = Math.Max(node.Log.Base.Index, snapshot.Last.Index) + 1; index <= node.Log.Last.Index; index++)
        {
            ref readonly LogEntry entry = ref node.Log.Contents.At(index);
            if (entry.Type == EntryType.Configuration)
            {
                node.History.AddConfiguration(index, ClusterConfiguration.Decode(entry.Payload.Span));
            }
        }
    }

    public void Preset(EntryId previous, in LogEntry entry) => _known[entry.Id] = (previous, entry);

    public void Appending(SimulatedNode node, in LogEntry entry)
    {
        EntryId previous = node.Log.Last;
        Rule.Holds(entry.Index == previous.Index + 1, $"n{node.Id} appends {entry.Id} after {previous}");
        Rule.Holds(entry.Term >= previous.Term, $"n{node.Id} appends {entry.Id} after {previous}: the term falls");
        Rule.Holds(entry.Term <= node.Disk.Term, $"n{node.Id} appends {entry.Id} before its term {node.Disk.Term} is persisted");
        Rule.Holds(
            !node.Log.Contents.Holds(previous.Index) || node.Log.Contents.At(previous.Index).Time <= entry.Time,
            $"n{node.Id} appends {entry.Id} with an earlier time than {previous}");
        Rule.Holds(
            previous != node.Disk.Snapshot.Last || node.Disk.Snapshot.About.Time <= entry.Time,
            $"n{node.Id} appends {entry.Id} with an earlier time than the snapshot of {previous}");
        if (_known.TryGetValue(entry.Id, out (EntryId Previous, LogEntry Entry) known))
        {
            Rule.Holds(
                known.Previous == previous && known.Entry.Type == entry.Type && known.Entry.Time == entry.Time
                    && known.Entry.Payload.Span.SequenceEqual(entry.Payload.Span),
                $"n{node.Id} appends {entry.Id} after {previous}; elsewhere it follows {known.Previous} or differs");
        }
        else
        {
            Rule.Holds(
                entry.Term == node.Disk.Term && (node.Disk.VotedFor == node.Id || IsBootstrap(entry)),
                $"n{node.Id} makes {entry.Id} in term {node.Disk.Term} in which it voted for {node.Disk.VotedFor}");
            _known.Add(entry.Id, (previous, entry with { Payload = entry.Payload.ToArray() }));
        }

        if (entry.Type == EntryType.Configuration)
        {
            ClusterConfiguration next = ClusterConfiguration.Decode(entry.Payload.Span);
            ConfigurationRules.Appending(node, entry, next);
            node.History.AddConfiguration(entry.Index, next);
        }
    }

    /// <summary>The founder of a cluster writes its first entry before there is anything to vote about.</summary>
    private static bool IsBootstrap(in LogEntry entry) => entry is { Index: 1, Type: EntryType.Configuration };

    public void Truncating(SimulatedNode node, long index)
    {
        for (long i = index; i <= node.Log.Last.Index; i++)
        {
            Rule.Holds(!ledger.Binds(node.Log.Contents.At(i).Id, node.Disk.Term), $"n{node.Id} truncates the committed entry {node.Log.Contents.At(i).Id}");
        }

        node.History.DropConfigurationsFrom(index);
    }

    public void Compacting(SimulatedNode node, EntryId through)
    {
        Rule.Holds(
            through.Index <= node.Disk.Snapshot.Last.Index,
            $"n{node.Id} compacts through {through}, its snapshot covers {node.Disk.Snapshot.Last}");
        Rule.Holds(ledger.Has(through), $"n{node.Id} compacts through {through}, which is not committed");
    }

    public void Resetting(SimulatedNode node, EntryId snapshot)
    {
        Rule.Holds(
            snapshot == node.Disk.Snapshot.Last,
            $"n{node.Id} starts its log after {snapshot}, its snapshot covers {node.Disk.Snapshot.Last}");
        Rule.Holds(
            !node.Log.Contents.Contains(snapshot) || node.Log.Last == snapshot,
            $"n{node.Id} discards what follows {snapshot} although its log contains that entry (Raft paper, figure 13)");
        node.History.ResetConfiguration(snapshot.Index, node.Disk.Snapshot.About.Configuration);
    }
}
