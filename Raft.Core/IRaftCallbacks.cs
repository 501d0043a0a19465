namespace Raft.Core;

/// <summary>
/// What the server asks of its host while it handles an input. Callbacks only note or enqueue: calling the server from
/// inside one throws <see cref="InvalidOperationException"/>.
/// </summary>
/// <remarks>
/// <see cref="Apply"/>, <see cref="ReadReady"/> and <see cref="InstallSnapshot"/> are one ordered stream to the state
/// machine. A host that runs the state machine elsewhere must keep their order; then every read that is released sees
/// what it must see.
/// </remarks>
public interface IRaftCallbacks
{
    /// <summary>Makes the term and vote durable, together, before it returns.</summary>
    /// <param name="term">The current term.</param>
    /// <param name="votedFor">Node voted for in the term, or 0.</param>
    void PersistTermAndVote(long term, int votedFor);

    /// <summary>Sends a message, at most once; it may be lost, delayed, repeated or overtaken.</summary>
    void Send(int to, in VoteRequest message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in VoteReply message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in AppendRequest message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in AppendReply message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in SnapshotRequest message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in SnapshotReply message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in TimeoutNow message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in ReadIndexRequest message);

    /// <inheritdoc cref="Send(int, in VoteRequest)"/>
    void Send(int to, in ReadIndexReply message);

    /// <summary>
    /// The next committed entry, each exactly once an incarnation, in index order. All types are handed over: the state
    /// machine advances its index and time even for entries without a payload.
    /// </summary>
    void Apply(in LogEntry entry);

    /// <summary>
    /// Every read requested so far with a number up to <paramref name="readId"/> may now be answered from the state that
    /// the entries handed to <see cref="Apply"/> so far produce.
    /// A read is released before any entry proposed after it is applied.
    /// </summary>
    void ReadReady(long readId);

    /// <summary>Every read requested and not released was refused: leadership ended, or the leader is unknown.</summary>
    void ReadsFailed();

    /// <summary>Role, term or known leader changed. Called last in an input, with the new state in place.</summary>
    void StateChanged(in RaftChange change);

    /// <summary>
    /// The members changed: an entry was appended, truncated, or a snapshot came. The transport adjusts its links.
    /// </summary>
    void ConfigurationChanged(ClusterConfiguration configuration);

    /// <summary>
    /// Bytes of the latest durable snapshot, for a follower that needs it.
    /// </summary>
    /// <returns>At most <paramref name="maxBytes"/> bytes from <paramref name="offset"/>; valid during the call.
    /// Empty when the snapshot named is no longer the latest.</returns>
    ReadOnlyMemory<byte> ReadSnapshot(SnapshotId snapshot, long offset, int maxBytes);

    /// <summary>
    /// Stores one received chunk; offset 0 begins a new file and drops what was received before. Chunks of one snapshot
    /// arrive in order and without gaps.
    /// </summary>
    void StoreSnapshotChunk(SnapshotId snapshot, long offset, ReadOnlyMemory<byte> chunk);

    /// <summary>
    /// All chunks are stored: make the received snapshot durable and the state machine's state, then answer with
    /// <see cref="RaftServer.SnapshotInstalled"/>, or with <see cref="RaftServer.SnapshotRejected"/> when its bytes are
    /// damaged. The server has not changed its log yet and applies nothing until the answer.
    /// </summary>
    /// <param name="snapshot">What to keep beside the bytes for the next <see cref="RaftRestart"/>.</param>
    void InstallSnapshot(RaftSnapshot snapshot);
}
