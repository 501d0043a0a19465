using Raft.Core.Tests.Checkers;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// What the server says to its host. Messages are checked against the disk before they leave; every call is a moment at
/// which the process may die.
/// </summary>
internal sealed class NodeCallbacks(SimulatedNode node, SimulatedCluster cluster) : IRaftCallbacks
{
    private MessageRules Messages => cluster.Checks.Messages;

    public void PersistTermAndVote(long term, int votedFor)
    {
        node.MayCrash();
        cluster.Checks.Votes.Persisting(node, term, votedFor);
        node.Disk.PersistTermAndVote(term, votedFor);
        node.MayCrash();
    }

    public void Send(int to, in VoteRequest message)
    {
        node.MayCrash();
        Messages.Check(node, message);
        cluster.Network.Send(new VoteRequestEnvelope(node.Id, to, message));
    }

    public void Send(int to, in VoteReply message)
    {
        node.MayCrash();
        Messages.Check(node, to, message);
        cluster.Network.Send(new VoteReplyEnvelope(node.Id, to, message));
    }

    public void Send(int to, in AppendRequest message)
    {
        node.MayCrash();
        Messages.Check(node, to, message);
        cluster.Network.Send(new AppendRequestEnvelope(node.Id, to, message with { Entries = message.Entries.ToArray() }));
    }

    public void Send(int to, in AppendReply message)
    {
        node.MayCrash();
        Messages.Check(node, message);
        cluster.Network.Send(new AppendReplyEnvelope(node.Id, to, message));
    }

    public void Send(int to, in SnapshotRequest message)
    {
        node.MayCrash();
        Messages.Check(node, message);
        SnapshotRequest copy = message with { Chunk = message.Chunk.ToArray(), Configuration = message.Configuration.ToArray() };
        cluster.Network.Send(new SnapshotRequestEnvelope(node.Id, to, copy));
    }

    public void Send(int to, in SnapshotReply message)
    {
        node.MayCrash();
        Messages.Check(node, message);
        cluster.Network.Send(new SnapshotReplyEnvelope(node.Id, to, message));
    }

    public void Send(int to, in TimeoutNow message)
    {
        node.MayCrash();
        Messages.Check(node, to, message);
        cluster.Network.Send(new TimeoutNowEnvelope(node.Id, to, message));
    }

    public void Send(int to, in ReadIndexRequest message)
    {
        node.MayCrash();
        Messages.Check(node, message.Term);
        cluster.Network.Send(new ReadIndexRequestEnvelope(node.Id, to, message));
    }

    public void Send(int to, in ReadIndexReply message)
    {
        node.MayCrash();
        Messages.Check(node, message.Term);
        cluster.Network.Send(new ReadIndexReplyEnvelope(node.Id, to, message));
    }

    public void Apply(in LogEntry entry)
    {
        node.MayCrash();
        node.Machine.Hand(entry);
    }

    public void ReadReady(long readId) => node.Machine.HandReads(readId);

    public void ReadsFailed() => cluster.Clients.ReadsFailed(node);

    public void StateChanged(in RaftChange change)
    {
        cluster.Trace?.Note(node.Id, $"is {change.Role} in term {change.Term}, leader {change.Leader}: {change.Reason}");
        Rule.Holds(
            node.Server is null || change.Role == node.Server.Role && change.Term == node.Server.Term && change.Leader == node.Server.Leader,
            $"n{node.Id} announces {change} with another state in place");
        cluster.Clients.StateChanged(node, change);
    }

    public void ConfigurationChanged(ClusterConfiguration configuration) =>
        cluster.Trace?.Note(node.Id, $"has members {string.Join(' ', configuration.Members.Select(m => m.IsVoter ? $"{m.Id}" : $"({m.Id})"))}");

    public ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes)
    {
        SnapshotFile file = node.Disk.Snapshot;
        return file.About.Id == snapshot && offset < file.Bytes.Length
            ? file.Bytes.AsMemory((int)offset, (int)Math.Min(maxBytes, file.Bytes.Length - offset))
            : default;
    }

    public void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk)
    {
        node.MayCrash();
        node.Machine.Store(snapshot, offset, chunk);
    }

    public void InstallSnapshot(RaftSnapshot snapshot)
    {
        node.MayCrash();
        node.Machine.HandSnapshot(snapshot);
    }
}
