namespace Raft.Core.Tests.Simulation;

/// <summary>A snapshot file: its bytes, and beside them what Raft must know of it.</summary>
internal sealed record SnapshotFile(RaftSnapshot About, byte[] Bytes)
{
    public static SnapshotFile None { get; } = new(new RaftSnapshot(default, 0, ClusterConfiguration.Empty), []);

    public EntryId Last => About.Id.Last;
}

/// <summary>
/// What one node's disk holds. Changes to the log gather in a journal and become durable in order when a sync ends; a
/// crash keeps some prefix of the journal, as a log of checksummed records does. Term and vote and snapshots are durable
/// when the call that writes them returns.
/// </summary>
internal sealed class SimulatedDisk(long storeId)
{
    private readonly Queue<Change> _journal = new();
    private long _written;
    private long _durable;

    /// <summary>Drawn when the disk was made; a wiped disk is another disk.</summary>
    public long StoreId => storeId;

    public long Term { get; private set; }

    public int VotedFor { get; private set; }

    public SnapshotFile Snapshot { get; set; } = SnapshotFile.None;

    /// <summary>The log that would be found after a crash that loses all unsynced writes.</summary>
    public LogContents DurableLog { get; } = new();

    /// <summary>How many changes were written so far: what a sync that begins now will make durable.</summary>
    public long Written => _written;

    public bool HasUnsynced => _journal.Count > 0;

    public int Unsynced => _journal.Count;

    public void PersistTermAndVote(long term, int votedFor) => (Term, VotedFor) = (term, votedFor);

    public void Write(in Change change)
    {
        _journal.Enqueue(change);
        _written++;
    }

    public void MakeDurable(long upTo)
    {
        while (_durable < upTo)
        {
            _journal.Dequeue().ApplyTo(DurableLog);
            _durable++;
        }
    }

    /// <summary>The first <paramref name="surviving"/> unsynced changes reached the disk, the others are gone.</summary>
    public void Crash(int surviving)
    {
        MakeDurable(_durable + Math.Min(surviving, _journal.Count));
        _journal.Clear();
        _written = _durable;
    }

    /// <summary>Whether the entry would survive a crash now, in the log or in a snapshot.</summary>
    public bool Keeps(EntryId id) => id.Index <= Snapshot.Last.Index || DurableLog.Contains(id);

    internal enum ChangeKind
    {
        Append,
        TruncateFrom,
        CompactThrough,
        ResetTo,
    }

    internal readonly record struct Change(ChangeKind Kind, LogEntry Entry, EntryId Position)
    {
        public void ApplyTo(LogContents log)
        {
            switch (Kind)
            {
                case ChangeKind.Append:
                    log.Append(Entry);
                    break;
                case ChangeKind.TruncateFrom:
                    log.TruncateFrom(Position.Index);
                    break;
                case ChangeKind.CompactThrough:
                    log.CompactThrough(Position);
                    break;
                default:
                    log.ResetTo(Position);
                    break;
            }
        }
    }
}
