using Raft.Core;

namespace Raft.Storage;

/// <summary>
/// What the log holds, by index: terms, places in the files, and the entries themselves as far as they are in memory.
/// Chunks of fixed size, so that growth copies nothing and a slice is a view.
/// </summary>
internal sealed class EntryTable
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int EntryOverhead = 64;
    private const int MaxSpares = 16;

    private readonly List<Chunk> _chunks = [];
    private readonly List<TermRun> _terms = [];
    private readonly Stack<LogEntry[]> _spareEntries = new();
    private readonly Stack<Chunk> _spareChunks = new();
    private readonly Queue<LogEntry[]> _retired = new();
    private long _firstChunk;
    private long _firstCached = 1;
    private long _cacheBytes;
    private long _cacheEntries;

    public EntryId Base { get; private set; }

    public EntryId Last { get; private set; }

    /// <summary>Bytes of the entries in memory. Read by anyone.</summary>
    public long CacheBytes => Volatile.Read(ref _cacheBytes);

    /// <summary>Number of entries in memory. Read by anyone.</summary>
    public long CacheEntries => Volatile.Read(ref _cacheEntries);

    public bool Holds(long index) => index > Base.Index && index <= Last.Index;

    public bool IsCached(long index) => index >= _firstCached;

    public long TermAt(long index)
    {
        if (index == Base.Index)
        {
            return Base.Term;
        }

        if (!Holds(index))
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"The log holds the entries after {Base.Index} up to {Last.Index}.");
        }

        int run = _terms.Count - 1;
        if (_terms[run].First > index)
        {
            run = RunOf(index);
        }

        return _terms[run].Term;
    }

    public EntryId IdAt(long index) => new(TermAt(index), index);

    public LogPosition PositionAt(long index) => LogPosition.Unpack(ChunkOf(index).Positions[Slot(index)]);

    /// <summary>Where the first entry held stands, or null when none is held.</summary>
    public LogPosition? FirstPosition => Last.Index > Base.Index ? PositionAt(Base.Index + 1) : null;

    /// <summary>Adds the next entry and keeps it in memory.</summary>
    public void Add(in LogEntry entry, LogPosition position)
    {
        Chunk chunk = AddPlace(entry.Id, position);
        chunk.Entries ??= _spareEntries.TryPop(out LogEntry[]? spare) ? spare : new LogEntry[ChunkSize];
        chunk.Entries[Slot(entry.Index)] = entry;
        PayloadBlock.Retain(entry.Payload);
        Count(chunk, 1, entry.Payload.Length);
    }

    /// <summary>Adds the next entry, which is on file only. Nothing may be in memory yet.</summary>
    public void AddOnFile(EntryId id, LogPosition position)
    {
        AddPlace(id, position);
        _firstCached = id.Index + 1;
    }

    /// <summary>Cached entries from an index on, within one chunk.</summary>
    public ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes)
    {
        int slot = Slot(first);
        int limit = (int)Math.Min(Math.Min(maxCount, ChunkSize - slot), Last.Index - first + 1);
        LogEntry[] entries = ChunkOf(first).Entries!;
        int count = 1;
        for (long bytes = entries[slot].Payload.Length; count < limit; count++)
        {
            bytes += entries[slot + count].Payload.Length;
            if (bytes > maxBytes)
            {
                break;
            }
        }

        return entries.AsMemory(slot, count);
    }

    public void TruncateAfter(EntryId last)
    {
        for (long index = Math.Max(last.Index + 1, _firstCached); index <= Last.Index; index++)
        {
            Drop(index, ChunkOf(index));
        }

        long chunks = last.Index > Base.Index ? (last.Index >> ChunkBits) - _firstChunk + 1 : 0;
        RemoveChunks((int)chunks, _chunks.Count - (int)chunks);
        while (_terms.Count > 0 && _terms[^1].First > last.Index)
        {
            _terms.RemoveAt(_terms.Count - 1);
        }

        Last = last;
        _firstCached = Math.Min(_firstCached, last.Index + 1);
    }

    /// <summary>
    /// Forgets the entries up to one. Those in memory leave it a chunk at a time (<see cref="ReleaseRetired"/>): letting go of
    /// hundreds of thousands at once would take milliseconds, for which everybody waits.
    /// </summary>
    public void CompactThrough(EntryId through)
    {
        long chunks = through.Index < Last.Index ? ((through.Index + 1) >> ChunkBits) - _firstChunk : _chunks.Count;
        for (int i = 0; i < chunks; i++)
        {
            Retire(_chunks[i]);
        }

        RemoveChunks(0, (int)chunks);
        long firstLeft = (_firstChunk + chunks) << ChunkBits;
        for (long index = Math.Max(Math.Max(_firstCached, Base.Index + 1), firstLeft); index <= through.Index; index++)
        {
            Drop(index, _chunks[0]);
        }

        _firstChunk += chunks;
        if (through.Index == Last.Index)
        {
            _terms.Clear();
        }
        else if (RunOf(through.Index + 1) is var run and > 0)
        {
            _terms.RemoveRange(0, run);
        }

        Base = through;
        _firstCached = Math.Max(_firstCached, through.Index + 1);
    }

    public void ResetTo(EntryId snapshot)
    {
        TruncateAfter(Base);
        Base = snapshot;
        Last = snapshot;
        _firstCached = snapshot.Index + 1;
    }

    /// <summary>Drops the oldest entries from memory while there is too much, among those up to an index and a place.</summary>
    public void Evict(long maxBytes, long through, LogPosition durable)
    {
        while (_cacheBytes > maxBytes && _firstCached <= through && _firstCached <= Last.Index
            && PositionAt(_firstCached) < durable)
        {
            Drop(_firstCached, ChunkOf(_firstCached));
            if (Slot(++_firstCached) == 0)
            {
                RecycleEntries(ChunkOf(_firstCached - 1));
            }
        }
    }

    /// <summary>Lets go of a chunk of entries that a compaction left in memory.</summary>
    public void ReleaseRetired()
    {
        if (!_retired.TryDequeue(out LogEntry[]? entries))
        {
            return;
        }

        foreach (ref readonly LogEntry entry in entries.AsSpan())
        {
            PayloadBlock.Release(entry.Payload);
        }

        Array.Clear(entries);
        Keep(entries);
    }

    private static int Slot(long index) => (int)index & (ChunkSize - 1);

    private Chunk ChunkOf(long index) => _chunks[(int)((index >> ChunkBits) - _firstChunk)];

    private Chunk AddPlace(EntryId id, LogPosition position)
    {
        long number = id.Index >> ChunkBits;
        if (_chunks.Count == 0)
        {
            _firstChunk = number;
        }

        if (number - _firstChunk == _chunks.Count)
        {
            _chunks.Add(_spareChunks.TryPop(out Chunk? spare) ? spare : new Chunk());
        }

        if (_terms.Count == 0 || _terms[^1].Term != id.Term)
        {
            _terms.Add(new TermRun(id.Index, id.Term));
        }

        Chunk chunk = _chunks[^1];
        chunk.Positions[Slot(id.Index)] = position.Packed;
        Last = id;
        return chunk;
    }

    private int RunOf(long index)
    {
        int low = 0;
        int high = _terms.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _terms[middle].First <= index ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private void Drop(long index, Chunk chunk)
    {
        ref LogEntry entry = ref chunk.Entries![Slot(index)];
        Count(chunk, -1, -entry.Payload.Length);
        PayloadBlock.Release(entry.Payload);
        entry = default;
    }

    private void Count(Chunk chunk, int entries, int payload)
    {
        int bytes = payload + (entries * EntryOverhead);
        chunk.CacheEntries += entries;
        chunk.CacheBytes += bytes;
        Volatile.Write(ref _cacheEntries, _cacheEntries + entries);
        Volatile.Write(ref _cacheBytes, _cacheBytes + bytes);
    }

    private void Retire(Chunk chunk)
    {
        if (chunk.CacheEntries > 0)
        {
            _retired.Enqueue(chunk.Entries!);
            chunk.Entries = null;
            Volatile.Write(ref _cacheEntries, _cacheEntries - chunk.CacheEntries);
            Volatile.Write(ref _cacheBytes, _cacheBytes - chunk.CacheBytes);
            (chunk.CacheEntries, chunk.CacheBytes) = (0, 0);
        }
    }

    private void RemoveChunks(int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            RecycleEntries(_chunks[i]);
            if (_spareChunks.Count < MaxSpares)
            {
                _spareChunks.Push(_chunks[i]);
            }
        }

        _chunks.RemoveRange(first, count);
    }

    /// <summary>Keeps the array of a chunk whose entries were all dropped.</summary>
    private void RecycleEntries(Chunk chunk)
    {
        if (chunk.Entries is { } entries)
        {
            Keep(entries);
        }

        chunk.Entries = null;
    }

    private void Keep(LogEntry[] entries)
    {
        if (_spareEntries.Count < MaxSpares)
        {
            _spareEntries.Push(entries);
        }
    }

    private sealed class Chunk
    {
        public LogEntry[]? Entries { get; set; }

        public ulong[] Positions { get; } = new ulong[ChunkSize];

        public int CacheEntries { get; set; }

        public long CacheBytes { get; set; }
    }

    private readonly record struct TermRun(long First, long Term);
}
