using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>
/// What the keyspace knows of one key besides its name. A small string lies behind the name, in the same array: an array's own 24
/// bytes are a third of what a typical one takes.
/// </summary>
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

    /// <summary>Length of the key's name in its array.</summary>
    public readonly int KeyLengthIn(byte[] name) => Value.IsIn(name) ? Value.Offset : name.Length;

    /// <summary>Takes another value. A small string is moved behind the key's name.</summary>
    public void Take(in RedisValue value, ref byte[] name)
    {
        if (value.IsIn(name))
        {
            Value = value; // it was changed in place
            return;
        }

        ReadOnlySpan<byte> key = name.AsSpan(0, KeyLengthIn(name));
        if (value.GoesBesideName)
            Value = value.BesideName(key, ref name);
        else
            TakeElsewhere(value, key, ref name);
    }

    /// <summary>Takes a string, written over the old one's memory where it fits.</summary>
    /// <param name="value">Its bytes.</param>
    /// <param name="keyLength">Length of the key in <paramref name="name"/>.</param>
    /// <param name="name">The key's array, which may have room for just this value behind the key.</param>
    public void TakeString(ReadOnlySpan<byte> value, int keyLength, ref byte[] name)
    {
        if (Numbers.TryParseInteger(value, out long integer))
            TakeElsewhere(RedisValue.FromInteger(integer), name.AsSpan(0, keyLength), ref name);
        else if (Value.IsNone && value.Length > 0 && name.Length == keyLength + value.Length)
            Value = RedisValue.InRoomBeside(name, keyLength, value);
        else if (Value.CanHold(value))
            Value = Value.Overwrite(value);
        else if (value.Length <= RedisValue.MaxLengthBesideName)
            Value = RedisValue.BesideName(name.AsSpan(0, keyLength), value, ref name);
        else
            TakeElsewhere(RedisValue.FromBytes(value), name.AsSpan(0, keyLength), ref name);
    }

    /// <summary>The value lies elsewhere: what was behind the name goes.</summary>
    private void TakeElsewhere(in RedisValue value, ReadOnlySpan<byte> key, ref byte[] name)
    {
        if (key.Length < name.Length)
            name = key.ToArray();
        Value = value;
    }
}
