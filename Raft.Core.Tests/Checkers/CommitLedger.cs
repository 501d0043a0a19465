using Raft.Core.Tests.Simulation;

namespace Raft.Core.Tests.Checkers;

/// <summary>
/// The one log that the cluster has agreed on, as an observer who sees every disk knows it. An entry comes in when a
/// leader commits it, and only if the rules for that held; from then on nothing may contradict it: Leader Completeness
/// and State Machine Safety (Raft paper, figure 3).
/// </summary>
internal sealed class CommitLedger(SimulatedCluster cluster)
{
    private readonly List<LogEntry> _entries = [];
    private readonly List<long> _committedIn = [];
    private readonly List<ulong> _digests = [0];
    private readonly List<(long Index, byte[] Configuration)> _configurations = [];

    /// <summary>The last index agreed on.</summary>
    public long Last => _entries.Count;

    public EntryId At(long index) => index == 0 ? EntryId.None : _entries[(int)index - 1].Id;

    /// <summary>The last members agreed on, and where; nobody at 0 before there are any.</summary>
    public (long Index, ClusterConfiguration Configuration) LastConfiguration => _configurations.Count == 0
        ? (0, ClusterConfiguration.Empty)
        : (_configurations[^1].Index, ClusterConfiguration.Decode(_configurations[^1].Configuration));

    public bool Has(EntryId id) => id.Index <= Last && At(id.Index) == id;

    /// <summary>
    /// Whether a node of a term may no longer lose the entry. Before the term in which it was committed it may, to a leader of an
    /// earlier term that it hears late: the majority that committed the entry did without it.
    /// </summary>
    public bool Binds(EntryId id, long term) => Has(id) && _committedIn[(int)id.Index - 1] <= term;

    public void Preset(in LogEntry entry) => Add(entry, entry.Term);

    /// <summary>A node moves its commit index.</summary>
    public void Committing(SimulatedNode node, long from, long to)
    {
        SimulatedLog log = node.Log;
        if (to > Last)
        {
            CheckFirstCommit(node, to);
        }

        long first = Math.Max(from, log.Base.Index);
        Rule.Holds(
            first > Last || log.TermAt(first) == At(first).Term,
            $"n{node.Id} commits after {first} of term {log.TermAt(first)}, agreed was {(first > Last ? default : At(first))}");
        for (long index = first + 1; index <= to; index++)
        {
            ref readonly LogEntry entry = ref log.Contents.At(index);
            if (index > Last)
            {
                Add(entry, log.TermAt(to));
            }
            else
            {
                Rule.Holds(entry.Id == At(index), $"n{node.Id} commits {entry.Id}, agreed was {At(index)}");
            }
        }
    }

    /// <summary>
    /// Every entry that was agreed on in an earlier term is in the log of a new leader (Raft paper, section 5.4.3).
    /// </summary>
    public void CheckLeaderComplete(SimulatedNode node)
    {
        SimulatedLog log = node.Log;
        Rule.Holds(log.Base.Index <= Last && At(log.Base.Index) == log.Base, $"n{node.Id} leads with a log after {log.Base}, which was never agreed");
        for (long index = log.Base.Index + 1; index <= Last && _committedIn[(int)index - 1] < node.Server!.Term; index++)
        {
            Rule.Holds(
                log.Contents.Contains(At(index)),
                $"n{node.Id} leads term {node.Server.Term} without the committed entry {At(index)}; its log ends at {log.Last}");
        }
    }

    public void Applying(SimulatedNode node, in LogEntry entry)
    {
        Rule.Holds(entry.Index <= Last, $"n{node.Id} applies {entry.Id}, which nobody committed");
        LogEntry agreed = _entries[(int)entry.Index - 1];
        Rule.Holds(
            entry.Id == agreed.Id && entry.Type == agreed.Type && entry.Time == agreed.Time && entry.Payload.Span.SequenceEqual(agreed.Payload.Span),
            $"n{node.Id} applies {entry.Id}, agreed was {agreed.Id}");
    }

    public void Installing(SimulatedNode node, SnapshotFile snapshot)
    {
        EntryId last = snapshot.Last;
        Rule.Holds(Has(last), $"n{node.Id} installs a snapshot of {last}, which was never agreed");
        Rule.Holds(
            snapshot.About.Id == SnapshotImage.Name(last, snapshot.Bytes) && SnapshotImage.Digest(snapshot.Bytes) == _digests[(int)last.Index],
            $"n{node.Id} installs a snapshot of {last} with other bytes than it was announced with, or another state");
        Rule.Holds(
            snapshot.About.Configuration.Encode().AsSpan().SequenceEqual(ConfigurationAt(last.Index)),
            $"n{node.Id} installs a snapshot of {last} with other members than that entry has");
        Rule.Holds(
            snapshot.About.Time == _entries[(int)last.Index - 1].Time,
            $"n{node.Id} installs a snapshot of {last} with another time than that entry has");
    }

    /// <summary>
    /// Only a leader decides, only by an entry of its own term (Raft paper, section 5.4.2), and only when a majority of
    /// the voters, by the latest members in its log, would find the entry again after losing power.
    /// </summary>
    private void CheckFirstCommit(SimulatedNode node, long to)
    {
        NodeHistory history = node.History;
        bool leads = node.Server!.Role == RaftRole.Leader || history.Role == RaftRole.Leader;
        long term = node.Server.Role == RaftRole.Leader ? node.Server.Term : history.Term;
        EntryId entry = new(node.Log.TermAt(to), to);
        Rule.Holds(leads, $"n{node.Id} does not lead and commits {entry}, which no leader committed");
        Rule.Holds(entry.Term == term, $"n{node.Id} leads term {term} and commits {entry} of another term by counting");
        Rule.Holds(
            IsKeptByMajority(history.Configuration, entry) || IsKeptByMajority(history.SettledConfiguration, entry),
            $"n{node.Id} commits {entry}, which no majority of the voters has on disk");
    }

    private bool IsKeptByMajority(ClusterConfiguration configuration, EntryId entry)
    {
        int voters = 0;
        int kept = 0;
        foreach (Member member in configuration.Members)
        {
            if (member.IsVoter)
            {
                voters++;
                kept += Keeps(member, entry) ? 1 : 0;
            }
        }

        return kept > voters / 2;
    }

    /// <summary>Only the disk that was promoted to voter counts; what it held when it was wiped had been acknowledged.</summary>
    public bool Keeps(Member voter, EntryId entry) => cluster.Find(voter.Id) is SimulatedNode node
        && (node.Disk.StoreId == voter.StoreId ? node.Disk : node.FormerDisks.Find(d => d.StoreId == voter.StoreId))?.Keeps(entry) == true;

    private ReadOnlySpan<byte> ConfigurationAt(long index) =>
        _configurations.FindLast(c => c.Index <= index).Configuration;

    private void Add(in LogEntry entry, long term)
    {
        _committedIn.Add(term);
        _digests.Add(SnapshotImage.Next(_digests[^1], entry));
        _entries.Add(entry);
        if (entry.Type == EntryType.Configuration)
        {
            _configurations.Add((entry.Index, entry.Payload.ToArray()));
        }
    }
}
