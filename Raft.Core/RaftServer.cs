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

    /// <summary>
    /// The host's clock in milliseconds since the Unix epoch; set before an input. Entries are stamped with it, but never
    /// with less than the last entry's time.
    /// </summary>
    public long Time { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The members as of an index from the latest snapshot's to the last: what a snapshot of that index keeps.</summary>
    public ClusterConfiguration ConfigurationAt(long index) => throw new NotSupportedException();

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
    public ProposeResult Propose(ReadOnlyMemory<byte> payload, out EntryId id) => throw new NotSupportedException();
    /// <summary>
    /// Sends what was proposed and asks for what was requested to read since the last call, as far as windows allow.
    /// Call once a batch, after the last input.
    /// </summary>
    public void Replicate() => throw new NotSupportedException();
    /// <summary>
    /// Registers reads numbered up to <paramref name="readId"/> (rising); the round that confirms them starts with
    /// <see cref="Replicate"/>. False: not able to serve now (no leader), nothing was registered.
    /// </summary>
    public bool RequestRead(long readId) => throw new NotSupportedException();

    /// <summary>
    /// The log is on disk up to this entry. Reports must not overtake or outlive a change of the log: once the log was
    /// truncated, what was written before at the removed places is never reported.
    /// </summary>
    public void LogSynced(EntryId synced) => throw new NotSupportedException();
    /// <summary>The state machine has finished all entries up to this index.</summary>
    public void EntriesApplied(long index) => throw new NotSupportedException();
    /// <summary>The disk stalls or failed: step down and hand over.</summary>
    public void DiskStalled(string reason) => throw new NotSupportedException();
    /// <summary>The connection to a node closed; if it led, pre-vote at once.</summary>
    public void PeerDisconnected(int nodeId) => throw new NotSupportedException();

    /// <summary>Bootstraps a new cluster of this one node.</summary>
    public void Bootstrap(string address) => throw new NotSupportedException();
    /// <summary>Adds a non-voting member that is promoted when it has caught up.</summary>
    public ProposeResult AddMember(int nodeId, string address, out EntryId id) => throw new NotSupportedException();
    /// <summary>Removes a member.</summary>
    public ProposeResult RemoveMember(int nodeId, out EntryId id) => throw new NotSupportedException();
    /// <summary>Hands leadership to a voter; 0 picks the most up to date.</summary>
    public bool TransferLeadership(int target) => throw new NotSupportedException();
    /// <summary>Campaigns at once (RAFT.TIMEOUT_NOW).</summary>
    public void Campaign() => throw new NotSupportedException();

    /// <summary>
    /// A snapshot of the state as of <c>snapshot.Last</c>, an entry that was applied, is durable; the log behind it may go.
    /// </summary>
    public void SnapshotTaken(SnapshotId snapshot) => throw new NotSupportedException();
    /// <summary>What <see cref="IRaftCallbacks.InstallSnapshot"/> asked for is durable and is the state machine's state.</summary>
    public void SnapshotInstalled(SnapshotId snapshot) => throw new NotSupportedException();
    /// <summary>What <see cref="IRaftCallbacks.InstallSnapshot"/> was given is damaged: it must be sent again from the start.</summary>
    public void SnapshotRejected(SnapshotId snapshot) => throw new NotSupportedException();
}

/// <summary>A snapshot with what Raft must know of it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Time">Time of the last entry that it covers.</param>
/// <param name="Configuration">The members as of the snapshot.</param>
public sealed record RaftSnapshot(SnapshotId Id, long Time, ClusterConfiguration Configuration);

/// <summary>What a server restarts from.</summary>
/// <param name="StoreId">
/// A random number other than 0, drawn when the data directory was made and kept in it. It tells a disk from the wiped
/// disk of a node that comes back under its old id.
/// </param>
/// <param name="Term">Persisted term, 0 at first.</param>
/// <param name="VotedFor">Persisted vote, or 0.</param>
/// <param name="Snapshot">The newest durable snapshot, already loaded by the state machine, or null.</param>
public sealed record RaftRestart(long StoreId, long Term, int VotedFor, RaftSnapshot? Snapshot);

/// <summary>How far the log is: indexes of the last entry held, on disk, committed, applied.</summary>
public readonly record struct LogCursors(long Last, long Synced, long Committed, long Applied);
