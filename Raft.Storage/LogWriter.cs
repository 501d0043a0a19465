using Raft.Core;

namespace Raft.Storage;

/// <summary>
/// Where consensus and syncer meet: encodes records, gives each its place, and gathers them until the syncer takes the
/// batch. The lock is held for an encoding or a swap, never for a write.
/// </summary>
internal sealed class LogWriter
{
    private const int StartSize = LogRecord.HeadSize + LogRecord.StartPayloadSize;

    private readonly Lock _gate = new();
    private readonly int _segmentBytes;
    private readonly Queue<(uint Segment, long Bytes)> _fullSegments;
    private WriteBatch _filling = new();
    private LogPosition _next;
    private LogPosition _firstLive;
    private EntryId _last;
    private EntryId _base;
    private bool _isOpen = true;
    private long _fullBytes;
    private long _liveBytes;

    public LogWriter(int segmentBytes, LogTail tail, EntryId last, EntryId @base, LogPosition? firstLive)
    {
        _segmentBytes = segmentBytes;
        _next = tail.Next;
        _fullSegments = new Queue<(uint Segment, long Bytes)>(tail.FullSegments);
        _fullBytes = _fullSegments.Sum(s => s.Bytes);
        _last = last;
        _base = @base;
        _firstLive = firstLive ?? _next;
        CountBytes();
    }

    /// <summary>Bytes of files that hold records behind the base.</summary>
    public long LiveBytes => Volatile.Read(ref _liveBytes);

    /// <summary>Whether anything was gathered; may be asked without the lock.</summary>
    public bool HasPending => !Volatile.Read(ref _filling).IsEmpty;

    public LogPosition Append(in LogEntry entry)
    {
        lock (_gate)
        {
            LogPosition position = Put((RecordKind)entry.Type, entry.Id, entry.Time, entry.Payload);
            _last = entry.Id;
            Changed();
            return position;
        }
    }

    public void Truncate(EntryId last)
    {
        lock (_gate)
        {
            Put(RecordKind.Truncate, last, 0, default);
            _last = last;
            Changed();
        }
    }

    /// <summary>Entries up to <paramref name="through"/> go, and the segments before the first that stays.</summary>
    public void Compact(EntryId through, LogPosition? firstLive)
    {
        lock (_gate)
        {
            Put(RecordKind.Compact, through, 0, default);
            _base = through;
            Free(firstLive);
            Changed();
        }
    }

    public void Reset(EntryId snapshot)
    {
        lock (_gate)
        {
            Put(RecordKind.Reset, snapshot, 0, default);
            _base = snapshot;
            _last = snapshot;
            Free(null);
            Changed();
        }
    }

    public void Mark()
    {
        lock (_gate)
        {
            Put(RecordKind.Mark, _last, 0, default);
        }
    }

    /// <summary>Exchanges what was gathered for an empty batch.</summary>
    /// <returns>False when nothing was gathered.</returns>
    public bool TryTake(ref WriteBatch batch)
    {
        lock (_gate)
        {
            if (_filling.IsEmpty)
            {
                return false;
            }

            (_filling, batch) = (batch, _filling);
            return true;
        }
    }

    /// <summary>After a failure nothing is ever written again; what is appended from here on is memory only.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOpen = false;
            _filling.Clear();
        }
    }

    private LogPosition Put(RecordKind kind, EntryId id, long time, ReadOnlyMemory<byte> payload)
    {
        if (_next.Offset == SegmentFile.HeaderSize)
        {
            PutStart();
        }
        else if (_next.Offset + LogRecord.HeadSize + (long)payload.Length > _segmentBytes
            && _next.Offset > SegmentFile.HeaderSize + StartSize
            && kind != RecordKind.Mark)
        {
            _fullSegments.Enqueue((_next.Segment, _next.Offset));
            _fullBytes += _next.Offset;
            _next = new LogPosition(_next.Segment + 1, SegmentFile.HeaderSize);
            PutStart();
        }

        return Encode(kind, id, time, payload);
    }

    private void PutStart()
    {
        byte[] payload = new byte[LogRecord.StartPayloadSize];
        LogRecord.WriteBase(payload, _base);
        Encode(RecordKind.Start, _last, 0, payload);
    }

    private LogPosition Encode(RecordKind kind, EntryId id, long time, ReadOnlyMemory<byte> payload)
    {
        LogRecord record = new(_next, default, id, time, kind, payload.Length);
        _next = record.End;
        if (!_isOpen)
        {
            return record.Position;
        }

        if (payload.Length >= WriteBatch.ReferencedPayload)
        {
            record.Write(_filling.Reserve(LogRecord.HeadSize));
            _filling.Reference(payload);
        }
        else
        {
            Span<byte> space = _filling.Reserve((int)record.Size);
            record.Write(space);
            payload.Span.CopyTo(space[LogRecord.HeadSize..]);
        }

        return record.Position;
    }

    private void Free(LogPosition? firstLive)
    {
        _firstLive = firstLive ?? _next;
        _filling.FreeBelow = _firstLive.Segment;
        while (_fullSegments.TryPeek(out (uint Segment, long Bytes) full) && full.Segment < _firstLive.Segment)
        {
            _fullBytes -= full.Bytes;
            _fullSegments.Dequeue();
        }
    }

    private void Changed()
    {
        _filling.ChangesLog = true;
        CountBytes();
    }

    private void CountBytes() => Volatile.Write(ref _liveBytes, _fullBytes + _next.Offset - _firstLive.Offset);
}

/// <summary>Where a recovered log goes on, and the used bytes of the segments before.</summary>
internal readonly record struct LogTail(LogPosition Next, IReadOnlyList<(uint Segment, long Bytes)> FullSegments);
