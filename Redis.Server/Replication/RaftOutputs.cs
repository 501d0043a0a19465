using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Peers;

namespace Redis.Server.Replication;

/// <summary>An input to Raft that may make an entry.</summary>
internal delegate ProposeResult EntryProposal(RaftServer server, out EntryId id);

/// <summary>
/// What Raft asks for during a step, turned into frames for peers, work for the application and writes to the metadata
/// file. Under the consensus lock throughout.
/// </summary>
internal sealed class RaftOutputs(Application application, PeerMesh mesh, RaftTracing tracing, ILogger logger) : IRaftCallbacks
{
    private MetadataFile? _metadata;
    private SnapshotStore? _snapshots;
    private int _nodeId;
    private volatile StateBox _state = new(new RaftChange(RaftRole.Follower, 0, 0, "not a member"));

    public ConsensusCounters Counters { get; } = new();

    /// <summary>Entries proposed here whose fate is not known.</summary>
    public PendingEntries Pending { get; } = new();

    /// <summary>Reads that wait for confirmation: number, whose, and the stream's last request then.</summary>
    public Queue<(long ReadId, RequestStream Stream, long Number)> Reads { get; } = new();

    /// <summary>The server that calls; set right after it was made.</summary>
    public RaftServer? Server { get; set; }

    /// <summary>Role, term and leader as of the last change. Any thread.</summary>
    public RaftChange State => _state.Change;

    public event Action<RaftChange>? Changed;

    /// <summary>Makes a received snapshot the state. Application's turn.</summary>
    public Action<SnapshotId> Install { get; set; } = _ => { };

    public void Begin(MetadataFile metadata, SnapshotStore snapshots, int nodeId)
    {
        _snapshots = snapshots;
        _metadata = metadata;
        _nodeId = nodeId;
    }

    public void PersistTermAndVote(long term, int votedFor)
    {
        tracing.Write(RaftTrace.RaftLog, $"term {term} and a vote for node {votedFor} go to the disk");
        _metadata!.Save(_metadata.Current with { Term = term, VotedFor = votedFor });
    }

    public void Send(int to, in VoteRequest message)
    {
        if (QueueTo(to, PeerFrame.VoteRequest) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in VoteReply message)
    {
        if (QueueTo(to, PeerFrame.VoteReply) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in AppendRequest message)
    {
        Counters.Appends += message.Entries.IsEmpty ? 0 : 1;
        Counters.AppendedEntries += message.Entries.Length;
        if (QueueTo(to, PeerFrame.AppendRequest) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in AppendReply message)
    {
        if (QueueTo(to, PeerFrame.AppendReply) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in SnapshotRequest message)
    {
        if (QueueTo(to, PeerFrame.SnapshotRequest) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in SnapshotReply message)
    {
        if (QueueTo(to, PeerFrame.SnapshotReply) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in TimeoutNow message)
    {
        if (QueueTo(to, PeerFrame.TimeoutNow) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in ReadIndexRequest message)
    {
        if (QueueTo(to, PeerFrame.ReadIndexRequest) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Send(int to, in ReadIndexReply message)
    {
        if (QueueTo(to, PeerFrame.ReadIndexReply) is { } queue)
        {
            PeerCodec.Write(queue, message);
        }
    }

    public void Apply(in LogEntry entry)
    {
        RequestStream? proposer = null;
        Action? then = null;
        while (Pending.TryTake(entry.Index, out PendingEntry pending))
        {
            if (pending.Id == entry.Id)
            {
                proposer = pending.Stream;
                then = pending.Done is { } done ? WhenApplied(done) : null;
            }
            else
            {
                Abandon(pending, EntryFate.Overwritten);
            }
        }

        application.Add(Work.Apply(entry, proposer, then));
    }

    // Not a lambda in Apply: what that takes along would be allocated for every entry.
    private static Action WhenApplied(Action<EntryFate> done) => () => done(EntryFate.Applied);

    public void ReadReady(long readId)
    {
        Counters.ReadRounds++;
        while (Reads.TryPeek(out (long ReadId, RequestStream Stream, long Number) read) && read.ReadId <= readId)
        {
            Reads.Dequeue();
            application.Add(Work.ReleaseReads(read.Stream, read.ReadId));
        }
    }

    public void ReadsFailed()
    {
        while (Reads.TryDequeue(out (long ReadId, RequestStream Stream, long Number) read))
        {
            application.Add(Work.Abandon(read.Stream, read.Number));
        }
    }

    public void StateChanged(in RaftChange change)
    {
        if (change.Role != RaftRole.Leader)
        {
            AbandonPending();
        }

        Counters.Elections += change.Role == RaftRole.Candidate ? 1 : 0;
        Counters.LeaderChanges += change.Leader != 0 && change.Leader != _state.Change.Leader ? 1 : 0;
        if (_state.Change != change)
        {
            logger.LogInformation(
                "Now {Role} in term {Term}, leader {Leader}: {Reason}", change.Role, change.Term, change.Leader == 0 ? "unknown" : change.Leader, change.Reason);
        }

        tracing.Write(RaftTrace.Node, $"{change.Role} in term {change.Term}, leader {change.Leader}: {change.Reason}");
        _state = new StateBox(change);
        Changed?.Invoke(change);
    }

    public void ConfigurationChanged(ClusterConfiguration configuration)
    {
        tracing.Write(RaftTrace.Node, $"the members are {string.Join(", ", configuration.Members.Select(m => $"{m.Id} at {m.Address}{(m.IsVoter ? "" : " (no vote)")}"))}");
        mesh.Adjust(configuration, _nodeId);
    }

    public ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes) => _snapshots!.ReadChunk(snapshot, offset, maxBytes);

    public void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk) => _snapshots!.StoreChunk(snapshot, offset, chunk.Span);

    public void InstallSnapshot(RaftSnapshot snapshot)
    {
        tracing.Write(RaftTrace.Node, $"a snapshot up to {snapshot.Id.Last}, {snapshot.Id.Size} bytes, has been received");
        application.ScriptLeaves.Abandon(); // what it waits for may lie before the snapshot's end
        application.Add(Work.Run(() => Install(snapshot.Id)));
    }

    /// <summary>Answers everything that waits: its fate will not be known here.</summary>
    public void AbandonAll()
    {
        ReadsFailed();
        AbandonPending();
    }

    /// <summary>Where a message to a node goes; null when there is no connection.</summary>
    private SendQueue? QueueTo(int node, PeerFrame kind)
    {
        SendQueue? queue = mesh.QueueTo(node);
        tracing.Write(RaftTrace.RaftLibrary, $"to node {node}: {kind}{(queue is null ? ", dropped: there is no connection" : "")}");
        return queue;
    }

    private void AbandonPending()
    {
        while (Pending.TryTake(long.MaxValue, out PendingEntry pending))
        {
            Abandon(pending, EntryFate.Unknown);
        }
    }

    private void Abandon(in PendingEntry pending, EntryFate fate)
    {
        if (pending.Stream is { } stream)
        {
            application.Add(Work.Abandon(stream, pending.Number));
        }
        else if (pending.Done is { } done)
        {
            application.Add(Work.Run(() => done(fate)));
        }
    }

    private sealed record StateBox(RaftChange Change);
}
