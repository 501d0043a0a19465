using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>
/// A disk in memory that can lose its power before any change, tear what was not synced, and fail. Every change (write,
/// sync, create, rename, delete) is one step.
/// </summary>
internal sealed class FaultyDisk : IDisk
{
    private readonly List<Action<Dictionary<string, FaultyFile>>> _unsyncedNames = [];
    private Dictionary<string, FaultyFile> _names = [];
    private Dictionary<string, FaultyFile> _durableNames = [];
    private bool _isLocked;
    private int _life;

    /// <summary>Changes made since the disk was made.</summary>
    public int Steps { get; private set; }

    /// <summary>How often a file was read.</summary>
    public int Reads { get; private set; }

    /// <summary>The power goes off instead of this step; never when it is 0.</summary>
    public int CutAt { get; set; }

    /// <summary>This step fails; none when it is 0.</summary>
    public int FailAt { get; set; }

    /// <summary>Length up to which all files together may grow.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    public FaultyFile this[string path] => _names[path];

    public IEnumerable<string> Paths => _names.Keys.Order(StringComparer.Ordinal);

    /// <summary>Power comes back; open files of the former life are dead.</summary>
    public void Crash(CrashKind kind, Random random)
    {
        if (kind == CrashKind.Killed)
        {
            Restart();
            return;
        }

        int kept = kind switch
        {
            CrashKind.Kept or CrashKind.NamesOnly => _unsyncedNames.Count,
            CrashKind.Torn => random.Next(_unsyncedNames.Count + 1),
            _ => 0,
        };
        _unsyncedNames.Take(kept).ToList().ForEach(change => change(_durableNames));
        foreach (FaultyFile file in _names.Values.Union(_durableNames.Values))
        {
            file.Crash(kind, random);
        }

        _unsyncedNames.Clear();
        _names = new Dictionary<string, FaultyFile>(_durableNames);
        Restart();
    }

    /// <summary>The process ends without warning and starts again; what it wrote is seen, synced or not.</summary>
    public void Restart()
    {
        _life++;
        _isLocked = false;
        CutAt = 0;
        FailAt = 0;
    }

    /// <summary>A copy of a disk that has just crashed.</summary>
    public FaultyDisk Clone()
    {
        FaultyDisk copy = new() { Steps = Steps };
        copy._names = _names.ToDictionary(n => n.Key, n => n.Value.Clone());
        copy._durableNames = new Dictionary<string, FaultyFile>(copy._names);
        return copy;
    }

    public bool Exists(string path) => _names.ContainsKey(path);

    public void CreateDirectory(string path)
    {
    }

    public IReadOnlyList<string> List(string directory) =>
        [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path)!)];

    public IDiskFile Open(string path, DiskOpen how)
    {
        if (how == DiskOpen.Create)
        {
            Step("create", path);
            FaultyFile created = new();
            ChangeNames(names => names[path] = created);
        }

        return _names.TryGetValue(path, out FaultyFile? file)
            ? new Handle(this, path, file)
            : throw new FileNotFoundException($"No such file : '{path}'", path);
    }

    public void Rename(string from, string to)
    {
        Step("rename", from);
        FaultyFile file = _names.TryGetValue(from, out FaultyFile? found) ? found : throw new FileNotFoundException(from);
        ChangeNames(names =>
        {
            names.Remove(from);
            names[to] = file;
        });
    }

    public void Delete(string path)
    {
        if (_names.ContainsKey(path))
        {
            Step("delete", path);
            ChangeNames(names => names.Remove(path));
        }
    }

    public void SyncDirectory(string path)
    {
        Step("sync", path);
        _unsyncedNames.Clear();
        _durableNames = new Dictionary<string, FaultyFile>(_names);
    }

    public IDisposable? Lock(string path)
    {
        if (_isLocked)
        {
            return null;
        }

        if (!_names.ContainsKey(path))
        {
            ChangeNames(names => names[path] = new FaultyFile());
        }

        _isLocked = true;
        return new Held(this);
    }

    private void ChangeNames(Action<Dictionary<string, FaultyFile>> change)
    {
        change(_names);
        _unsyncedNames.Add(change);
    }

    private void Step(string what, string path)
    {
        Steps++;
        if (Steps == CutAt)
        {
            throw new PowerCutException();
        }

        if (Steps == FailAt)
        {
            throw new IOException($"Input/output error in {what} : '{path}'");
        }
    }

    private void Reserve(FaultyFile file, long length, string path)
    {
        if (length > file.Length && _names.Values.Sum(f => f.Length) + length - file.Length > Capacity)
        {
            throw new IOException($"No space left on device : '{path}'");
        }
    }

    private sealed class Held(FaultyDisk disk) : IDisposable
    {
        private readonly int _life = disk._life;

        public void Dispose()
        {
            if (disk._life == _life)
            {
                disk._isLocked = false;
            }
        }
    }

    private sealed class Handle(FaultyDisk disk, string path, FaultyFile file) : IDiskFile
    {
        private readonly int _life = disk._life;

        public string Path => path;

        public long Length => Alive().Length;

        public int Read(Span<byte> buffer, long offset)
        {
            disk.Reads++;
            return Alive().Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            Alive();
            disk.Reserve(file, offset + bytes.Length, path);
            try
            {
                disk.Step("write", path);
            }
            catch (PowerCutException)
            {
                file.Write(bytes, offset); // some of it may be on the platter
                throw;
            }

            file.Write(bytes, offset);
        }

        public void Sync()
        {
            Alive();
            try
            {
                disk.Step("sync", path);
            }
            catch (IOException)
            {
                file.FailSync();
                throw;
            }

            file.Sync();
        }

        public void Dispose()
        {
        }

        private FaultyFile Alive() => disk._life == _life
            ? file
            : throw new InvalidOperationException($"'{path}' is used by a process that has ended.");
    }
}
