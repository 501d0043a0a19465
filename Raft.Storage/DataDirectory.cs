namespace Raft.Storage;

/// <summary>The directory that one node keeps its files in, locked against other processes while it is open.</summary>
public sealed class DataDirectory : IDisposable
{
    private const string LockName = "raft.lock";

    private readonly IDisposable _lock;

    private DataDirectory(string path, IDisk disk, IDisposable held)
    {
        Path = path;
        Disk = disk;
        _lock = held;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>What its files are on.</summary>
    public IDisk Disk { get; }

    /// <summary>Creates the directory where it is missing, and locks it.</summary>
    /// <exception cref="DataDirectoryLockedException">Another process has it.</exception>
    /// <exception cref="StorageException">It cannot be created or written.</exception>
    public static DataDirectory Open(string path, IDisk disk)
    {
        string full = System.IO.Path.GetFullPath(path);
        try
        {
            disk.CreateDirectory(full);
            IDisposable held = disk.Lock(System.IO.Path.Combine(full, LockName)) ?? throw new DataDirectoryLockedException(full);
            disk.SyncDirectory(full); // a process that was killed may have renamed a file and not synced that
            return new DataDirectory(full, disk, held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The data directory '{full}' cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Full path of a file in the directory.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Throws when the directory was removed or replaced. Open files go on taking writes then, and lose them.
    /// </summary>
    /// <exception cref="StorageException">The directory is no longer there.</exception>
    public void EnsurePresent()
    {
        if (!Disk.Exists(PathOf(LockName)))
        {
            throw new StorageException($"The data directory '{Path}' vanished: what is written there would be lost.");
        }
    }

    /// <summary>Ends the lock.</summary>
    public void Dispose() => _lock.Dispose();
}
