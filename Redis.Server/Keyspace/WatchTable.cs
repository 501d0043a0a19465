namespace Redis.Server.Keyspace;

/// <summary>Who watches which keys on this node. It is no part of the replicated state: it only listens to the entries applied.</summary>
internal sealed class WatchTable
{
    private readonly Dict<List<WatchSet>> _watchers = new();

    public bool IsEmpty => _watchers.Count == 0;

    /// <summary>Clients that watch something.</summary>
    public int Clients { get; private set; }

    public void Add(ReadOnlySpan<byte> key, WatchSet watches)
    {
        ref List<WatchSet> watchers = ref _watchers.GetOrAdd(key, out bool existed);
        if (!existed)
            watchers = [];
        watchers.Add(watches);
        Clients += watches.Keys.Count == 1 ? 1 : 0; // its first
    }

    public void Remove(WatchSet watches)
    {
        bool wasHere = false; // or at a keyspace that a snapshot has replaced
        foreach (WatchedKey watched in watches.Keys)
        {
            int index = _watchers.IndexOf(watched.Key);
            if (index < 0 || !_watchers.ValueAt(index).Remove(watches))
                continue;
            wasHere = true;
            if (_watchers.ValueAt(index).Count == 0)
                _watchers.RemoveAt(index);
        }

        Clients -= wasHere ? 1 : 0;
    }

    /// <summary>The key changed, appeared or went.</summary>
    public void Modified(ReadOnlySpan<byte> key)
    {
        int index = _watchers.IndexOf(key);
        if (index < 0)
            return;
        foreach (WatchSet watches in _watchers.ValueAt(index))
            watches.MakeDirty();
    }

    /// <summary>The key went because it was due. To those who began to watch when it was due already nothing has changed.</summary>
    public void Expired(ReadOnlySpan<byte> key)
    {
        int index = _watchers.IndexOf(key);
        if (index < 0)
            return;
        foreach (WatchSet watches in _watchers.ValueAt(index))
        {
            if (watches.Saw(key))
                watches.MakeDirty();
        }
    }

    /// <summary>All keys went, which concerns those who watch keys that were there.</summary>
    public void Flushed()
    {
        for (int index = 0; index < _watchers.Count; index++)
            Expired(_watchers.KeyAt(index));
    }
}
