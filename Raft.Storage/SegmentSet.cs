namespace Raft.Storage;

/// <summary>The open segments. The syncer writes and removes them, consensus reads old entries from them.</summary>
/// <remarks>
/// Some of those that are removed stay as spare files and become the next ones. Between two snapshots as many are written as
/// were removed at the first, so a log that keeps its pace makes no new file.
/// </remarks>
internal sealed class SegmentSet : IDisposable
{
    private const int MaxSpares = 6;

    private readonly DataDirectory _directory;
    private readonly RaftLogOptions _options;
    private readonly Lock _creation = new();
    private readonly Lock _gate = new();
    private readonly SortedList<uint, SegmentFile> _segments = [];
    private readonly Queue<string> _spares = new();
    private bool _isDisposed;

    public SegmentSet(DataDirectory directory, RaftLogOptions options, IEnumerable<SegmentFile> segments)
    {
        _directory = directory;
        _options = options;
        foreach (SegmentFile segment in segments)
        {
            _segments.Add(segment.Sequence, segment);
        }
    }

    public SegmentFile? Find(uint sequence)
    {
        lock (_gate)
        {
            return _segments.GetValueOrDefault(sequence);
        }
    }

    /// <summary>The segment, made now unless it was prepared; waits for a preparation under way, but not for a removal when it is there.</summary>
    public SegmentFile GetOrCreate(uint sequence) => Find(sequence) ?? GetOrCreate(sequence, isFilled: false);

    /// <summary>Makes a segment ahead of its use, unless the log was closed meanwhile.</summary>
    public void Prepare(uint sequence, bool isFilled)
    {
        lock (_creation)
        {
            if (!_isDisposed)
            {
                GetOrCreate(sequence, isFilled);
            }
        }
    }

    /// <summary>Removes the segments below one, oldest first, so that what a crash leaves has no gap.</summary>
    public void RemoveBelow(uint sequence)
    {
        lock (_creation)
        {
            int spares = _spares.Count;
            while (!_isDisposed && FirstBelow(sequence) is { } old)
            {
                Remove(old);
            }

            if (_spares.Count > spares)
            {
                // A header that is written over must not be found under the old name.
                _directory.Disk.SyncDirectory(_directory.Path);
            }
        }
    }

    public void Dispose()
    {
        lock (_creation)
        {
            _isDisposed = true;
            lock (_gate)
            {
                foreach (SegmentFile segment in _segments.Values)
                {
                    segment.Dispose();
                }

                _segments.Clear();
            }
        }
    }

    private SegmentFile GetOrCreate(uint sequence, bool isFilled)
    {
        lock (_creation)
        {
            if (Find(sequence) is { } present)
            {
                return present;
            }

            SegmentFile created = _spares.TryDequeue(out string? spare)
                ? SegmentFile.Reuse(_directory, _options, sequence, spare)
                : SegmentFile.Create(_directory, _options, sequence, isFilled);
            lock (_gate)
            {
                _segments.Add(sequence, created);
            }

            return created;
        }
    }

    private void Remove(SegmentFile old)
    {
        // A file with an entry larger than a segment would hold more of the disk than its successor needs.
        if (_spares.Count < MaxSpares && old.File.Length <= _options.SegmentBytes)
        {
            string spare = old.File.Path + SegmentFile.SpareSuffix;
            _directory.Disk.Rename(old.File.Path, spare);
            _spares.Enqueue(spare);
        }
        else
        {
            _directory.Disk.Delete(old.File.Path);
        }

        lock (_gate)
        {
            _segments.Remove(old.Sequence);
        }

        old.Dispose();
    }

    private SegmentFile? FirstBelow(uint sequence)
    {
        lock (_gate)
        {
            return _segments.Count > 0 && _segments.GetKeyAtIndex(0) < sequence ? _segments.GetValueAtIndex(0) : null;
        }
    }
}
