namespace Raft.Core;

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

/// <summary>How far the log is.</summary>
/// <param name="Last">The last entry held.</param>
/// <param name="Synced">The last entry on this server's disk.</param>
/// <param name="Committed">The last entry known to be committed.</param>
/// <param name="Applied">The last entry that the state machine has finished.</param>
public readonly record struct LogCursors(long Last, long Synced, long Committed, long Applied);
