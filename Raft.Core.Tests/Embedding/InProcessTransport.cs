using Raft.Core;

namespace Embedding;

/// <summary>Carries messages between nodes of one process. What a message refers to is valid only during the call: it is copied.</summary>
public abstract class InProcessTransport(int id, Dictionary<int, InProcessTransport> nodes) : IRaftCallbacks
{
    private readonly Queue<Action<RaftServer>> _inbox = new();

    public int Id => id;

    public void DeliverTo(RaftServer server)
    {
        while (_inbox.TryDequeue(out Action<RaftServer>? deliver)) deliver(server);
    }

    public void Send(int to, in VoteRequest message) { VoteRequest m = message; Post(to, server => server.Receive(Id, m)); }

    public void Send(int to, in VoteReply message) { VoteReply m = message; Post(to, server => server.Receive(Id, m)); }

    public void Send(int to, in AppendRequest message)
    {
        AppendRequest m = message with { Entries = message.Entries.ToArray() };
        Post(to, server => server.Receive(Id, m));
    }

    public void Send(int to, in AppendReply message) { AppendReply m = message; Post(to, server => server.Receive(Id, m)); }

    public void Send(int to, in SnapshotRequest message)
    {
        SnapshotRequest m = message with { Configuration = message.Configuration.ToArray(), Chunk = message.Chunk.ToArray() };
        Post(to, server => server.Receive(Id, m));
    }

    public void Send(int to, in SnapshotReply message) { SnapshotReply m = message; Post(to, server => server.Receive(Id, m)); }

    public void Send(int to, in TimeoutNow message) { TimeoutNow m = message; Post(to, server => server.Receive(Id, m)); }

    public void Send(int to, in ReadIndexRequest message) { ReadIndexRequest m = message; Post(to, server => server.Receive(Id, m)); }

    public void Send(int to, in ReadIndexReply message) { ReadIndexReply m = message; Post(to, server => server.Receive(Id, m)); }

    public abstract void PersistTermAndVote(long term, int votedFor);

    public abstract void Apply(in LogEntry entry);

    public abstract void ReadReady(long readId);

    public abstract void ReadsFailed();

    public abstract void StateChanged(in RaftChange change);

    public abstract void ConfigurationChanged(ClusterConfiguration configuration);

    public abstract ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes);

    public abstract void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk);

    public abstract void InstallSnapshot(RaftSnapshot snapshot);

    private void Post(int to, Action<RaftServer> deliver) => nodes[to]._inbox.Enqueue(deliver);
}
