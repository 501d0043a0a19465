namespace Raft.Core.Tests.Simulation;

/// <summary>One server of a cluster of three whose messages a test writes and reads itself. Its disk is instant unless told otherwise.</summary>
internal sealed class LoneServer : IRaftCallbacks, IRaftLog
{
    private readonly LogContents _log = new();

    /// <param name="terms">Terms of the entries after the first, the configuration of nodes 1, 2 and 3.</param>
    public LoneServer(long term, int votedFor, params ReadOnlySpan<long> terms)
    {
        ClusterConfiguration members = ClusterConfiguration.Empty;
        for (int id = 1; id <= 3; id++)
        {
            members = members.With(new Member(id, true, "", id));
        }

        _log.Append(new LogEntry(new EntryId(1, 1), EntryType.Configuration, 0, members.Encode()));
        foreach (long each in terms)
        {
            _log.Append(Entry(each, _log.Last.Index + 1));
        }

        (PersistedTerm, PersistedVote) = (term, votedFor);
        Server = new RaftServer(1, new RaftOptions(), this, this, new Random(1), new RaftRestart(1, term, votedFor, null));
    }

    public RaftServer Server { get; }

    public List<object> Sent { get; } = [];

    public List<EntryId> AppliedEntries { get; } = [];

    /// <summary>The newest read that was released.</summary>
    public long ReadsReady { get; private set; }

    /// <summary>The last node that was asked to campaign.</summary>
    public int HandedOverTo { get; private set; }

    /// <summary>What the host does inside a callback.</summary>
    public Action? InStateChanged { get; set; }

    public long PersistedTerm { get; private set; }

    public int PersistedVote { get; private set; }

    public EntryId Base => _log.Base;

    public EntryId Last => _log.Last;

    public IEnumerable<long> Terms => Enumerable.Range(1, (int)_log.Last.Index).Select(i => _log.TermAt(i));

    public static LogEntry Entry(long term, long index) => new(new EntryId(term, index), EntryType.Application, 0, default);

    /// <summary>The only message sent since the last look.</summary>
    public T TakeReply<T>()
    {
        T reply = (T)Sent.Single();
        Sent.Clear();
        return reply;
    }

    public IReadOnlyList<T> Take<T>()
    {
        T[] taken = [.. Sent.OfType<T>()];
        Sent.Clear();
        return taken;
    }

    /// <summary>A message of the leader, node 2, and the sync that follows it.</summary>
    public void Append(long term, EntryId previous, long committed, params LogEntry[] entries)
    {
        Server.Receive(2, new AppendRequest(term, 2, previous, committed, 0, entries));
        Sync();
    }

    public void Sync() => Server.LogSynced(_log.Last);

    /// <summary>Lets election timeouts pass until the server asks for votes, and grants it node 2's pre-vote.</summary>
    public void BecomeCandidate()
    {
        PassElectionTimeout();
        Server.Receive(2, new VoteReply(Server.Term + 1, IsPreVote: true, Granted: true, 2));
    }

    public void BecomeLeader()
    {
        BecomeCandidate();
        Server.Receive(2, new VoteReply(Server.Term, IsPreVote: false, Granted: true, 2));
    }

    public void PassElectionTimeout() => Server.Periodic(2 * Server.Options.ElectionTimeout);

    public void PersistTermAndVote(long term, int votedFor) => (PersistedTerm, PersistedVote) = (term, votedFor);

    public void Send(int to, in VoteRequest message) => Sent.Add(message);

    public void Send(int to, in VoteReply message) => Sent.Add(message);

    public void Send(int to, in AppendRequest message) => Sent.Add(message with { Entries = message.Entries.ToArray() });

    public void Send(int to, in AppendReply message) => Sent.Add(message);

    public void Send(int to, in SnapshotRequest message) => Sent.Add(message);

    public void Send(int to, in SnapshotReply message) => Sent.Add(message);

    public void Send(int to, in TimeoutNow message)
    {
        Sent.Add(message);
        HandedOverTo = to;
    }

    public void Send(int to, in ReadIndexRequest message) => Sent.Add(message);

    public void Send(int to, in ReadIndexReply message) => Sent.Add(message);

    public void Apply(in LogEntry entry) => AppliedEntries.Add(entry.Id);

    public void ReadReady(long readId) => ReadsReady = readId;

    public void ReadsFailed()
    {
    }

    public void StateChanged(in RaftChange change) => InStateChanged?.Invoke();

    public void ConfigurationChanged(ClusterConfiguration configuration)
    {
    }

    public ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes) => new byte[Math.Min(maxBytes, snapshot.Size - offset)];

    public void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk)
    {
    }

    public void InstallSnapshot(RaftSnapshot snapshot) => Installing = snapshot;

    public RaftSnapshot? Installing { get; private set; }

    public long TermAt(long index) => _log.TermAt(index);

    public ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes)
    {
        int count = 1;
        long bytes = _log.At(first).Payload.Length;
        while (count < maxCount && first + count <= Last.Index && (bytes += _log.At(first + count).Payload.Length) <= maxBytes)
        {
            count++;
        }

        return _log.Slice(first, count);
    }

    void IRaftLog.Append(in LogEntry entry) => _log.Append(entry);

    public void TruncateFrom(long index) => _log.TruncateFrom(index);

    public void CompactThrough(EntryId through) => _log.CompactThrough(through);

    public void ResetTo(EntryId snapshot) => _log.ResetTo(snapshot);
}
