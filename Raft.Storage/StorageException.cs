namespace Raft.Storage;

/// <summary>What the disk holds cannot be used, or the disk failed. The message names file, cause and what to do.</summary>
public class StorageException : Exception
{
    /// <inheritdoc/>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public StorageException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

/// <summary>Another process uses the data directory.</summary>
public sealed class DataDirectoryLockedException(string directory)
    : StorageException($"The data directory '{directory}' is in use by another process. One node runs on one directory.")
{
    /// <summary>The directory.</summary>
    public string Directory { get; } = directory;
}

/// <summary>A file belongs to another cluster or another node.</summary>
public sealed class ForeignFileException(string file, string belongsTo, string expected)
    : StorageException($"'{file}' belongs to {belongsTo}, but this is {expected}. Start the node with its own data directory.")
{
    /// <summary>The file.</summary>
    public string File { get; } = file;
}

/// <summary>
/// Something that was durable is damaged or missing. Going on would forget what was acknowledged, so nothing is changed
/// and the node must not start.
/// </summary>
public sealed class LogDamagedException(string file, long offset, string what) : StorageException(
    $"'{file}' is damaged at offset {offset}: {what} Entries that were acknowledged may be lost on this node, so it does not "
    + "start and nothing was changed. Check the disk and keep a copy; then either restore the data directory from a backup of "
    + "this node, or remove the node from the cluster and join a new one with an empty directory.")
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>Byte offset of the damage.</summary>
    public long Offset { get; } = offset;
}

/// <summary>The snapshot file is damaged, or does not fit the log beside it.</summary>
public sealed class SnapshotDamagedException : StorageException
{
    private const string Advice =
        " Nothing was changed. Restore the data directory from a backup of this node; or, if a majority of the other nodes is well, "
        + "remove this node from the cluster and join a new one with an empty directory.";

    /// <summary>The content cannot be read.</summary>
    public SnapshotDamagedException(string file, Exception cause)
        : base($"The snapshot '{file}' is damaged: {cause.Message}.{Advice}", cause)
    {
    }

    /// <summary>It is not what it has to be.</summary>
    public SnapshotDamagedException(string file, string what)
        : base($"The snapshot '{file}' {what}.{Advice}")
    {
    }
}
