using Raft.Core;

namespace Raft.Storage;

/// <summary>
/// Reads entries that left memory back from their segments, a window of consecutive records at a time. Serves one
/// consumer that goes forward; a second one makes it read anew.
/// </summary>
internal sealed class EntryReader(SegmentSet segments, EntryTable entries)
{
    private const int WindowSize = 64 * 1024;

    private readonly List<LogEntry> _window = [];
    private LogEntry[] _slice = [];

    /// <summary>Entries from an index on, as far as one window holds them.</summary>
    public ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes)
    {
        if (_slice.Length == 0 || first < _slice[0].Index || first > _slice[^1].Index)
        {
            Load(first);
        }

        int start = (int)(first - _slice[0].Index);
        int count = 1;
        for (long bytes = _slice[start].Payload.Length; start + count < _slice.Length && count < maxCount; count++)
        {
            bytes += _slice[start + count].Payload.Length;
            if (bytes > maxBytes)
            {
                break;
            }
        }

        return _slice.AsMemory(start, count);
    }

    /// <summary>Forgets the window: the log changed under it.</summary>
    public void Forget() => _slice = [];

    private void Load(long first)
    {
        LogPosition start = entries.PositionAt(first);
        SegmentFile segment = segments.Find(start.Segment)
            ?? throw new InvalidOperationException($"Segment {start.Segment} was removed while entry {first} is held.");
        IDiskFile file = segment.File;

        ReadOnlyMemory<byte> bytes = Read(file, start.Offset, WindowSize);
        LogRecord record = Check(file, start, bytes.Span, first);
        if (record.Size > bytes.Length)
        {
            bytes = Read(file, start.Offset, checked((int)record.Size));
        }

        _window.Clear();
        for (long index = first; entries.Holds(index) && !entries.IsCached(index); index++)
        {
            LogPosition position = entries.PositionAt(index);
            long at = (long)position.Offset - start.Offset;
            if (position.Segment != start.Segment || at + LogRecord.HeadSize > bytes.Length)
            {
                break;
            }

            record = Check(file, position, bytes.Span[(int)at..], index);
            if (at + record.Size > bytes.Length)
            {
                break;
            }

            ReadOnlyMemory<byte> whole = bytes.Slice((int)at, (int)record.Size);
            if (LogRecord.ChecksumIn(whole.Span) != LogRecord.ChecksumOf(whole.Span, segment.Salt))
            {
                throw new LogDamagedException(file.Path, position.Offset, $"entry {index} fails its checksum.");
            }

            _window.Add(new LogEntry(record.Id, (EntryType)record.Kind, record.Time, whole[LogRecord.HeadSize..]));
        }

        _slice = [.. _window];
    }

    /// <summary>Memory of its own, not pooled: whoever is sent an entry may keep its payload.</summary>
    private static ReadOnlyMemory<byte> Read(IDiskFile file, long offset, int size)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(size);
        return bytes.AsMemory(0, file.Read(bytes, offset));
    }

    private LogRecord Check(IDiskFile file, LogPosition position, ReadOnlySpan<byte> bytes, long index) =>
        bytes.Length >= LogRecord.HeadSize
        && LogRecord.TryRead(bytes, position, out LogRecord record)
        && record.IsEntry
        && record.Id == entries.IdAt(index)
            ? record
            : throw new LogDamagedException(file.Path, position.Offset, $"entry {index} cannot be read there any more.");
}
