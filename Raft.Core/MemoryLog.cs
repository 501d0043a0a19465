namespace Raft.Core;

/// <summary>
/// A log in memory: for tests, simulations and experiments. Nothing survives the process, so a server on it must never be
/// restarted under its id.
/// </summary>
public sealed class MemoryLog : IRaftLog
{
    private LogEntry[] _entries = new LogEntry[16];
    private int _first;
    private int _count;

    /// <inheritdoc/>
    public EntryId Base { get; private set; }

    /// <inheritdoc/>
    public EntryId Last => _count == 0 ? Base : _entries[_first + _count - 1].Id;

    /// <inheritdoc/>
    public long TermAt(long index) => index == Base.Index ? Base.Term : _entries[Place(index)].Term;

    /// <inheritdoc/>
    public ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes)
    {
        int place = Place(first);
        int available = Math.Min(_first + _count - place, maxCount);
        int count = 0;
        long bytes = 0;
        while (count < available)
        {
            bytes += _entries[place + count].Payload.Length;
            if (count > 0 && bytes > maxBytes)
            {
                break;
            }

            count++;
        }

        return _entries.AsMemory(place, count);
    }

    /// <inheritdoc/>
    public void Append(in LogEntry entry)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(entry.Index, Last.Index + 1, nameof(entry));
        if (_first + _count == _entries.Length)
        {
            MakeRoom();
        }

        _entries[_first + _count++] = entry;
    }

    /// <inheritdoc/>
    public void TruncateFrom(long index)
    {
        int place = Place(index);
        Array.Clear(_entries, place, _first + _count - place);
        _count = place - _first;
    }

    /// <inheritdoc/>
    public void CompactThrough(EntryId through)
    {
        int forgotten = Place(through.Index) - _first + 1;
        Array.Clear(_entries, _first, forgotten);
        _first += forgotten;
        _count -= forgotten;
        Base = through;
    }

    /// <inheritdoc/>
    public void ResetTo(EntryId snapshot)
    {
        Array.Clear(_entries, _first, _count);
        (_first, _count, Base) = (0, 0, snapshot);
    }

    private int Place(long index)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(index, Base.Index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Last.Index);
        return _first + (int)(index - Base.Index - 1);
    }

    /// <summary>Moves the entries to the front, of a larger array when they fill more than half of this one.</summary>
    private void MakeRoom()
    {
        LogEntry[] target = _count > _entries.Length / 2 ? new LogEntry[_entries.Length * 2] : _entries;
        Array.Copy(_entries, _first, target, 0, _count);
        if (ReferenceEquals(target, _entries))
        {
            Array.Clear(_entries, _count, _entries.Length - _count);
        }

        (_entries, _first) = (target, 0);
    }
}
