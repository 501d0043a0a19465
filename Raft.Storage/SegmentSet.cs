namespace Raft.Storage;

/// <summary>The open segments. The syncer writes and removes them, consensus reads old entries from them.</summary>
internal sealed class SegmentSet : IDisposable
{
    private readonly DataDirectory _directory;
    private readonly RaftLogOptions _options;
    private readonly Lock _creation = new();
    private readonly Lock _gate = new();
    private readonly SortedList<uint, SegmentFile> _segments = [];
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

    /// <summary>The segment, made now unless it was prepared; waits for a preparation under way.</summary>
    public SegmentFile GetOrCreate(uint sequence) => GetOrCreate(sequence, isFilled: false);

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
        while (FirstBelow(sequence) is { } old)
        {
            _directory.Disk.Delete(old.File.Path);
            lock (_gate)
            {
                _segments.Remove(old.Sequence);
            }

            old.Dispose();
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

            SegmentFile created = SegmentFile.Create(_directory, _options, sequence, isFilled);
            lock (_gate)
            {
                _segments.Add(sequence, created);
            }

            return created;
        }
    }

    private SegmentFile? FirstBelow(uint sequence)
    {
        lock (_gate)
        {
            return _segments.Count > 0 && _segments.GetKeyAtIndex(0) < sequence ? _segments.GetValueAtIndex(0) : null;
        }
    }
}
