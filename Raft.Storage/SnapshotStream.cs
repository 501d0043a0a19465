using Raft.Core;

namespace Raft.Storage;

/// <summary>
/// A snapshot being written, by one thread. Nothing shows under the snapshot's name before <see cref="Commit"/>; disposed
/// without it, the snapshot is dropped.
/// </summary>
public sealed class SnapshotStream : Stream
{
    private const int BufferSize = 256 * 1024;

    private readonly SnapshotStore _store;
    private readonly EntryId _last;
    private readonly string _temporary;
    private readonly IDisk _disk;
    private readonly byte[] _buffer = new byte[BufferSize];
    private IDiskFile? _file;
    private int _buffered;
    private long _written;

    internal SnapshotStream(SnapshotStore store, EntryId last, string temporary, IDisk disk)
    {
        _store = store;
        _last = last;
        _temporary = temporary;
        _disk = disk;
        _file = disk.Open(temporary, DiskOpen.Create);
    }

    /// <summary>The temporary file.</summary>
    internal string Path => _temporary;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <summary>Bytes written so far.</summary>
    public override long Length => _written + _buffered;

    /// <summary>Bytes written so far; cannot be set.</summary>
    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = Math.Min(buffer.Length, BufferSize - _buffered);
            buffer[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            buffer = buffer[count..];
            if (_buffered == BufferSize)
            {
                Flush();
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Hands what is buffered to the disk; durable only with <see cref="Commit"/>.</summary>
    public override void Flush()
    {
        ObjectDisposedException.ThrowIf(_file is null, this);
        _file.Write(_buffer.AsSpan(0, _buffered), _written);
        // In pieces, so that the log's fdatasync never queues behind a whole snapshot; and without a sync of its own, which
        // would commit the journal each time.
        _file.BeginSync(_written, _buffered);
        _written += _buffered;
        _buffered = 0;
    }

    /// <summary>Makes the snapshot durable and the latest one before it returns; only then may the log behind it go.</summary>
    /// <param name="checksum">Checksum of its bytes, see <see cref="SnapshotId"/>.</param>
    /// <returns>Its name, or null when the store has a later snapshot by now: this one is dropped.</returns>
    /// <exception cref="StorageException">The disk failed; the latest snapshot is unchanged or, durable or not, this one.</exception>
    public SnapshotId? Commit(ulong checksum)
    {
        try
        {
            Seal();
            SnapshotId id = new(_last, Length, checksum);
            if (!_store.Replace(_temporary, id))
            {
                Dispose();
                return null;
            }

            CloseFile();
            return id;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The snapshot '{_store.Path}' could not be written: {e.Message}", e);
        }
    }

    /// <summary>Makes the content durable under the temporary name.</summary>
    internal void Seal()
    {
        Flush();
        _file!.Sync();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _file is not null)
        {
            CloseFile();
            try
            {
                _disk.Delete(_temporary);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A leftover is harmless: the next start removes it.
            }
        }

        base.Dispose(disposing);
    }

    private void CloseFile()
    {
        _file!.Dispose();
        _file = null;
    }
}
