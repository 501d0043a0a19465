using Raft.Core;

namespace Raft.Storage;

/// <summary>
/// The node's one snapshot file. It is replaced as a whole: written under a temporary name, synced, renamed, and the
/// directory synced; so after any crash there is the old or the new one, complete.
/// </summary>
/// <remarks>
/// What the snapshot covers (last entry, its time, configuration) is not kept here but by the state machine inside the file, so that
/// no crash can separate the two, and an operator can copy the file alone. The host reads it on start and says so with
/// <see cref="Adopt"/>. The format's own checksum covers the content.
/// Consensus reads and stores chunks while other threads take a snapshot, or check and install one that has arrived; a next
/// one may already be coming in then.
/// </remarks>
public sealed class SnapshotStore : IDisposable
{
    private const string TakenSuffix = ".taken.tmp";
    private const string ReceivedSuffix = ".received.tmp";

    private readonly DataDirectory _directory;
    private readonly Lock _replacing = new();
    private readonly Lock _gate = new();
    private readonly Lock _reception = new();
    private byte[] _chunk = [];
    private IDiskFile? _latest;
    private SnapshotId _id;
    private Reception? _receiving;
    private Reception? _arrived;
    private long _receptions;
    private long _receivedBytes;

    private SnapshotStore(DataDirectory directory, string fileName)
    {
        _directory = directory;
        Path = directory.PathOf(fileName);
    }

    /// <summary>The snapshot file.</summary>
    public string Path { get; }

    /// <summary>Whether there is a snapshot.</summary>
    public bool Exists => _latest is not null;

    /// <summary>Name of the snapshot; default before <see cref="Adopt"/> or without a snapshot.</summary>
    public SnapshotId Id
    {
        get
        {
            lock (_gate)
            {
                return _id;
            }
        }
    }

    /// <summary>Length of the snapshot in bytes.</summary>
    public long Size
    {
        get
        {
            lock (_gate)
            {
                return _latest?.Length ?? 0;
            }
        }
    }

    /// <summary>Bytes of chunks stored since the store was opened. Read by anyone.</summary>
    public long ReceivedBytes => Volatile.Read(ref _receivedBytes);

