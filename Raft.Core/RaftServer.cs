namespace Raft.Core;

/// <summary>The local participant (contract under construction).</summary>
public sealed class RaftServer
{
    /// <summary>Starts from what the disk holds.</summary>
    public RaftServer(int nodeId, RaftOptions options, IRaftLog log, IRaftCallbacks callbacks, Random random, RaftRestart restart) => throw new NotSupportedException();

    /// <summary>Own id.</summary>
    public int NodeId => throw new NotSupportedException();
    /// <summary>Role.</summary>
    public RaftRole Role => throw new NotSupportedException();
    /// <summary>Term.</summary>
    public long Term => throw new NotSupportedException();
    /// <summary>Voted for in this term, or 0.</summary>
    public int VotedFor => throw new NotSupportedException();
    /// <summary>Known leader or 0.</summary>
    public int Leader => throw new NotSupportedException();
    /// <summary>Cursors.</summary>
    public LogCursors Cursors => throw new NotSupportedException();
    /// <summary>Configuration in effect (latest appended).</summary>
    public ClusterConfiguration Configuration => throw new NotSupportedException();
    /// <summary>Options; may be replaced at run time.</summary>
    public RaftOptions Options { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Time passed since the last call.</summary>
    public void Periodic(TimeSpan elapsed) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in VoteRequest message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in VoteReply message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in AppendRequest message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in AppendReply message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in SnapshotRequest message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in SnapshotReply message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in TimeoutNow message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in ReadIndexRequest message) => throw new NotSupportedException();
    /// <summary>A message came.</summary>
    public void Receive(int from, in ReadIndexReply message) => throw new NotSupportedException();

    /// <summary>Appends an application entry; nothing is sent before <see cref="Replicate"/>.</summary>
    public ProposeResult Propose(ReadOnlyMemory<byte> payload, long time, out EntryId id) => throw new NotSupportedException();
    /// <summary>Sends what was proposed since the last call, as far as windows allow. Call once a batch.</summary>
    public void Replicate() => throw new NotSupportedException();
    /// <summary>Registers reads numbered up to <paramref name="readId"/> (rising). False: not able to serve now (no leader).</summary>
    public bool RequestRead(long readId) => throw new NotSupportedException();

    /// <summary>The log is on disk up to this entry.</summary>
    public void LogSynced(EntryId synced) => throw new NotSupportedException();
    /// <summary>The state machine has finished all entries up to this index.</summary>
    public void EntriesApplied(long index) => throw new NotSupportedException();
    /// <summary>The disk stalls or failed: step down and hand over.</summary>
    public void DiskStalled(string reason) => throw new NotSupportedException();
    /// <summary>The connection to a node closed; if it led, pre-vote at once.</summary>
    public void PeerDisconnected(int nodeId) => throw new NotSupportedException();

    /// <summary>Bootstraps a new cluster of this one node.</summary>
    public void Bootstrap(string address, long time) => throw new NotSupportedException();
    /// <summary>Adds a non-voting member that is promoted when it has caught up.</summary>
    public ProposeResult AddMember(int nodeId, string address, long time, out EntryId id) => throw new NotSupportedException();
    /// <summary>Removes a member.</summary>
    public ProposeResult RemoveMember(int nodeId, long time, out EntryId id) => throw new NotSupportedException();
    /// <summary>Hands leadership to a voter; 0 picks the most up to date.</summary>
    public bool TransferLeadership(int target) => throw new NotSupportedException();
    /// <summary>Campaigns at once (RAFT.TIMEOUT_NOW).</summary>
    public void Campaign() => throw new NotSupportedException();

    /// <summary>A snapshot of the state as of this entry is durable; the log behind it may go.</summary>
    public void SnapshotTaken(EntryId snapshot, long size) => throw new NotSupportedException();
    /// <summary>What <see cref="IRaftCallbacks.InstallSnapshot"/> asked for is done.</summary>
    public void SnapshotInstalled(EntryId snapshot, long size) => throw new NotSupportedException();
}

/// <summary>What a server restarts from.</summary>
/// <param name="Term">Persisted term, 0 at first.</param>
/// <param name="VotedFor">Persisted vote, or 0.</param>
/// <param name="Snapshot">Last entry of the newest durable snapshot, already loaded by the state machine, or none.</param>
/// <param name="SnapshotSize">Its length in bytes.</param>
/// <param name="SnapshotConfiguration">The members as of the snapshot, or empty.</param>
public sealed record RaftRestart(
    long Term, int VotedFor, EntryId Snapshot, long SnapshotSize, ClusterConfiguration SnapshotConfiguration);

/// <summary>How far the log is.</summary>
public readonly record struct LogCursors(long Last, long Synced, long Committed, long Applied);

