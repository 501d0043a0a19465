using Raft.Core;

namespace Raft.Storage;

/// <summary>
/// The log on disk. Consensus calls everything that <see cref="IRaftLog"/> names, one call at a time; one thread of the
/// log's own writes and syncs what was appended and reports how far it is durable.
/// </summary>
/// <remarks>
/// The files are append-only: truncation and compaction are records like any other, so nothing durable is ever
/// overwritten and what was truncated can never come back.
/// </remarks>
public sealed class RaftLog : IRaftLog, IDisposable
{
    /// <summary>What stays in memory although every member has it: a follower that comes to lead has it at hand for those that lag a little.</summary>
    internal const long NewestBytes = 64 * 1024;

    private readonly EntryTable _entries;
    private readonly LogWriter _writer;
    private readonly LogSyncer _syncer;
    private readonly SegmentSet _segments;
    private readonly EntryReader _reader;
    private long _maxCacheBytes;
    private long _released;
    private long _durable;

    private RaftLog(DataDirectory directory, RaftLogOptions options, LogRecovery recovery)
    {
        _entries = recovery.Entries;
        _segments = new SegmentSet(directory, options, recovery.Segments);
        _reader = new EntryReader(_segments, _entries);
        _writer = new LogWriter(options.SegmentBytes, recovery.Tail, _entries.Last, _entries.Base, _entries.FirstPosition);
        _syncer = new LogSyncer(directory, options, _writer, _segments, recovery.Tail.Next);
        _maxCacheBytes = options.MaxCacheBytes;
        _durable = _entries.Last.Index;
        Warnings = recovery.Warnings;
    }

    /// <summary>What recovery found worth telling, for the operator's log. Empty after a clean stop.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc/>
    public EntryId Base => _entries.Base;

    /// <inheritdoc/>
    public EntryId Last => _entries.Last;

    /// <summary>
    /// The last entry held whose record is on disk: an entry that was truncated and appended again does not count for what
    /// was written before. For consensus only, like <see cref="IRaftLog"/>.
    /// </summary>
    public EntryId Durable
    {
        get
        {
            LogPosition durable = _syncer.Durable;
            while (_durable < Last.Index && _entries.PositionAt(_durable + 1) < durable)
            {
                _durable++;
            }

            return _entries.IdAt(_durable);
        }
    }

    /// <summary>
    /// Called on the syncer's thread when more is on disk; consensus then reads <see cref="Durable"/>. The next sync begins
    /// when it returns. Set before the first append.
    /// </summary>
    public Action? Synced
    {
        get => _syncer.Synced;
        set => _syncer.Synced = value;
    }

    /// <summary>
    /// Called once, on the syncer's thread, when a write or sync failed: nothing is durable from then on, and nothing is
    /// tried again. The message names the cause.
    /// </summary>
    public Action<Exception>? Failed
    {
        get => _syncer.Failed;
        set => _syncer.Failed = value;
    }

    /// <summary>Bytes of files behind <see cref="Base"/>: what a compaction could free. Read by anyone.</summary>
    public long FileSize => _writer.LiveBytes;

    /// <summary>Bytes of the entries in memory. Read by anyone.</summary>
    public long CacheBytes => _entries.CacheBytes;

    /// <summary>Number of entries in memory. Read by anyone.</summary>
    public long CacheEntries => _entries.CacheEntries;

    /// <summary>Figures of the syncer. Read by anyone.</summary>
    public SyncStatistics Statistics => _syncer.Statistics;

    /// <summary>Payload bytes of applied entries to keep in memory for members that lack them (raft.log-max-cache-size). May be set by anyone.</summary>
    public long MaxCacheBytes
    {
        get => Volatile.Read(ref _maxCacheBytes);
        set => Volatile.Write(ref _maxCacheBytes, value);
    }

    /// <summary>Whether writes are synced before they count as durable (raft.log-fsync). May be set by anyone.</summary>
    public bool Fsync
    {
        get => _syncer.DoesSync;
        set => _syncer.DoesSync = value;
    }

    internal LogSyncer Syncer => _syncer;

    /// <summary>Whether the directory holds a log.</summary>
    public static bool Exists(DataDirectory directory, string fileName) =>
        directory.Disk.List(directory.Path).Any(name => SegmentFile.TryParseName(fileName, name, out _));

