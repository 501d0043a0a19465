using System.Buffers;
using System.Buffers.Binary;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// Hands a snapshot's bytes from the thread that serialises to the one that writes them: a queue of pooled buffers. The checksum is
/// computed on the writing side, which ends the file with it.
/// </summary>
internal sealed class SnapshotSink : IRdbChunks
{
    private readonly long _capacity;
    private readonly Queue<(byte[] Bytes, int Length)> _queue = new();
    private readonly object _gate = new();
    private long _queued;
    private bool _isComplete;
    private bool _isAborted;

    /// <param name="capacity">Bytes waiting from which on <see cref="IsFull"/> asks the serialising side to pause.</param>
    public SnapshotSink(long capacity = 8 << 20) => _capacity = capacity;

    /// <summary>Whether so much is waiting that only what cannot wait should be added.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _queued >= _capacity;
        }
    }

    /// <summary>Whether either side gave up.</summary>
    public bool IsAborted
    {
        get
        {
            lock (_gate)
                return _isAborted;
        }
    }

    public void Add(byte[] chunk, int length)
    {
        lock (_gate)
        {
            if (!_isAborted)
            {
                _queue.Enqueue((chunk, length));
                _queued += length;
                Monitor.Pulse(_gate);
                return;
            }
        }

        ArrayPool<byte>.Shared.Return(chunk);
    }

    /// <summary>All has been added but the checksum.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>There will be no snapshot: drops what waits and wakes the other side. From either side, at any time.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            _isAborted = true;
            while (_queue.TryDequeue(out (byte[] Bytes, int Length) chunk))
                ArrayPool<byte>.Shared.Return(chunk.Bytes);
            _queued = 0;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>
    /// Writes everything to <paramref name="destination"/>, waiting for more until <see cref="Complete"/>; then the checksum. On a thread of
    /// its own. Answers the checksum, or null when the snapshot was aborted. A failure of the stream aborts the snapshot and is thrown on.
    /// </summary>
    public ulong? WriteTo(Stream destination)
    {
        try
        {
            ulong checksum = 0;
            while (TryTake(out byte[] chunk, out int length))
            {
                ReadOnlySpan<byte> bytes = chunk.AsSpan(0, length);
                checksum = Crc64.Update(checksum, bytes);
                destination.Write(bytes);
                ArrayPool<byte>.Shared.Return(chunk);
            }

            if (IsAborted)
                return null;
            Span<byte> footer = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(footer, checksum);
            destination.Write(footer);
            return checksum;
        }
        catch
        {
            Abort();
            throw;
        }
    }

    private bool TryTake(out byte[] bytes, out int length)
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_isComplete && !_isAborted)
                Monitor.Wait(_gate);
            bool isTaken = _queue.TryDequeue(out (byte[] Bytes, int Length) chunk);
            (bytes, length) = isTaken ? chunk : ([], 0);
            _queued -= length;
            return isTaken;
        }
    }
}
