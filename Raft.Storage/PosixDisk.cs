using Microsoft.Win32.SafeHandles;

namespace Raft.Storage;

/// <summary>The file system of the operating system. It has no state.</summary>
public sealed class PosixDisk : IDisk
{
    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(path);
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        Directory.CreateDirectory(path);
        if (parent is not null)
        {
            SyncDirectory(parent);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) =>
        [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))];

    /// <inheritdoc/>
    public IDiskFile Open(string path, DiskOpen how)
    {
        FileMode mode = how == DiskOpen.Create ? FileMode.Create : FileMode.Open;
        FileAccess access = how == DiskOpen.Read ? FileAccess.Read : FileAccess.ReadWrite;
        return new PosixFile(path, File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete));
    }

    /// <inheritdoc/>
    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals its directories; there is no call for it.
        }

        int descriptor = LibC.Open(path, LibC.OpenReadOnly);
        if (descriptor < 0)
        {
            throw LibC.LastError("opening the directory", path);
        }

        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        if (LibC.Sync(handle) != 0)
        {
            throw LibC.LastError("fsync of the directory", path);
        }
    }

    /// <inheritdoc/>
    public IDisposable? Lock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private sealed class PosixFile(string path, SafeFileHandle handle) : IDiskFile
    {
        public string Path => path;

        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> buffer, long offset)
        {
            int total = 0;
            while (total < buffer.Length)
            {
                int count = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (count == 0)
                {
                    break;
                }

                total += count;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

        public void BeginSync(long offset, long length)
        {
            if (OperatingSystem.IsLinux())
            {
                _ = LibC.SyncFileRange(handle, offset, length, LibC.BeginWriting);
            }
        }

        public void Sync()
        {
            // FlushToDisk is a full fsync, which also writes time stamps: a journal commit that nobody needs.
            if (!OperatingSystem.IsLinux())
            {
                RandomAccess.FlushToDisk(handle);
            }
            else if (LibC.DataSync(handle) != 0)
            {
                throw LibC.LastError("fdatasync", path);
            }
        }

        public void Dispose() => handle.Dispose();
    }
}
