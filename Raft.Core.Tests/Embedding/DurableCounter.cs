using System.Buffers.Binary;
using System.Diagnostics;
using Raft.Core;
using Raft.Storage;

namespace Embedding;

/// <summary>A counter of one node on the files of Raft.Storage: what was added is there after a restart, or after a power cut.</summary>
public sealed class DurableCounter : InProcessTransport, IDisposable
{
    private readonly DataDirectory _directory;
    private readonly MetadataFile _metadata;
    private readonly RaftLog _log;
    private readonly AutoResetEvent _wakeup = new(false);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private volatile Exception? _failure;
    private TimeSpan _seen;
    private EntryId _applied;

    public DurableCounter(string path)
        : base(id: 1, nodes: [])
    {
        _directory = DataDirectory.Open(path, new PosixDisk());
        _metadata = MetadataFile.Open(_directory);
        _log = RaftLog.Open(_directory, new RaftLogOptions { ClusterId = "counter", NodeId = Id });
        _log.Synced = () => _wakeup.Set(); // comes on the log's thread, so it only wakes the host
        _log.Failed = failure => _failure = failure; // nothing is durable from then on
        Metadata kept = _metadata.Current;
        RaftRestart restart = new(kept.StoreId, kept.Term, kept.VotedFor, Snapshot: null); // or the newest durable one, loaded
        Server = new RaftServer(Id, new RaftOptions(), _log, this, new Random(), restart);
        if (_log.Last == EntryId.None) Server.Bootstrap("here"); // a node that is to join begins empty and waits for AddMember
    }

    public RaftServer Server { get; }

    public long Value { get; private set; }

    /// <summary>Returns when the addition is on disk, committed and applied.</summary>
    public void Add(long amount)
    {
        byte[] payload = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, amount);
        EntryId id = default;
        RunUntil(() => Server.Propose(payload, out id) == ProposeResult.Accepted);
        RunUntil(() => _applied >= id);
    }

    public void RunUntil(Func<bool> done)
    {
        while (!done()) Turn();
    }

    public void Dispose()
    {
        _log.Dispose(); // writes and syncs what is left
        _metadata.Dispose();
        _directory.Dispose();
        _wakeup.Dispose();
    }

    private void Turn()
    {
        if (_failure is { } failure) throw new IOException("The counter's disk failed.", failure);
        TimeSpan now = _clock.Elapsed;
        Server.Time = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Server.Periodic(now - _seen);
        _seen = now;
        Server.Replicate();
        _log.StartSync(); // the log's thread writes and syncs what the turn appended
        _wakeup.WaitOne(TimeSpan.FromMilliseconds(10));
        Server.LogSynced(_log.Durable);
        Server.EntriesApplied(_applied.Index);
        _log.ReleaseApplied(_applied.Index); // what is applied may leave memory
    }

    public override void PersistTermAndVote(long term, int votedFor) =>
        _metadata.Save(_metadata.Current with { Term = term, VotedFor = votedFor }); // returns when it is on disk

    public override void Apply(in LogEntry entry)
    {
        if (entry.Type == EntryType.Application) Value += BinaryPrimitives.ReadInt64LittleEndian(entry.Payload.Span);
        _applied = entry.Id;
    }

    public override void ReadReady(long readId) { }

    public override void ReadsFailed() { }

    public override void StateChanged(in RaftChange change) { }

    public override void ConfigurationChanged(ClusterConfiguration configuration) { }

    public override ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes) => default;

    public override void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk) => throw new NotSupportedException("One node receives none.");

    public override void InstallSnapshot(RaftSnapshot snapshot) => throw new NotSupportedException("One node receives none.");
}
