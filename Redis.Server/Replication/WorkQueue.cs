namespace Redis.Server.Replication;

internal delegate void WorkViewer(in Work work);

/// <summary>Ordered work for the application: many threads add, one drain at a time takes all that gathered.</summary>
internal sealed class WorkQueue
{
    private const int KeptCapacity = 64 * 1024;

    private readonly Lock _lock = new();
    private Work[] _filling = new Work[256];
    private Work[] _taken = new Work[256];
    private int _filled;

    public bool IsEmpty => Volatile.Read(ref _filled) == 0;

    public void Add(in Work work)
    {
        lock (_lock)
        {
            if (_filled == _filling.Length)
            {
                Array.Resize(ref _filling, _filled * 2);
            }

            _filling[_filled++] = work;
        }
    }

    /// <summary>Shows what has been added since the last look and is not taken yet; <paramref name="seen"/> is 0 before the first.</summary>
    public void Look(ref int seen, WorkViewer view)
    {
        lock (_lock)
        {
            foreach (ref readonly Work work in _filling.AsSpan(seen, _filled - seen))
            {
                view(work);
            }

            seen = _filled;
        }
    }

    /// <summary>All that gathered, in order; valid until the next call.</summary>
    public ReadOnlyMemory<Work> TakeAll()
    {
        lock (_lock)
        {
            (_filling, _taken) = (_taken.Length <= KeptCapacity ? _taken : new Work[256], _filling);
            int count = _filled;
            _filled = 0;
            return _taken.AsMemory(0, count);
        }
    }

    /// <summary>Drops references that the last batch held.</summary>
    public void Forget(int count) => _taken.AsSpan(0, count).Clear();
}
