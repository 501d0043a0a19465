namespace Redis.Server.Keyspace;

/// <summary>A key that a client watches.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Existed">Whether it was there when WATCH named it; what was absent cannot go.</param>
internal readonly record struct WatchedKey(byte[] Key, bool Existed);

/// <summary>The keys that one client watches, and whether any of them has changed since.</summary>
/// <remarks>
/// The application fills it, dirties it and empties it. Consensus reads it when the client's EXEC is proposed; then no WATCH
/// of that client is under way.
/// </remarks>
internal sealed class WatchSet
{
    private readonly List<WatchedKey> _keys = [];
    private volatile bool _isDirty;

    public IReadOnlyList<WatchedKey> Keys => _keys;

    /// <summary>Whether a watched key has changed, by an entry that is applied.</summary>
    public bool IsDirty => _isDirty;

    /// <summary>
    /// The term as of which the first key is watched. In a later term somebody else may have led meanwhile: the watch is
    /// not to be relied upon.
    /// </summary>
    public long Term { get; private set; }

    /// <summary>When the first of the watched keys, or a part of one, expires: from then on they are not as they were.</summary>
    public long EarliestExpiry { get; private set; } = long.MaxValue;

    /// <summary>Whether nothing that was watched has changed by <paramref name="now"/> in <paramref name="term"/>.</summary>
    public bool IsClean(long term, long now) => !_isDirty && (_keys.Count == 0 || term == Term) && EarliestExpiry >= now;

    /// <summary>A watched key has changed.</summary>
    public void MakeDirty() => _isDirty = true;

    /// <summary>Adds a key; false when it is watched already.</summary>
    public bool Add(ReadOnlySpan<byte> key, bool exists, long expiry, long term)
    {
        foreach (WatchedKey watched in _keys)
        {
            if (key.SequenceEqual(watched.Key))
                return false;
        }

        if (_keys.Count == 0)
            Term = term;
        _keys.Add(new WatchedKey(key.ToArray(), exists));
        EarliestExpiry = Math.Min(EarliestExpiry, expiry);
        return true;
    }

    /// <summary>Whether the key is among them, and was there then.</summary>
    public bool Saw(ReadOnlySpan<byte> key)
    {
        foreach (WatchedKey watched in _keys)
        {
            if (key.SequenceEqual(watched.Key))
                return watched.Existed;
        }

        return false;
    }

    /// <summary>Nothing is watched any more.</summary>
    public void Clear()
    {
        _keys.Clear();
        _isDirty = false;
        EarliestExpiry = long.MaxValue;
    }
}
