namespace Raft.Core.Tests.Simulation;

/// <summary>A message on its way.</summary>
internal abstract class Envelope(int from, int to)
{
    public int From => from;

    public int To => to;

    public abstract void DeliverTo(RaftServer server);
}

internal sealed class VoteRequestEnvelope(int from, int to, VoteRequest message) : Envelope(from, to)
{
    public VoteRequest Message => message;

    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() => message.IsPreVote
        ? $"PreVote term={message.Term} last={message.LastEntry}"
        : $"RequestVote term={message.Term} last={message.LastEntry}{(message.IsTransfer ? " transfer" : "")}";
}

internal sealed class VoteReplyEnvelope(int from, int to, VoteReply message) : Envelope(from, to)
{
    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() =>
        $"{(message.IsPreVote ? "PreVoteReply" : "VoteReply")} term={message.Term} {(message.Granted ? "granted" : "denied")}";
}

internal sealed class AppendRequestEnvelope(int from, int to, AppendRequest message) : Envelope(from, to)
{
    public AppendRequest Message => message;

    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() =>
        $"AppendEntries term={message.Term} prev={message.Previous} entries={message.Entries.Length} commit={message.Committed}";
}

internal sealed class AppendReplyEnvelope(int from, int to, AppendReply message) : Envelope(from, to)
{
    public AppendReply Message => message;

    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() => message.Success
        ? $"AppendReply term={message.Term} match={message.Match}"
        : $"AppendReply term={message.Term} refused={message.Match} hint={message.Hint}";
}

internal sealed class SnapshotRequestEnvelope(int from, int to, SnapshotRequest message) : Envelope(from, to)
{
    public SnapshotRequest Message => message;

    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() =>
        $"InstallSnapshot term={message.Term} snapshot={message.Snapshot.Last} bytes={message.Offset}+{message.Chunk.Length}/{message.Snapshot.Size}";
}

internal sealed class SnapshotReplyEnvelope(int from, int to, SnapshotReply message) : Envelope(from, to)
{
    public SnapshotReply Message => message;

    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() =>
        $"SnapshotReply term={message.Term} snapshot={message.Snapshot.Last} received={message.Received}{(message.Installed ? " installed" : "")}";
}

internal sealed class TimeoutNowEnvelope(int from, int to, TimeoutNow message) : Envelope(from, to)
{
    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() => $"TimeoutNow term={message.Term}";
}

internal sealed class ReadIndexRequestEnvelope(int from, int to, ReadIndexRequest message) : Envelope(from, to)
{
    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() => $"ReadIndex term={message.Term} id={message.ReadId}";
}

internal sealed class ReadIndexReplyEnvelope(int from, int to, ReadIndexReply message) : Envelope(from, to)
{
    public override void DeliverTo(RaftServer server) => server.Receive(From, message);

    public override string ToString() => $"ReadIndexReply term={message.Term} id={message.ReadId} index={message.Index}";
}