    /// <summary>Opens the store and removes what an interrupted snapshot left behind.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="fileName">Name of the snapshot file (dbfilename).</param>
    /// <exception cref="StorageException">The file cannot be opened.</exception>
    public static SnapshotStore Open(DataDirectory directory, string fileName)
    {
        SnapshotStore store = new(directory, fileName);
        try
        {
            foreach (string name in directory.Disk.List(directory.Path))
            {
                if (name.StartsWith(fileName + '.', StringComparison.Ordinal)
                    && (name.EndsWith(TakenSuffix, StringComparison.Ordinal) || name.EndsWith(ReceivedSuffix, StringComparison.Ordinal)))
                {
                    directory.Disk.Delete(directory.PathOf(name));
                }
            }

            if (directory.Disk.Exists(store.Path))
            {
                store._latest = directory.Disk.Open(store.Path, DiskOpen.Read);
            }

            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The snapshot '{store.Path}' cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Says what the file that was found is.</summary>
    public void Adopt(SnapshotId id)
    {
        lock (_gate)
        {
            _id = id;
        }
    }

    /// <summary>Gives the file that was found, which is not to be this node's snapshot, another name; durable when it returns.</summary>
    /// <param name="suffix">Behind the name.</param>
    /// <returns>Where it is now, or null when there was none.</returns>
    public string? SetAside(string suffix)
    {
        lock (_replacing)
        {
            if (!Exists)
            {
                return null;
            }

            lock (_gate)
            {
                _latest!.Dispose();
                _latest = null;
                _id = default;
            }

            string aside = $"{Path}.{suffix}";
            _directory.Disk.Rename(Path, aside);
            _directory.Disk.SyncDirectory(_directory.Path);
            return aside;
        }
    }

    /// <summary>The snapshot from its beginning.</summary>
    /// <exception cref="StorageException">There is none.</exception>
    public Stream OpenRead() => Exists
        ? new DiskFileStream(_directory.Disk.Open(Path, DiskOpen.Read))
        : throw new StorageException($"There is no snapshot '{Path}'.");

    /// <summary>
    /// Some bytes of the snapshot, at most <paramref name="maxBytes"/>; valid until the next call. Empty when
    /// <paramref name="snapshot"/> is no longer the latest, and at its end.
    /// </summary>
    public ReadOnlyMemory<byte> ReadChunk(SnapshotId snapshot, long offset, int maxBytes)
    {
        lock (_gate)
        {
            if (_latest is null || _id != snapshot)
            {
                return default;
            }

            if (_chunk.Length < maxBytes)
            {
                _chunk = new byte[maxBytes];
            }

            return _chunk.AsMemory(0, _latest.Read(_chunk.AsSpan(0, maxBytes), offset));
        }
    }

    /// <summary>
    /// Begins a snapshot of the node's own state as of an entry. Write it, then <see cref="SnapshotStream.Commit"/>; one at
    /// a time.
    /// </summary>
    public SnapshotStream Create(EntryId last) => new(this, last, Path + TakenSuffix, _directory.Disk);

    /// <summary>
    /// Stores a received chunk. Chunks come in order and without gaps; offset 0, or another snapshot, begins anew.
    /// </summary>
    /// <exception cref="InvalidOperationException">The chunk does not follow what was received.</exception>
    /// <exception cref="IOException">The disk failed; what was received of this snapshot is dropped.</exception>
    public void StoreChunk(SnapshotId snapshot, long offset, ReadOnlySpan<byte> chunk)
    {
        lock (_reception)
        {
            if (offset == 0)
            {
                _receiving?.Content.Dispose();
                string temporary = $"{Path}.{++_receptions}{ReceivedSuffix}";
                _receiving = new Reception(snapshot, new SnapshotStream(this, snapshot.Last, temporary, _directory.Disk));
            }

            if (_receiving is null || _receiving.Id != snapshot || _receiving.Content.Length != offset)
            {
                throw new InvalidOperationException($"A chunk of snapshot {snapshot} at {offset} does not follow what was received.");
            }

            try
            {
                _receiving.Content.Write(chunk);
                Volatile.Write(ref _receivedBytes, _receivedBytes + chunk.Length);
            }
            catch (IOException)
            {
                _receiving.Content.Dispose();
                _receiving = null;
                throw;
            }
        }
    }

    /// <summary>
    /// Makes the snapshot received durable under its temporary name and opens it, so that the host can check and load it
    /// before <see cref="Install"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was not received.</exception>
    public Stream OpenReceived(SnapshotId snapshot)
    {
        SnapshotStream content = Arrived(snapshot);
        content.Seal();
        return new DiskFileStream(_directory.Disk.Open(content.Path, DiskOpen.Read));
    }

    /// <summary>Makes the snapshot received the latest one; durable when it returns.</summary>
    /// <returns>False when the store has a later one by now: this one is dropped.</returns>
    /// <exception cref="InvalidOperationException">It was not received.</exception>
    /// <exception cref="StorageException">The disk failed.</exception>
    public bool Install(SnapshotId snapshot)
    {
        SnapshotStream content = Arrived(snapshot);
        bool isLatest = content.Commit(snapshot.Checksum) is not null;
        DropReceived();
        return isLatest;
    }

    /// <summary>Forgets the snapshot that arrived: it was found to be damaged.</summary>
    public void DropReceived()
    {
        lock (_reception)
        {
            _arrived?.Content.Dispose();
            _arrived = null;
        }
    }

    /// <summary>Closes the files; unfinished snapshots are removed.</summary>
    public void Dispose()
    {
        DropReceived();
        _receiving?.Content.Dispose();
        _latest?.Dispose();
    }

    /// <summary>Puts a synced file in the snapshot's place, unless a later snapshot came meanwhile.</summary>
    internal bool Replace(string temporary, SnapshotId id)
    {
        lock (_replacing)
        {
            if (id.Last.Index < Id.Last.Index)
            {
                return false;
            }

            _directory.EnsurePresent();
            _directory.Disk.Rename(temporary, Path);
            _directory.Disk.SyncDirectory(_directory.Path);
            IDiskFile replaced = _directory.Disk.Open(Path, DiskOpen.Read);
            lock (_gate)
            {
                _latest?.Dispose();
                _latest = replaced;
                _id = id;
            }

            return true;
        }
    }

    /// <summary>The content of a snapshot that came in whole; chunks no longer touch it.</summary>
    private SnapshotStream Arrived(SnapshotId snapshot)
    {
        lock (_reception)
        {
            if (_receiving is not null && _receiving.Id == snapshot && _receiving.Content.Length == snapshot.Size)
            {
                _arrived?.Content.Dispose();
                _arrived = _receiving;
                _receiving = null;
            }

            return _arrived is not null && _arrived.Id == snapshot
                ? _arrived.Content
                : throw new InvalidOperationException($"Snapshot {snapshot} was not received, or not all of it.");
        }
    }

    private sealed record Reception(SnapshotId Id, SnapshotStream Content);
}
