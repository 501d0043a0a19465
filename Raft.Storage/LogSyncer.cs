using System.Diagnostics;

namespace Raft.Storage;

/// <summary>
/// One thread that writes what was gathered and syncs it, over and over; what is appended meanwhile shares the next sync.
/// </summary>
/// <remarks>
/// A segment is synced before the next one gets its first record, so unsynced bytes are in one file only.
/// The first failure is final: the kernel may have dropped the dirty pages and report success the next time.
/// </remarks>
internal sealed class LogSyncer : IDisposable
{
    private static readonly TimeSpan PresenceCheckInterval = TimeSpan.FromMilliseconds(250);

    private readonly DataDirectory _directory;
    private readonly RaftLogOptions _options;
    private readonly LogWriter _writer;
    private readonly SegmentSet _segments;
    private readonly Wakeup _wakeup = new();
    private readonly Func<bool> _hasWork;
    private readonly Thread? _thread;
    private WriteBatch _batch = new();
    private SegmentFile? _segment;
    private LogPosition _written;
    private LogPosition _synced;
    private ulong _durable;
    private bool _isMarked;
    private long _presenceChecked;
    private long _entered;
    private int _isPreparing;
    private int _isAsked;
    private volatile bool _stop;
    private volatile bool _failed;

    public LogSyncer(DataDirectory directory, RaftLogOptions options, LogWriter writer, SegmentSet segments, LogPosition next)
    {
        _directory = directory;
        _options = options;
        _writer = writer;
        _segments = segments;
        _written = next;
        _synced = next;
        _durable = next.Packed;
        _isMarked = true;
        DoesSync = options.Fsync;
        _hasWork = () => _stop || _isAsked != 0;
        if (options.HasThread)
        {
            _thread = new Thread(Run) { Name = "LogSyncer", IsBackground = true };
            _thread.Start();
        }
    }

    public Action? Synced { get; set; }

    public Action<Exception>? Failed { get; set; }

    public SyncStatistics Statistics { get; } = new();

    /// <summary>Whether writes are synced before they count as durable.</summary>
    public bool DoesSync { get; set; }

    /// <summary>Records before this place count as durable.</summary>
    public LogPosition Durable => LogPosition.Unpack(Volatile.Read(ref _durable));

    /// <summary>Asks the thread to sync what was gathered.</summary>
    public void Signal()
    {
        if (_writer.HasPending)
        {
            Volatile.Write(ref _isAsked, 1);
            _wakeup.Signal();
        }
    }

    /// <summary>Writes and syncs what was gathered, once.</summary>
    /// <returns>False when there was nothing to do or the log has failed.</returns>
    public bool SyncOnce()
    {
        if (_failed || !_writer.TryTake(ref _batch))
        {
            return false;
        }

        bool changesLog = _batch.ChangesLog;
        if (!TryMakeDurable())
        {
            return false;
        }

        if (changesLog)
        {
            Synced?.Invoke();
        }

        PrepareNextSegment();
        return true;
    }

    /// <summary>Proves all that is durable to be so, for a log that has nothing else to write.</summary>
    public void MarkIdle()
    {
        if (!_isMarked && !_failed)
        {
            _writer.Mark();
            SyncOnce();
        }
    }

    /// <summary>Writes what is left, marks the end and stops.</summary>
    public void Dispose()
    {
        _stop = true;
        if (_thread is null)
        {
            Drain();
        }
        else
        {
            _wakeup.Signal();
            if (Thread.CurrentThread != _thread)
            {
                _thread.Join();
                _wakeup.Dispose();
            }
        }
    }

    private void Run()
    {
        while (!_stop)
        {
            while (Interlocked.Exchange(ref _isAsked, 0) != 0)
            {
                SyncOnce();
            }

            bool rests = _isMarked || _failed;
            if (!_wakeup.Wait(_hasWork, rests ? Timeout.Infinite : (int)_options.IdleMark.TotalMilliseconds))
            {
                MarkIdle();
            }
        }

        Drain();
    }

    private void Drain()
    {
        while (SyncOnce())
        {
        }

        MarkIdle();
    }

