using Redis.Server.Keyspace;

namespace Redis.Server.Tracking;

/// <summary>BCAST: who wants to hear of which beginnings of keys, and which such keys have changed since they were last told.</summary>
internal sealed class BroadcastPrefixes
{
    private readonly SortedDictionary<byte[], Listeners> _prefixes = new(ByteOrder.Instance);

    private sealed class Listeners
    {
        public HashSet<TrackingSession> Sessions { get; } = [];

        /// <summary>Changed keys, and the client that changed them.</summary>
        public SortedDictionary<byte[], object?> Changed { get; } = new(ByteOrder.Instance);
    }

    public int Count => _prefixes.Count;

    /// <summary>Whether somebody is to be told something.</summary>
    public bool HasChanged { get; private set; }

    public void Add(TrackingSession session, byte[] prefix)
    {
        session.Prefixes.Add(prefix);
        session.PrefixBytes += HeapSize.Array(prefix.Length);
        if (!_prefixes.TryGetValue(prefix, out Listeners? listeners))
        {
            _prefixes.Add(prefix, listeners = new Listeners());
        }

        listeners.Sessions.Add(session);
    }

    public void Remove(TrackingSession session)
    {
        foreach (byte[] prefix in session.Prefixes)
        {
            Listeners listeners = _prefixes[prefix];
            listeners.Sessions.Remove(session);
            if (listeners.Sessions.Count == 0)
            {
                _prefixes.Remove(prefix);
            }
        }

        session.Prefixes.Clear();
        session.PrefixBytes = 0;
    }

    public void Changed(ReadOnlySpan<byte> key, object? changer)
    {
        byte[]? copy = null;
        foreach ((byte[] prefix, Listeners listeners) in _prefixes)
        {
            if (key.StartsWith(prefix))
            {
                listeners.Changed[copy ??= key.ToArray()] = changer;
                HasChanged = true;
            }
        }
    }

    /// <summary>Tells everybody what has changed: the keys in the order of their bytes, in one message a prefix.</summary>
    public void Tell(Action<TrackingSession, IReadOnlyList<byte[]>> tell)
    {
        HasChanged = false;
        foreach (Listeners listeners in _prefixes.Values)
        {
            if (listeners.Changed.Count == 0)
            {
                continue;
            }

            byte[][] all = [.. listeners.Changed.Keys];
            foreach (TrackingSession session in listeners.Sessions)
            {
                byte[][] keys = session.Has(TrackingModes.NoLoop)
                    ? [.. listeners.Changed.Where(changed => changed.Value != session.Client).Select(changed => changed.Key)]
                    : all;
                if (keys.Length > 0)
                {
                    tell(session, keys);
                }
            }

            listeners.Changed.Clear();
        }
    }
}
