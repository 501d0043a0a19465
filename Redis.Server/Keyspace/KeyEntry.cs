namespace Redis.Server.Keyspace;

/// <summary>What the keyspace knows of one key besides its name.</summary>
internal struct KeyEntry
{
    /// <summary>The value.</summary>
    public RedisValue Value;

    /// <summary>0: the key does not expire; else its place in the <see cref="ExpiryHeap"/>, plus 1.</summary>
    public int ExpirySlot;

    /// <summary>The last snapshot that has this key (see <see cref="Keyspace.SnapshotEpoch"/>).</summary>
    public byte SnapshotEpoch;

    private byte _accessHigh;
    private ushort _accessLow;

    /// <summary>When the key was last used: seconds of cluster time, 24 bits, as OBJECT IDLETIME needs. Local to this node, never digested.</summary>
    public int AccessSeconds
    {
        readonly get => _accessHigh << 16 | _accessLow;
        set
        {
            _accessHigh = (byte)(value >> 16);
            _accessLow = (ushort)value;
        }
    }
}