    private bool TryMakeDurable()
    {
        Statistics.Begin();
        try
        {
            CheckPresence();
            Write();
            Sync();
            _isMarked = !_batch.ChangesLog;
            RemoveFreed(_batch.FreeBelow);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StorageException)
        {
            _failed = true;
            _writer.Close();
            Failed?.Invoke(new StorageException($"The log in '{_directory.Path}' could not be written: {e.Message}", e));
            return false;
        }
        finally
        {
            _batch.Clear();
            Statistics.End();
        }
    }

    private void Write()
    {
        for (int i = 0; i < _batch.BlockCount; i++)
        {
            WriteBlock(_batch.BlockAt(i));
        }
    }

    /// <summary>Seals the records of a block and writes them in as few writes as segments and referenced payloads allow.</summary>
    private void WriteBlock(Span<byte> block)
    {
        int start = 0;
        int end = 0;
        while (end < block.Length)
        {
            (LogPosition position, int length) = LogRecord.Peek(block[end..]);
            if (position.Segment != _segment?.Sequence)
            {
                WriteRange(block[start..end]);
                start = end;
                Enter(position);
            }

            if (length < WriteBatch.ReferencedPayload)
            {
                int next = end + LogRecord.HeadSize + length;
                LogRecord.Seal(block[end..next], _synced, default, _segment!.Salt);
                end = next;
                continue;
            }

            ReadOnlyMemory<byte> payload = _batch.NextReferenced();
            int headEnd = end + LogRecord.HeadSize;
            LogRecord.Seal(block[end..headEnd], _synced, payload.Span, _segment!.Salt);
            WriteRange(block[start..headEnd]);
            WriteRange(payload.Span);
            PayloadBlock.Release(payload);
            start = end = headEnd;
        }

        WriteRange(block[start..]);
    }

    private void WriteRange(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            _segment!.File.Write(bytes, _written.Offset);
            _written = _written.Plus(bytes.Length);
        }
    }

    private void Enter(LogPosition position)
    {
        if (_segment is not null)
        {
            SyncSegment(); // whatever the option says: recovery relies on it
        }

        _segment = _segments.GetOrCreate(position.Segment);
        _entered = Stopwatch.GetTimestamp();
        _written = position;
    }

    private void Sync()
    {
        if (DoesSync)
        {
            SyncSegment();
        }

        Volatile.Write(ref _durable, _written.Packed);
    }

    private void SyncSegment()
    {
        long started = Stopwatch.GetTimestamp();
        _segment!.File.Sync();
        Statistics.Count(Stopwatch.GetElapsedTime(started));
        _synced = _written;
    }

    private void CheckPresence()
    {
        if (Stopwatch.GetElapsedTime(_presenceChecked) >= PresenceCheckInterval)
        {
            _directory.EnsurePresent();
            _presenceChecked = Stopwatch.GetTimestamp();
        }
    }

    private void RemoveFreed(uint below)
    {
        if (below != 0)
        {
            Remove(below);
        }
    }

    // What a lambda takes along is allocated where its method begins: methods of their own keep that off the way of every sync.
    private void Remove(uint below) => InBackground(() => _segments.RemoveBelow(below));

    /// <summary>Makes the next segment ahead of its use, so that no write has to wait for it.</summary>
    private void PrepareNextSegment()
    {
        if (_segment is null || _written.Offset < _options.SegmentBytes / 4)
        {
            return;
        }

        uint next = _segment.Sequence + 1;
        bool isFilled = _written.Offset <= _options.MaxFillRate * Stopwatch.GetElapsedTime(_entered).TotalSeconds;
        if (_segments.Find(next) is null && Interlocked.Exchange(ref _isPreparing, 1) == 0)
        {
            Prepare(next, isFilled);
        }
    }

    private void Prepare(uint next, bool isFilled) => InBackground(() =>
    {
        try
        {
            _segments.Prepare(next, isFilled);
        }
        finally
        {
            Volatile.Write(ref _isPreparing, 0);
        }
    });

    /// <summary>
    /// Does what is not needed yet. A failure here loses nothing: a segment that could not be made is tried again when it
    /// is needed, one that could not be removed when the log is next opened.
    /// </summary>
    private void InBackground(Action work)
    {
        if (_thread is null)
        {
            Attempt(work);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(Attempt, work, preferLocal: false);
        }

        static void Attempt(Action work)
        {
            try
            {
                work();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }
    }
}
