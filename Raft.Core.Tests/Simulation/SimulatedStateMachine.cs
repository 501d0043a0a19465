using Raft.Core.Tests.Checkers;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// A state machine that runs behind: what the server hands over (entries, released reads, a snapshot to install) waits in
/// one ordered queue. Its state is a digest of everything applied, so any difference shows at once.
/// </summary>
internal sealed class SimulatedStateMachine(SimulatedNode node, SimulatedCluster cluster)
{
    private readonly Queue<Item> _queue = new();
    private ClusterConfiguration _configuration = ClusterConfiguration.Empty;
    private ulong _digest;
    private long _handed;
    private bool _installing;
    private long _snapshotBegun;
    private long _time;
    private SnapshotId _receiving;
    private List<byte> _received = [];

    /// <summary>The last entry the state includes.</summary>
    public EntryId Applied { get; private set; }

    public bool HasWork => _queue.Count > 0;

    /// <summary>Whether a snapshot waits to be installed.</summary>
    public bool IsInstalling => _installing;

    /// <summary>The last index the server handed over.</summary>
    public long Handed => _handed;

    public void Load(SnapshotFile snapshot)
    {
        Applied = snapshot.Last;
        _configuration = snapshot.About.Configuration;
        _time = snapshot.About.Time;
        _digest = snapshot == SnapshotFile.None ? 0 : SnapshotImage.Digest(snapshot.Bytes);
        _handed = _snapshotBegun = snapshot.Last.Index;
    }

    public void Hand(in LogEntry entry)
    {
        Rule.Holds(!_installing, $"n{node.Id} applies {entry.Id} while it installs a snapshot");
        Rule.Holds(entry.Index == _handed + 1, $"n{node.Id} applies {entry.Id} after index {_handed}");
        _handed = entry.Index;
        _queue.Enqueue(new Item(entry, null, null));
    }

    public void HandReads(long readId) => _queue.Enqueue(new Item(default, cluster.Clients.Release(node, readId), null));

    public void HandSnapshot(RaftSnapshot snapshot)
    {
        EntryId last = snapshot.Id.Last;
        Rule.Holds(
            snapshot.Id == _receiving && snapshot.Id.Size == _received.Count,
            $"n{node.Id} installs {snapshot.Id} but received {_received.Count} bytes of {_receiving}");
        Rule.Holds(last.Index > _handed, $"n{node.Id} installs {last} although index {_handed} was applied");
        _queue.Enqueue(new Item(default, null, new SnapshotFile(snapshot, [.. _received])));
        _installing = true;
    }

    public void Store(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk)
    {
        if (offset == 0)
        {
            (_receiving, _received) = (snapshot, []);
        }

        Rule.Holds(
            snapshot == _receiving && offset == _received.Count,
            $"n{node.Id} stores a chunk of {snapshot} at {offset}, holds {_received.Count} bytes of {_receiving}");
        _received.AddRange(chunk.Span);
    }

    /// <summary>Handles up to <paramref name="items"/> of what was handed over and tells the server how far it is.</summary>
    public void Work(int items)
    {
        long before = Applied.Index;
        while (items-- > 0 && _queue.TryDequeue(out Item item))
        {
            if (item.Reads is not null)
            {
                cluster.Clients.Answer(node, item.Reads, Applied.Index);
            }
            else if (item.Snapshot is not null)
            {
                if (Applied.Index > before)
                {
                    node.Server!.EntriesApplied(Applied.Index);
                }

                Install(item.Snapshot);
                return;
            }
            else
            {
                Apply(item.Entry);
            }
        }

        if (Applied.Index > before)
        {
            node.Server!.EntriesApplied(Applied.Index);
            SnapshotWhenDue();
        }
    }

    /// <summary>Writes a snapshot of what is applied, durable after a while.</summary>
    public void TakeSnapshot()
    {
        if (Applied.Index <= node.Disk.Snapshot.Last.Index)
        {
            return;
        }

        _snapshotBegun = Applied.Index;
        byte[] bytes = SnapshotImage.Encode(Applied, _digest, cluster.Settings.SnapshotsDiffer == 0 ? 0 : node.Id);
        SnapshotFile file = new(new RaftSnapshot(SnapshotImage.Name(Applied, bytes), _time, _configuration), bytes);
        cluster.After(cluster.Settings.SnapshotTime, new SnapshotEnd(node, cluster, file));
    }

    private void SnapshotWhenDue()
    {
        if (cluster.Settings.SnapshotEvery > 0 && Applied.Index - _snapshotBegun >= cluster.Settings.SnapshotEvery)
        {
            TakeSnapshot();
        }
    }

    private void Apply(in LogEntry entry)
    {
        cluster.Checks.Ledger.Applying(node, entry);
        (Applied, _time) = (entry.Id, entry.Time);
        _digest = SnapshotImage.Next(_digest, entry);
        if (entry.Type == EntryType.Configuration)
        {
            _configuration = ClusterConfiguration.Decode(entry.Payload.Span);
        }

        cluster.Trace?.Note(node.Id, $"applies {entry.Id} {entry.Type}");
        cluster.Clients.Applied(node, entry);
    }

    private void Install(SnapshotFile snapshot)
    {
        _installing = false;
        if (node.TakeDamage())
        {
            node.Server!.SnapshotRejected(snapshot.About.Id);
            return;
        }

        cluster.Checks.Ledger.Installing(node, snapshot);
        node.MayCrash();
        node.Disk.Snapshot = snapshot;
        node.MayCrash();
        Load(snapshot);
        cluster.Trace?.Note(node.Id, $"installs snapshot {snapshot.Last}");
        cluster.Clients.Installed(node);
        node.Server!.SnapshotInstalled(snapshot.About.Id);
    }

    private readonly record struct Item(LogEntry Entry, IReadOnlyList<PendingRead>? Reads, SnapshotFile? Snapshot);

    private sealed class SnapshotEnd(SimulatedNode node, SimulatedCluster cluster, SnapshotFile file) : Happening
    {
        private readonly int _incarnation = node.Incarnation;

        public override void Happen()
        {
            if (_incarnation != node.Incarnation || !node.IsUp || file.Last.Index <= node.Disk.Snapshot.Last.Index)
            {
                return;
            }

            if (node.IsPaused)
            {
                cluster.After(cluster.Settings.Tick, this);
                return;
            }

            node.Disk.Snapshot = file;
            cluster.Trace?.Note(node.Id, $"has snapshot {file.Last}");
            node.Drive(static (server, f) => server.SnapshotTaken(f.About.Id), file);
        }
    }
}
