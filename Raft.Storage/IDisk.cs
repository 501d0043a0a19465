namespace Raft.Storage;

/// <summary>How <see cref="IDisk.Open"/> treats what is there.</summary>
public enum DiskOpen
{
    /// <summary>Read an existing file.</summary>
    Read,

    /// <summary>Read and write an existing file.</summary>
    ReadWrite,

    /// <summary>Create an empty file, in place of an existing one.</summary>
    Create,
}

/// <summary>
/// Everything this library does to files. <see cref="PosixDisk"/> is the real one; tests put one in its place that loses,
/// tears and refuses writes. Errors are <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
public interface IDisk
{
    /// <summary>Whether a file of this name is there.</summary>
    bool Exists(string path);

    /// <summary>Creates a directory and its parents where they are missing; durable when it returns.</summary>
    void CreateDirectory(string path);

    /// <summary>Names (without directory) of the files in a directory, in no order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Opens a file.</summary>
    IDiskFile Open(string path, DiskOpen how);

    /// <summary>Gives a file another name, in place of a file that has it. Durable after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; none of that name is no error. Durable after <see cref="SyncDirectory"/>.</summary>
    void Delete(string path);

    /// <summary>Makes creations, renames and removals in a directory durable.</summary>
    void SyncDirectory(string path);

    /// <summary>Takes an exclusive lock that ends with the process, or returns null when another process has it.</summary>
    IDisposable? Lock(string path);
}

/// <summary>An open file. Reads and writes name their offset, so several threads may use one file.</summary>
public interface IDiskFile : IDisposable
{
    /// <summary>Where it was opened.</summary>
    string Path { get; }

    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read.</returns>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes all bytes, extending the file where needed. Durable after <see cref="Sync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>
    /// Asks that writing a range to the device begin, so that a later <see cref="Sync"/> has less to do. A hint: it makes
    /// nothing durable, and a failure shows there.
    /// </summary>
    void BeginSync(long offset, long length)
    {
    }

    /// <summary>Makes everything written so far durable, and the length with it.</summary>
    void Sync();
}
