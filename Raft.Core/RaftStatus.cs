namespace Raft.Core;

/// <summary>What an operator wants to know of a server, as of one moment.</summary>
/// <param name="NodeId">Own id.</param>
/// <param name="Role">What it does.</param>
/// <param name="Term">The current term.</param>
/// <param name="VotedFor">The node voted for in this term, or 0.</param>
/// <param name="Leader">The known leader, or 0.</param>
/// <param name="Cursors">How far the log is.</param>
/// <param name="LastEntry">The last entry of the log.</param>
/// <param name="LogBase">The entry before the first one that the log still holds.</param>
/// <param name="Snapshot">The newest durable snapshot, if any.</param>
/// <param name="Configuration">The members in effect.</param>
/// <param name="IsConfigurationCommitted">Whether they are final; no other change can begin before.</param>
/// <param name="LeaderSilence">How long ago a follower last heard its leader; zero without one.</param>
/// <param name="IsTransferring">Whether leadership is being handed over.</param>
/// <param name="Peers">What a leader knows of the other members; empty on others.</param>
public sealed record RaftStatus(
    int NodeId,
    RaftRole Role,
    long Term,
    int VotedFor,
    int Leader,
    LogCursors Cursors,
    EntryId LastEntry,
    EntryId LogBase,
    SnapshotId? Snapshot,
    ClusterConfiguration Configuration,
    bool IsConfigurationCommitted,
    TimeSpan LeaderSilence,
    bool IsTransferring,
    IReadOnlyList<PeerStatus> Peers);

/// <summary>What a leader knows of another member.</summary>
/// <param name="Id">Node id.</param>
/// <param name="IsVoter">Whether it votes.</param>
/// <param name="Address">Where it is reached.</param>
/// <param name="State">How the leader sends to it.</param>
/// <param name="Match">Index up to which its disk is known to equal the leader's log.</param>
/// <param name="Next">The entry to send next.</param>
/// <param name="InFlight">Messages with entries that it has not acknowledged.</param>
/// <param name="LagEntries">Entries of the leader's log that it is not known to have.</param>
/// <param name="LagTime">
/// How much older, by the leaders' clocks, its last known entry is than the leader's; null when that entry is compacted.
/// </param>
/// <param name="Silence">How long ago it was last heard.</param>
/// <param name="SnapshotReceived">Bytes received of a snapshot on its way to it, or null.</param>
/// <param name="SnapshotSize">Size of that snapshot, or null.</param>
/// <param name="IsWiped">
/// It lost the disk that was promoted to voter and is ignored: remove it and add it under a new id.
/// </param>
public sealed record PeerStatus(
    int Id,
    bool IsVoter,
    string Address,
    PeerState State,
    long Match,
    long Next,
    int InFlight,
    long LagEntries,
    TimeSpan? LagTime,
    TimeSpan Silence,
    long? SnapshotReceived,
    long? SnapshotSize,
    bool IsWiped);
