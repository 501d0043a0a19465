using System.Buffers.Binary;
using Raft.Core;

namespace Embedding;

/// <summary>One node of a replicated counter: the host of a RaftServer, and the state machine.</summary>
public sealed class CounterNode : InProcessTransport
{
    private static readonly RaftOptions Options = new() { ElectionTimeout = TimeSpan.FromMilliseconds(200), HeartbeatInterval = TimeSpan.FromMilliseconds(40) };

    private readonly MemoryLog _log = new();
    private readonly PendingProposals<Action<ProposalFate>> _proposals = new();
    private readonly Queue<(long ReadId, Action<long?> Answer)> _reads = new();
    private EntryId _applied;
    private long _readId;
    private byte[] _snapshot = [];
    private RaftSnapshot? _arrived;

    public CounterNode(int id, Dictionary<int, InProcessTransport> nodes)
        : base(id, nodes) =>
        Server = new RaftServer(id, Options, _log, this, new Random(id), new RaftRestart(StoreId: id, Term: 0, VotedFor: 0, Snapshot: null));

    public RaftServer Server { get; }

    public long Value { get; private set; }

    /// <summary>Adds to the counter; the answer comes when the fate of the addition is known.</summary>
    public ProposeResult Add(long amount, Action<ProposalFate> answer)
    {
        byte[] payload = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, amount);
        ProposeResult result = Server.Propose(payload, out EntryId id);
        if (result == ProposeResult.Accepted) _proposals.Add(id, answer);
        return result;
    }

    /// <summary>Reads the counter, linearizably and on any node; null when no leader is known.</summary>
    public void Read(Action<long?> answer)
    {
        _reads.Enqueue((++_readId, answer));
        if (!Server.RequestRead(_readId)) ReadsFailed();
    }

    /// <summary>One turn of the host: time, messages, and at the end one Replicate for all that was proposed and read.</summary>
    public void Turn(TimeSpan elapsed, long unixMilliseconds)
    {
        Server.Time = unixMilliseconds;
        Server.Periodic(elapsed);
        DeliverTo(Server);
        Server.Replicate();
        if (_log.Last.Index > _log.Base.Index) Server.LogSynced(_log.Last); // a real log reports this when fsync returned
        if (_arrived is { } snapshot) Install(snapshot);
        Server.EntriesApplied(_applied.Index);
    }

    /// <summary>Eight bytes are the whole state. A large one is written in the background.</summary>
    public void TakeSnapshot()
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Value);
        _snapshot = bytes;
        Server.SnapshotTaken(new SnapshotId(_applied, bytes.Length, (ulong)Value));
    }

    private void Install(RaftSnapshot snapshot)
    {
        _arrived = null;
        Value = BinaryPrimitives.ReadInt64LittleEndian(_snapshot);
        _applied = snapshot.Id.Last;
        Settle(_applied);
        Server.SnapshotInstalled(snapshot.Id);
    }

    private void Settle(EntryId applied)
    {
        while (_proposals.TryResolve(applied, out Action<ProposalFate> answer, out ProposalFate fate)) answer(fate);
    }

    // Callbacks only note: none calls the server.

    public override void Apply(in LogEntry entry)
    {
        if (entry.Type == EntryType.Application) Value += BinaryPrimitives.ReadInt64LittleEndian(entry.Payload.Span);
        _applied = entry.Id;
        Settle(entry.Id);
    }

    public override void ReadReady(long readId)
    {
        while (_reads.TryPeek(out (long ReadId, Action<long?> Answer) read) && read.ReadId <= readId) _reads.Dequeue().Answer(Value);
    }

    public override void ReadsFailed()
    {
        while (_reads.TryDequeue(out (long ReadId, Action<long?> Answer) read)) read.Answer(null);
    }

    public override void PersistTermAndVote(long term, int votedFor) { } // a real host returns when both are on disk

    public override void StateChanged(in RaftChange change) { }

    public override void ConfigurationChanged(ClusterConfiguration configuration) { } // a real host connects to the members

    public override ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes) =>
        Server.Status().Snapshot == snapshot ? _snapshot.AsMemory((int)offset, (int)Math.Min(maxBytes, _snapshot.Length - offset)) : default;

    public override void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk) =>
        _snapshot = [.. _snapshot.AsSpan(0, (int)offset), .. chunk.Span];

    public override void InstallSnapshot(RaftSnapshot snapshot) => _arrived = snapshot;
}
