namespace Raft.Core;

/// <summary>RequestVote, and its dry run PreVote (Raft paper, figure 2; thesis, section 9.6).</summary>
/// <param name="Term">The candidate's term; for a pre-vote the term it would campaign in.</param>
/// <param name="Candidate">Node id of the candidate.</param>
/// <param name="LastEntry">Last entry of the candidate's log.</param>
/// <param name="IsPreVote">A pre-vote changes nothing at the voter.</param>
/// <param name="IsTransfer">The old leader asked for this election: the voter does not insist on the leader it hears.</param>
public readonly record struct VoteRequest(long Term, int Candidate, EntryId LastEntry, bool IsPreVote, bool IsTransfer);

/// <summary>Answer to a <see cref="VoteRequest"/>.</summary>
/// <param name="Term">The voter's term; for a granted pre-vote the term that was asked for.</param>
/// <param name="IsPreVote">Which of the two questions is answered.</param>
/// <param name="Granted">Whether the candidate has this vote.</param>
/// <param name="StoreId">The voter's <see cref="RaftRestart.StoreId"/>: only the disk that was promoted to voter may vote.</param>
public readonly record struct VoteReply(long Term, bool IsPreVote, bool Granted, long StoreId);

/// <summary>AppendEntries; without entries a heartbeat (Raft paper, figure 2).</summary>
/// <param name="Term">The leader's term.</param>
/// <param name="Leader">Node id of the leader.</param>
/// <param name="Previous">The entry that precedes <paramref name="Entries"/>.</param>
/// <param name="Committed">The leader's commit index, never beyond what it knows this follower to hold after this message.</param>
/// <param name="Round">Number of the leader's latest confirmation round; the reply repeats it (ReadIndex, thesis section 6.4).</param>
/// <param name="Entries">
/// Consecutive entries. Valid only during the call that carries the message: a transport that queues it copies them.
/// </param>
public readonly record struct AppendRequest(
    long Term, int Leader, EntryId Previous, long Committed, long Round, ReadOnlyMemory<LogEntry> Entries);

/// <summary>Answer to an <see cref="AppendRequest"/>, sent only once what it claims is on disk.</summary>
/// <param name="Term">The follower's term.</param>
/// <param name="Success">Whether the follower's log held the request's previous entry.</param>
/// <param name="Match">
/// On success: index up to which the follower's synced log is known to equal the leader's.
/// On failure: the index of the previous entry that was refused, so that late refusals can be told apart.
/// </param>
/// <param name="Hint">
/// On failure: the last entry of the follower's log that may still match, a term skipped at a time; on success unused.
/// </param>
/// <param name="Round">The highest round received from this leader in its term.</param>
/// <param name="StoreId">The follower's <see cref="RaftRestart.StoreId"/>.</param>
public readonly record struct AppendReply(long Term, bool Success, long Match, EntryId Hint, long Round, long StoreId);

/// <summary>Names the content of a snapshot: two with equal names hold the same bytes, whoever sends them.</summary>
/// <param name="Last">The last entry that the snapshot covers.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Checksum">Checksum of all its bytes, by a function of the host's choice that all nodes share.</param>
public readonly record struct SnapshotId(EntryId Last, long Size, ulong Checksum);

/// <summary>InstallSnapshot, one chunk of it (Raft paper, section 7).</summary>
/// <param name="Term">The leader's term.</param>
/// <param name="Leader">Node id of the leader.</param>
/// <param name="Snapshot">Which snapshot.</param>
/// <param name="Offset">Where the chunk belongs.</param>
/// <param name="Round">As in <see cref="AppendRequest"/>.</param>
/// <param name="Time">Time of the last entry that the snapshot covers.</param>
/// <param name="Configuration">The members as of the snapshot, encoded.</param>
/// <param name="Chunk">The bytes; valid only during the call that carries the message. Empty: a heartbeat.</param>
public readonly record struct SnapshotRequest(
    long Term, int Leader, SnapshotId Snapshot, long Offset, long Round, long Time,
    ReadOnlyMemory<byte> Configuration, ReadOnlyMemory<byte> Chunk);

/// <summary>Answer to a <see cref="SnapshotRequest"/>.</summary>
/// <param name="Term">The follower's term.</param>
/// <param name="Snapshot">The snapshot that is answered.</param>
/// <param name="Received">Bytes held without a gap: where the leader goes on.</param>
/// <param name="Installed">The follower's durable state covers all that the snapshot does.</param>
/// <param name="Round">The highest round received from this leader in its term.</param>
/// <param name="StoreId">The follower's <see cref="RaftRestart.StoreId"/>.</param>
public readonly record struct SnapshotReply(
    long Term, SnapshotId Snapshot, long Received, bool Installed, long Round, long StoreId);

/// <summary>The leader asks the target of a transfer to campaign at once (thesis, section 3.10).</summary>
/// <param name="Term">The leader's term.</param>
/// <param name="Leader">Node id of the leader.</param>
public readonly record struct TimeoutNow(long Term, int Leader);

/// <summary>A follower asks the leader for a read index (thesis, section 6.4).</summary>
/// <param name="Term">The follower's term.</param>
/// <param name="ReadId">The follower's own number for its batch of reads.</param>
public readonly record struct ReadIndexRequest(long Term, long ReadId);

/// <summary>Answer to a <see cref="ReadIndexRequest"/>, sent once the leader has confirmed that it still leads.</summary>
/// <param name="Term">The leader's term.</param>
/// <param name="ReadId">The request's number.</param>
/// <param name="Index">The read index, or -1 when the reads must be asked again.</param>
public readonly record struct ReadIndexReply(long Term, long ReadId, long Index);
