namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// State besides the keys that entries change (waiting commands, functions, users, …) and a snapshot must therefore hold. Registered
/// in <see cref="Commands.CommandContext.SnapshotParts"/>. Both methods run on the application's turn, between entries.
/// </summary>
internal interface ISnapshotPart
{
    /// <summary>
    /// Adds the state as it is now: a field named <c>raft-…</c>, or libraries. Not done in slices, so it has to be quick.
    /// </summary>
    void Save(RdbExtras extras);

    /// <summary>
    /// Makes the state that of a file. Without a field of this part, which an older version or a redis-server wrote, that is
    /// the state of a new cluster.
    /// </summary>
    /// <exception cref="FormatException">The field is not in its format.</exception>
    void Restore(RdbExtras extras);
}
