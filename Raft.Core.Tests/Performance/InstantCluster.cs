namespace Raft.Core.Tests.Performance;

/// <summary>
/// A cluster in memory whose messages arrive and whose disks sync at once, so that nothing but Raft itself is measured.
/// It allocates nothing once it has grown to its load. Shared with the benchmarks.
/// </summary>
public sealed class InstantCluster
{
    private const int MostEntries = 1 << 16;

    private readonly Node[] _nodes;
    private readonly byte[] _payload;
    private long _readId;

    /// <summary>Elects the first of some voters.</summary>
    public InstantCluster(int voters, int payload)
    {
        _payload = new byte[payload];
        ClusterConfiguration configuration = ClusterConfiguration.Empty;
        for (int id = 1; id <= voters; id++)
        {
            configuration = configuration.With(new Member(id, IsVoter: true, "", id));
        }

        LogEntry first = new(new EntryId(1, 1), EntryType.Configuration, 0, configuration.Encode());
        _nodes = [.. Enumerable.Range(1, voters).Select(id => new Node(this, id, first))];
        Leader.Campaign();
        Settle();
        Commit(1);
    }

    public RaftServer Leader => _nodes[0].Server;

    /// <summary>Entries that the leader applied.</summary>
    public long Applied => _nodes[0].Applied.Index;

    /// <summary>The newest read that was answered.</summary>
    public long ReadsAnswered => _nodes[0].ReadsAnswered;

    /// <summary>Proposes entries as one batch and waits until they are committed and applied.</summary>
    public void Commit(int entries)
    {
        for (int i = 0; i < entries; i++)
        {
            Leader.Propose(_payload, out _);
        }

        Leader.Replicate();
        Settle();
    }

    /// <summary>Begins some reads as one batch and waits until they are confirmed.</summary>
    public void Read(int reads)
    {
        for (int i = 0; i < reads; i++)
        {
            Leader.RequestRead(++_readId);
        }

        Leader.Replicate();
        Settle();
    }

    /// <summary>Forgets the log when it has become long.</summary>
    public void Tidy()
    {
        foreach (Node node in _nodes)
        {
            node.CompactWhenLong();
        }
    }

    private void Settle()
    {
        bool moved;
        do
        {
            moved = false;
            foreach (Node node in _nodes)
            {
                moved |= node.Work();
            }
        }
        while (moved);
    }

    private sealed class Node : IRaftCallbacks
    {
        private static readonly RaftOptions Options = new() { KeptEntries = 0 };

        private readonly InstantCluster _cluster;
        private readonly MemoryLog _log = new();
        private readonly Queue<(int From, AppendReply Reply)> _replies = new();
        private readonly Queue<(int From, VoteReply Reply)> _votes = new();
        private long _reported = 1;

        public Node(InstantCluster cluster, int id, in LogEntry first)
        {
            _cluster = cluster;
            _log.Append(first);
            Server = new RaftServer(id, Options, _log, this, new Random(id), new RaftRestart(id, 1, 0, null));
        }

        public RaftServer Server { get; }

        public EntryId Applied { get; private set; }

        public long ReadsAnswered { get; private set; }

        /// <summary>Does what a host does between inputs. Whether there was anything to do.</summary>
        public bool Work()
        {
            bool moved = false;
            if (_log.Last.Index > Server.Cursors.Synced)
            {
                Server.LogSynced(_log.Last);
                moved = true;
            }

            while (_votes.TryDequeue(out (int From, VoteReply Reply) vote))
            {
                Server.Receive(vote.From, vote.Reply);
                moved = true;
            }

            while (_replies.TryDequeue(out (int From, AppendReply Reply) answer))
            {
                Server.Receive(answer.From, answer.Reply);
                moved = true;
            }

            if (Applied.Index > _reported)
            {
                _reported = Applied.Index;
                Server.EntriesApplied(_reported);
                moved = true;
            }

            return moved;
        }

        public void CompactWhenLong()
        {
            if (_log.Last.Index - _log.Base.Index > MostEntries)
            {
                Server.SnapshotTaken(new SnapshotId(Applied, 1, 0));
            }
        }

        // A request is handled by its receiver during the call, as the payload it refers to is valid then; answers wait.
        public void Send(int to, in VoteRequest message) => _cluster._nodes[to - 1].Server.Receive(Server.NodeId, message);

        public void Send(int to, in VoteReply message) => _cluster._nodes[to - 1]._votes.Enqueue((Server.NodeId, message));

        public void Send(int to, in AppendRequest message) => _cluster._nodes[to - 1].Server.Receive(Server.NodeId, message);

        public void Send(int to, in AppendReply message) => _cluster._nodes[to - 1]._replies.Enqueue((Server.NodeId, message));

        public void Send(int to, in SnapshotRequest message) => throw new NotSupportedException();

        public void Send(int to, in SnapshotReply message) => throw new NotSupportedException();

        public void Send(int to, in TimeoutNow message) => throw new NotSupportedException();

        public void Send(int to, in ReadIndexRequest message) => throw new NotSupportedException();

        public void Send(int to, in ReadIndexReply message) => throw new NotSupportedException();

        public void PersistTermAndVote(long term, int votedFor)
        {
        }

        public void Apply(in LogEntry entry) => Applied = entry.Id;

        public void ReadReady(long readId) => ReadsAnswered = readId;

        public void ReadsFailed()
        {
        }

        public void StateChanged(in RaftChange change)
        {
        }

        public void ConfigurationChanged(ClusterConfiguration configuration)
        {
        }

        public ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes) => default;

        public void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk) => throw new NotSupportedException();

        public void InstallSnapshot(RaftSnapshot snapshot) => throw new NotSupportedException();
    }
}
