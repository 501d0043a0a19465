using Raft.Core;

namespace Raft.Storage;

/// <summary>Reads the segments a log left behind, decides what holds, and leaves files that can be written on.</summary>
/// <remarks>
/// The order of what it writes lets a crash in the middle be recovered from in the same way: first the tail that does not
/// hold is overwritten with zeros, then what holds but was not proven durable is written again, then all is synced.
/// </remarks>
internal sealed class LogRecovery
{
    private readonly IDisk _disk;
    private readonly string _directory;
    private readonly string _logName;
    private readonly List<SegmentFile> _segments = [];
    private readonly List<SegmentFile> _leftovers = [];
    private readonly List<string> _warnings = [];
    private readonly List<(uint Segment, long Bytes)> _used = [];
    private readonly EntryTable _entries = new();
    private readonly RaftLogOptions? _options;
    private EntryId _base;
    private bool _hasStart;
    private LogPosition _proven;
    private LogPosition _end;

    private LogRecovery(IDisk disk, string directory, string logName, RaftLogOptions? options)
    {
        _disk = disk;
        _directory = directory;
        _logName = logName;
        _options = options;
    }

    public EntryTable Entries => _entries;

    public IReadOnlyList<SegmentFile> Segments => _segments;

    public IReadOnlyList<string> Warnings => _warnings;

    public LogTail Tail { get; private set; }

    /// <summary>Recovers a log for use, or creates it.</summary>
    public static LogRecovery Run(DataDirectory directory, RaftLogOptions options)
    {
        LogRecovery recovery = new(directory.Disk, directory.Path, options.FileName, options);
        try
        {
            recovery.RemoveUnfinished();
            recovery.OpenSegments(DiskOpen.ReadWrite);
            if (recovery._segments.Count == 0)
            {
                recovery._segments.Add(SegmentFile.Create(directory, options, 1, isFilled: true));
                recovery.Tail = new LogTail(new LogPosition(1, SegmentFile.HeaderSize), []);
                return recovery;
            }

            recovery.Replay();
            recovery.Finish();
            return recovery;
        }
        catch
        {
            recovery.Close();
            throw;
        }
    }

    /// <summary>Reads a log, of whatever node, and changes nothing.</summary>
    public static LogRecovery Inspect(IDisk disk, string directory, string logName)
    {
        LogRecovery recovery = new(disk, directory, logName, null);
        try
        {
            recovery.OpenSegments(DiskOpen.Read);
            recovery.Replay();
            return recovery;
        }
        finally
        {
            recovery.Close();
        }
    }

    private void Close()
    {
        _segments.ForEach(segment => segment.Dispose());
        _leftovers.ForEach(segment => segment.Dispose());
    }

    /// <summary>Removes segments whose making was interrupted, and those that waited to become others.</summary>
    private void RemoveUnfinished()
    {
        foreach (string name in _disk.List(_directory))
        {
            if (IsSegmentWith(SegmentFile.UnfinishedSuffix) || IsSegmentWith(SegmentFile.SpareSuffix))
            {
                _disk.Delete(Path.Combine(_directory, name));
            }

            bool IsSegmentWith(string suffix) => name.EndsWith(suffix, StringComparison.Ordinal)
                && SegmentFile.TryParseName(_logName, name[..^suffix.Length], out _);
        }
    }

    private void OpenSegments(DiskOpen how)
    {
        SortedList<uint, string> names = [];
        foreach (string name in _disk.List(_directory))
        {
            if (SegmentFile.TryParseName(_logName, name, out uint sequence))
            {
                names.Add(sequence, name);
            }
        }

        foreach ((uint sequence, string name) in names)
        {
            if (_segments.Count > 0 && _segments[^1].Sequence + 1 != sequence)
            {
                // Either what an unfinished compaction left, or files are missing: the log behind the gap will tell.
                _leftovers.AddRange(_segments);
                _segments.Clear();
            }

            _segments.Add(SegmentFile.Open(_disk, Path.Combine(_directory, name), sequence, _options, how));
        }
    }

    private void Replay()
    {
        _end = new LogPosition(_segments[0].Sequence, SegmentFile.HeaderSize);
        for (int i = 0; i < _segments.Count; i++)
        {
            SegmentFile segment = _segments[i];
            RecordReader reader = new(segment);
            long offset = SegmentFile.HeaderSize;
            while (reader.TryRead(offset, out LogRecord record))
            {
                Replay(segment, reader, record);
                offset += record.Size;
                _end = record.End;
                _proven = record.Durable > _proven ? record.Durable : _proven;
            }

            LogPosition stop = new(segment.Sequence, (uint)offset);
            if (offset > SegmentFile.HeaderSize)
            {
                _used.Add((segment.Sequence, offset));
            }

            if (IsTail(i, reader, stop))
            {
                break;
            }
        }

        if (_entries.Base != _base || (!_hasStart && _segments[0].Sequence > 1))
        {
            throw new LogDamagedException(
                _segments[0].File.Path, 0, $"it begins after entry {_entries.Base}, but files before it are missing.");
        }
    }