    /// <summary>
    /// Recovers the log in a directory, or creates an empty one. All entries that it then holds are durable. An incomplete
    /// last record is cut off and <see cref="Warnings"/> says so.
    /// </summary>
    /// <exception cref="LogDamagedException">Entries that were durable are damaged or missing.</exception>
    /// <exception cref="ForeignFileException">It is the log of another node or cluster.</exception>
    /// <exception cref="StorageException">The files cannot be read or written.</exception>
    public static RaftLog Open(DataDirectory directory, RaftLogOptions options)
    {
        options.Validate();
        try
        {
            return new RaftLog(directory, options, LogRecovery.Run(directory, options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"The log in '{directory.Path}' cannot be opened: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public long TermAt(long index) => _entries.TermAt(index);

    /// <inheritdoc/>
    public ReadOnlyMemory<LogEntry> Slice(long first, int maxCount, long maxBytes)
    {
        if (!_entries.Holds(first) || maxCount <= 0)
        {
            return default;
        }

        return _entries.IsCached(first)
            ? _entries.Slice(first, maxCount, maxBytes)
            : _reader.Slice(first, maxCount, maxBytes);
    }

    /// <inheritdoc/>
    public long SizeOf(long index)
    {
        if (index > Base.Index && index < Last.Index)
        {
            LogPosition place = _entries.PositionAt(index);
            LogPosition next = _entries.PositionAt(index + 1);
            if (place.Segment == next.Segment)
            {
                return next.Offset - place.Offset - LogRecord.HeadSize;
            }
        }

        return Slice(index, 1, long.MaxValue).Span[0].Payload.Length;
    }

    /// <inheritdoc/>
    public void Append(in LogEntry entry)
    {
        if (entry.Index != Last.Index + 1 || entry.Term < Last.Term)
        {
            throw new ArgumentException($"Entry {entry.Id} cannot follow {Last}.", nameof(entry));
        }

        _entries.Add(entry, _writer.Append(entry));
    }

    /// <inheritdoc/>
    public void TruncateFrom(long index)
    {
        if (index > Last.Index)
        {
            return;
        }

        EntryId last = _entries.IdAt(index - 1);
        _reader.Forget();
        _durable = Math.Min(_durable, last.Index);
        _entries.TruncateAfter(last);
        _writer.Truncate(last);
    }

    /// <inheritdoc/>
    public void CompactThrough(EntryId through)
    {
        if (through.Index <= Base.Index)
        {
            return;
        }

        if (_entries.TermAt(through.Index) != through.Term)
        {
            throw new ArgumentException($"The log does not hold entry {through}.", nameof(through));
        }

        _reader.Forget();
        _durable = Math.Max(_durable, through.Index);
        _entries.CompactThrough(through);
        _writer.Compact(through, _entries.FirstPosition);
        _syncer.Signal(); // what it frees need not wait for the next entry
    }

    /// <inheritdoc/>
    public void ResetTo(EntryId snapshot)
    {
        _reader.Forget();
        _durable = snapshot.Index;
        _entries.ResetTo(snapshot);
        _writer.Reset(snapshot);
    }

    /// <summary>Wakes the syncer if anything was appended, truncated or compacted since it last looked. Call once a step.</summary>
    public void StartSync() => _syncer.Signal();

    /// <summary>
    /// The entries up to an index are applied: beyond <see cref="MaxCacheBytes"/> they may leave memory, oldest first. Also
    /// lets go of a part of what a compaction left in memory, so call it once a step. Like the other changes it ends the
    /// validity of slices.
    /// </summary>
    /// <param name="index">The last entry applied.</param>
    /// <param name="heldByAll">Entries up to here are wanted by nobody (<see cref="RaftServer.HeldByAll"/>): all but the newest leave memory when they are applied.</param>
    public void ReleaseApplied(long index, long heldByAll = 0)
    {
        _entries.ReleaseRetired();
        _released = Math.Max(_released, index);
        LogPosition durable = _syncer.Durable;
        _entries.Evict(Math.Min(NewestBytes, MaxCacheBytes), Math.Min(_released, heldByAll), durable);
        _entries.Evict(MaxCacheBytes, _released, durable);
    }

    /// <summary>Writes and syncs what is left, marks the end and closes the files.</summary>
    public void Dispose()
    {
        _syncer.Dispose();
        _segments.Dispose();
    }
}
