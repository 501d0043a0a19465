namespace Raft.Core.Tests.Simulation;

/// <summary>A log as a plain array: once as the server sees it, once as the disk would give it back after a crash.</summary>
internal sealed class LogContents
{
    private LogEntry[] _entries = new LogEntry[64];
    private int _count;

    public EntryId Base { get; private set; }

    public EntryId Last => _count == 0 ? Base : _entries[_count - 1].Id;

    public bool Holds(long index) => index > Base.Index && index <= Base.Index + _count;

    /// <summary>Whether this log holds the entry, or ends at it with its base.</summary>
    public bool Contains(EntryId id) => id == Base || (Holds(id.Index) && At(id.Index).Term == id.Term);

    public ref readonly LogEntry At(long index) => ref _entries[(int)(index - Base.Index - 1)];

    public long TermAt(long index)
    {
        if (index == Base.Index)
        {
            return Base.Term;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(index, Base.Index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, Base.Index + _count);
        return At(index).Term;
    }

    public ReadOnlyMemory<LogEntry> Slice(long first, int count) => _entries.AsMemory((int)(first - Base.Index - 1), count);

    public void Append(in LogEntry entry)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        _entries[_count++] = entry;
    }

    public void TruncateFrom(long index)
    {
        int keep = (int)(index - Base.Index - 1);
        Array.Clear(_entries, keep, _count - keep);
        _count = keep;
    }

    public void CompactThrough(EntryId through)
    {
        int gone = (int)(through.Index - Base.Index);
        Array.Copy(_entries, gone, _entries, 0, _count - gone);
        Array.Clear(_entries, _count - gone, gone);
        _count -= gone;
        Base = through;
    }

    public void ResetTo(EntryId snapshot)
    {
        Array.Clear(_entries, 0, _count);
        _count = 0;
        Base = snapshot;
    }

    public LogContents Copy() => new() { _entries = (LogEntry[])_entries.Clone(), _count = _count, Base = Base };
}