    /// <summary>
    /// Whether the log ends where no record could be read. It does unless a later record proves that this place was
    /// written and durable before.
    /// </summary>
    private bool IsTail(int at, RecordReader reader, LogPosition stop)
    {
        bool goesOn = false;
        for (int i = at; i < _segments.Count; i++)
        {
            if (i > at)
            {
                reader = new RecordReader(_segments[i]);
            }

            long from = i == at ? stop.Offset : SegmentFile.HeaderSize;
            if (i > at && reader.TryRead(from, out LogRecord start) && start.Durable == stop)
            {
                return false; // the segment is simply full, and was synced before the next was begun
            }

            if (reader.TryFind(from, record => record.Durable > stop, out LogRecord witness))
            {
                throw new LogDamagedException(_segments[at].File.Path, stop.Offset, witness == default
                    ? "what follows cannot be made out."
                    : $"no valid record stands there, but entry {witness.Id} was written later, when this place was already durable.");
            }

            goesOn |= reader.HasContent(from);
        }

        if (goesOn)
        {
            _warnings.Add(
                $"The log ends in a record that was not completely written: '{_segments[at].File.Path}' was cut off at offset "
                + $"{stop.Offset}. The last entry is {_entries.Last}. Nothing that was acknowledged is lost.");
        }

        return true;
    }

    private void Replay(SegmentFile segment, RecordReader reader, in LogRecord record)
    {
        bool fits = record.Kind switch
        {
            RecordKind.Start => TryStart(reader, record),
            _ when !_hasStart => false,
            RecordKind.Truncate => TryTruncate(record.Id),
            RecordKind.Compact => TryCompact(record.Id),
            RecordKind.Reset => TryReset(record.Id),
            RecordKind.Mark => true,
            _ => TryAdd(record),
        };

        if (!fits)
        {
            throw new LogDamagedException(
                segment.File.Path, record.Position.Offset, $"{record.Kind} {record.Id} does not follow entry {_entries.Last}.");
        }
    }

    private bool TryStart(RecordReader reader, in LogRecord record)
    {
        if (record.PayloadLength != LogRecord.StartPayloadSize)
        {
            return false;
        }

        EntryId @base = LogRecord.ReadBase(reader.Payload(record));
        if (_hasStart)
        {
            return record.Id == _entries.Last && @base == _base;
        }

        _hasStart = true;
        _base = @base;
        _entries.ResetTo(record.Id);
        return @base.Index <= record.Id.Index;
    }

    private bool TryAdd(in LogRecord record)
    {
        EntryId last = _entries.Last;
        if (record.Id.Index != last.Index + 1 || record.Id.Term < last.Term)
        {
            return false;
        }

        _entries.AddOnFile(record.Id, record.Position);
        return true;
    }

    /// <summary>Segments before the first one are gone, so entries that were in them may be named.</summary>
    private bool TryTruncate(EntryId last)
    {
        if (last.Index < _entries.Base.Index)
        {
            _entries.ResetTo(last);
            return last.Index >= _base.Index;
        }

        bool holds = last.Index <= _entries.Last.Index && _entries.IdAt(last.Index) == last;
        if (holds)
        {
            _entries.TruncateAfter(last);
        }

        return holds;
    }

    private bool TryCompact(EntryId through)
    {
        if (through.Index < _base.Index || through.Index > _entries.Last.Index)
        {
            return false;
        }

        _base = through;
        if (through.Index < _entries.Base.Index)
        {
            return true;
        }

        bool holds = _entries.IdAt(through.Index) == through;
        if (holds)
        {
            _entries.CompactThrough(through);
        }

        return holds;
    }

    private bool TryReset(EntryId snapshot)
    {
        _base = snapshot;
        _entries.ResetTo(snapshot);
        return true;
    }

    /// <summary>Leaves files that go on where the log ends.</summary>
    private void Finish()
    {
        foreach (SegmentFile segment in _segments.Where(s => s.Sequence >= _end.Segment))
        {
            uint from = segment.Sequence == _end.Segment ? _end.Offset : SegmentFile.HeaderSize;
            if (new RecordReader(segment).HasContent(from))
            {
                segment.Clear(from);
            }
        }

        foreach (SegmentFile segment in _segments.Where(s => s.Sequence >= _proven.Segment))
        {
            WriteAgain(segment);
            segment.File.Sync();
        }

        Tail = new LogTail(_end, [.. _used.Where(u => u.Segment < _end.Segment)]);
        RemoveUnused();
    }

    /// <summary>
    /// Writes what is not proven durable once more. It may be in the page cache only, and marked clean there by an fsync
    /// that failed in an earlier life of the node: then a sync alone would report success and store nothing.
    /// </summary>
    private void WriteAgain(SegmentFile segment)
    {
        long from = segment.Sequence == _proven.Segment ? Math.Max(_proven.Offset, SegmentFile.HeaderSize) : SegmentFile.HeaderSize;
        long to = segment.Sequence == _end.Segment ? _end.Offset : _used.Find(u => u.Segment == segment.Sequence).Bytes;
        byte[] buffer = new byte[64 * 1024];
        while (from < to)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from));
            segment.File.Read(part, from);
            segment.File.Write(part, from);
            from += part.Length;
        }
    }

    /// <summary>Completes a compaction: segments before the first entry held.</summary>
    private void RemoveUnused()
    {
        uint first = (_entries.FirstPosition ?? Tail.Next).Segment;
        _leftovers.AddRange(_segments.Where(segment => segment.Sequence < first));
        _segments.RemoveAll(segment => segment.Sequence < first);
        foreach (SegmentFile segment in _leftovers)
        {
            segment.Dispose();
            _disk.Delete(segment.File.Path);
        }

        Tail = Tail with { FullSegments = [.. Tail.FullSegments.Where(u => u.Segment >= first)] };
    }
}
