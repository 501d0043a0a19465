using BenchmarkDotNet.Attributes;
using Raft.Core;

namespace Benchmarks;

/// <summary>A follower's side alone: an AppendEntries message, its sync, the answer, and the entries applied.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class FollowerAppend : IRaftCallbacks
{
    private const int Operations = 1000;

    private readonly MemoryLog _log = new();
    private LogEntry[] _entries = [];
    private RaftServer _server = null!;
    private EntryId _applied;
    private long _acknowledged;

    /// <summary>Entries in a message.</summary>
    [Params(1, 100)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Start()
    {
        ClusterConfiguration members = ClusterConfiguration.Empty;
        for (int id = 1; id <= 3; id++)
        {
            members = members.With(new Member(id, IsVoter: true, "", id));
        }

        _log.Append(new LogEntry(new EntryId(1, 1), EntryType.Configuration, 0, members.Encode()));
        _server = new RaftServer(1, new RaftOptions { KeptEntries = 0 }, _log, this, new Random(1), new RaftRestart(1, 1, 0, null));
        _entries = new LogEntry[Batch];
    }

    [Benchmark(Description = "follower append", OperationsPerInvoke = Operations)]
    public long Append()
    {
        for (int i = 0; i < Operations; i += Batch)
        {
            EntryId last = _log.Last;
            for (int k = 0; k < Batch; k++)
            {
                _entries[k] = new LogEntry(new EntryId(1, last.Index + 1 + k), EntryType.Application, 0, default);
            }

            _server.Receive(2, new AppendRequest(1, 2, last, last.Index, 0, _entries));
            _server.LogSynced(_log.Last);
            _server.EntriesApplied(_applied.Index);
        }

        if (_log.Last.Index - _log.Base.Index > 1 << 16)
        {
            _server.SnapshotTaken(new SnapshotId(_applied, 1, 0));
        }

        return _acknowledged;
    }

    public void Send(int to, in AppendReply message) => _acknowledged = message.Match;

    public void Apply(in LogEntry entry) => _applied = entry.Id;

    public void PersistTermAndVote(long term, int votedFor)
    {
    }

    public void StateChanged(in RaftChange change)
    {
    }

    public void ConfigurationChanged(ClusterConfiguration configuration)
    {
    }

    public void ReadReady(long readId)
    {
    }

    public void ReadsFailed()
    {
    }

    public void Send(int to, in VoteRequest message) => throw new NotSupportedException();

    public void Send(int to, in VoteReply message) => throw new NotSupportedException();

    public void Send(int to, in AppendRequest message) => throw new NotSupportedException();

    public void Send(int to, in SnapshotRequest message) => throw new NotSupportedException();

    public void Send(int to, in SnapshotReply message) => throw new NotSupportedException();

    public void Send(int to, in TimeoutNow message) => throw new NotSupportedException();

    public void Send(int to, in ReadIndexRequest message) => throw new NotSupportedException();

    public void Send(int to, in ReadIndexReply message) => throw new NotSupportedException();

    public ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes) => default;

    public void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk) => throw new NotSupportedException();

    public void InstallSnapshot(RaftSnapshot snapshot) => throw new NotSupportedException();
}
