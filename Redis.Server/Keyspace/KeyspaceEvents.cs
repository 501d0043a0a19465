namespace Redis.Server.Keyspace;

/// <summary>Classes of keyspace notifications, with the letters of notify-keyspace-events (KeyspaceEventClasses has the same bits).</summary>
[Flags]
internal enum EventClass
{
    /// <summary>g: commands of no type (DEL, EXPIRE, RENAME, …).</summary>
    Generic = 1 << 2,

    /// <summary>$</summary>
    String = 1 << 3,

    /// <summary>l</summary>
    List = 1 << 4,

    /// <summary>s</summary>
    Set = 1 << 5,

    /// <summary>h</summary>
    Hash = 1 << 6,

    /// <summary>z</summary>
    SortedSet = 1 << 7,

    /// <summary>x: a key expired.</summary>
    Expired = 1 << 8,

    /// <summary>e: a key was evicted.</summary>
    Evicted = 1 << 9,

    /// <summary>t</summary>
    Stream = 1 << 10,

    /// <summary>m: a read met an absent key.</summary>
    KeyMiss = 1 << 11,

    /// <summary>n: a key was created.</summary>
    New = 1 << 13,
}

/// <summary>Hears what entries do to keys: WATCH, client tracking and keyspace notifications hang on it.</summary>
internal interface IKeyspaceObserver
{
    /// <summary>The key's value changed, appeared or went (Redis's signalModifiedKey).</summary>
    void Modified(ReadOnlySpan<byte> key);

    /// <summary>All keys went.</summary>
    void Flushed();

    /// <summary>A notification such as (String, "set", key).</summary>
    void Event(EventClass kind, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key);
}

/// <summary>A snapshot in progress: hears of each key that it does not have yet, before a change.</summary>
internal interface ISnapshotView
{
    /// <summary>The keys to save, as they are at this instant. The marks of those saved are to be set to <paramref name="epoch"/>.</summary>
    void Begin(Dict<KeyEntry> keys, ExpiryHeap expiries, byte epoch);

    /// <summary>Key number <paramref name="index"/>, not marked yet, is about to change, go or get another number: save and mark it now.</summary>
    void Save(int index);

    /// <summary>Some bytes of a string are about to change in place.</summary>
    void Save(Span<byte> buffer, int start, int count);
}
