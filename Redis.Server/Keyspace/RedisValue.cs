using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>
/// What a key holds, in 16 bytes: nothing, an integer, a string's bytes (maybe with room to grow), or a
/// <see cref="RedisObject"/>. Strings have no wrapper object, integers no object at all.
/// </summary>
internal readonly struct RedisValue
{
    // A string's bits: its length, how it came about, and where in its array it begins.
    private const long RawFlag = 1L << 32;
    private const int OffsetShift = 33;

    /// <summary>Longest string that a keyspace keeps behind the key's name (<see cref="KeyEntry"/>): of longer ones it would save little.</summary>
    public const int MaxLengthBesideName = 512;

    /// <summary>Longest string with encoding embstr.</summary>
    private const int MaxEmbeddedLength = 44;

    private static readonly object IntegerMark = new();

    private readonly object? _data;
    private readonly long _bits;

    private RedisValue(object? data, long bits)
    {
        _data = data;
        _bits = bits;
    }

    /// <summary>A list, hash, set or sorted set.</summary>
    public RedisValue(RedisObject value)
        : this(value, 0)
    {
    }

    /// <summary>An integer-encoded string.</summary>
    public static RedisValue FromInteger(long value) => new(IntegerMark, value);

    /// <summary>A string, integer-encoded if it is the canonical form of an integer (Redis's tryObjectEncoding).</summary>
    public static RedisValue FromString(ReadOnlySpan<byte> value) =>
        Numbers.TryParseInteger(value, out long integer) ? FromInteger(integer) : FromBytes(value);

    /// <summary>A string that is kept as bytes even if it looks like an integer (what INCRBYFLOAT leaves).</summary>
    public static RedisValue FromBytes(ReadOnlySpan<byte> value) => new(value.ToArray(), (uint)value.Length);

    /// <summary>
    /// A string in <paramref name="buffer"/>, which the value owns from now on; encoding raw, as after APPEND and SETRANGE.
    /// </summary>
    public static RedisValue FromBuffer(byte[] buffer, int length) => new(buffer, (uint)length | RawFlag);

    /// <summary>A string that takes over an array of just its bytes.</summary>
    public static RedisValue FromArray(byte[] value) =>
        Numbers.TryParseInteger(value, out long integer) ? FromInteger(integer) : new(value, (uint)value.Length);

    /// <summary>A string behind a key's name, in a new array with it.</summary>
    public static RedisValue BesideName(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref byte[] name)
    {
        byte[] both = GC.AllocateUninitializedArray<byte>(key.Length + value.Length);
        key.CopyTo(both);
        name = both;
        return InRoomBeside(both, key.Length, value);
    }

    /// <summary>A string written to the room behind a key's name.</summary>
    public static RedisValue InRoomBeside(byte[] name, int keyLength, ReadOnlySpan<byte> value)
    {
        value.CopyTo(name.AsSpan(keyLength));
        return new(name, (long)keyLength << OffsetShift | (uint)value.Length);
    }

    /// <summary>This string, moved behind a key's name.</summary>
    public RedisValue BesideName(ReadOnlySpan<byte> key, ref byte[] name)
    {
        RedisValue moved = BesideName(key, Bytes, ref name);
        return new(moved._data, moved._bits | (_bits & RawFlag));
    }

    /// <summary>
    /// Whether a keyspace should keep this value behind the key's name: a small string without room to grow, or one that is behind
    /// another key's name.
    /// </summary>
    public bool GoesBesideName =>
        _data is byte[] && Length <= MaxLengthBesideName && ((_bits & RawFlag) == 0 || Offset > 0);

    /// <summary>Whether this is a string in the array.</summary>
    public bool IsIn(byte[] array) => ReferenceEquals(_data, array);

    /// <summary>Where in its array a string of bytes begins.</summary>
    public int Offset => (int)(_bits >>> OffsetShift);

    /// <summary>Asks for the memory that the value refers to.</summary>
    public void PrefetchData() => Prefetch.Object(_data);

    /// <summary>Whether there is no value.</summary>
    public bool IsNone => _data == null;

    /// <summary>Whether this is a string.</summary>
    public bool IsString => _data == (object)IntegerMark || _data is byte[];

    /// <summary>Whether this is an integer-encoded string.</summary>
    public bool IsInteger => _data == (object)IntegerMark;

    /// <summary>The list, hash, set or sorted set; null for a string and none.</summary>
    public RedisObject? Object => _data as RedisObject;

    /// <summary>The type.</summary>
    public RedisType Type => _data switch
    {
        null => RedisType.None,
        RedisObject value => value.Type,
        _ => RedisType.String,
    };

    /// <summary>What OBJECT ENCODING says.</summary>
    public string Encoding => _data switch
    {
        RedisObject value => value.Encoding,
        byte[] => (_bits & RawFlag) != 0 || Length > MaxEmbeddedLength ? "raw" : "embstr",
        _ => "int",
    };

    /// <summary>Length of the string in bytes.</summary>
    public int Length => IsInteger ? DecimalLength(_bits) : (int)(uint)_bits;

    /// <summary>The integer, if the string is integer-encoded or its bytes are an integer's canonical form.</summary>
    public bool TryGetInteger(out long value)
    {
        value = _bits;
        return IsInteger || Numbers.TryParseInteger(Bytes, out value);
    }

    /// <summary>
    /// The string's bytes: a view of the value, or, of an integer, its digits written to <paramref name="scratch"/>
    /// (at least <see cref="Numbers.MaxIntegerLength"/> bytes). Copy before the value may change.
    /// </summary>
    public ReadOnlySpan<byte> AsSpan(Span<byte> scratch) => IsInteger
        ? scratch[..Numbers.FormatInteger(_bits, scratch)]
        : Bytes;

    /// <summary>A copy of the string's bytes.</summary>
    public byte[] ToArray()
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        return AsSpan(scratch).ToArray();
    }

    /// <summary>
    /// The string's own bytes with the room behind them; empty for an integer. To change them in place, ask for
    /// <see cref="Keyspace.BufferForChange"/>.
    /// </summary>
    public Span<byte> Buffer => _data is byte[] bytes ? bytes.AsSpan(Offset) : default;

    /// <summary>A long string for a snapshot to read, while this value may change; null for anything else.</summary>
    public FrozenString? FreezeString() =>
        _data is byte[] bytes && Length > FrozenString.MinLength ? new FrozenString(bytes, Length) : null;

    /// <summary>Replies with the string.</summary>
    public void WriteTo(RespWriter reply)
    {
        if (IsInteger)
            reply.BulkInteger(_bits);
        else
            reply.BulkString(Bytes);
    }

    /// <summary>Whether another string fits well into this one's memory.</summary>
    public bool CanHold(ReadOnlySpan<byte> value) =>
        _data is byte[] { Length: <= FrozenString.MinLength } bytes && bytes.Length - Offset is var room
        && value.Length <= room && room <= value.Length + value.Length / 4 + 8;

    /// <summary>A string of bytes in this one's memory, which can hold it.</summary>
    public RedisValue Overwrite(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Buffer);
        return new RedisValue(_data, (_bits & (-1L << OffsetShift)) | (uint)value.Length);
    }

    /// <summary>This string of bytes with another length, its buffer grown with room for more when needed; encoding raw. New bytes are zero.</summary>
    public RedisValue Resize(int length)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        ReadOnlySpan<byte> old = AsSpan(scratch);
        if (_data is byte[] bytes && length <= bytes.Length - Offset)
        {
            if (length > old.Length)
                Buffer[old.Length..length].Clear();
            return new RedisValue(bytes, (_bits & (-1L << OffsetShift)) | (uint)length | RawFlag);
        }

        // As Redis's sds: double up to 1 MiB, then 1 MiB more.
        const int MaxSpare = 1024 * 1024;
        byte[] grown = new byte[IsNone ? length : (int)Math.Min((long)length + Math.Min(length, MaxSpare), Array.MaxLength)];
        old[..Math.Min(old.Length, length)].CopyTo(grown);
        return FromBuffer(grown, length);
    }

    /// <summary>A deep copy.</summary>
    public RedisValue Clone() => _data switch
    {
        byte[] => new RedisValue(Bytes.ToArray(), _bits & ~(-1L << OffsetShift)),
        RedisObject value => new RedisValue(value.Clone()),
        _ => this,
    };

    /// <summary>Estimated bytes on the heap; of a string behind a key's name, those that the name alone would not take.</summary>
    public long MemoryBytes => _data switch
    {
        byte[] bytes when Offset > 0 => HeapSize.Array(bytes.Length) - HeapSize.Array(Offset),
        byte[] bytes => HeapSize.Array(bytes.Length),
        RedisObject value => value.MemoryBytes,
        _ => 0,
    };

    /// <summary>Adds type and contents to a digest.</summary>
    public void AddTo(ref Digest digest)
    {
        digest.Add((long)Type);
        if (_data is RedisObject value)
        {
            value.AddTo(ref digest);
            return;
        }

        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        digest.Add(AsSpan(scratch));
    }

    private ReadOnlySpan<byte> Bytes => ((byte[])_data!).AsSpan(Offset, Length);

    private static int DecimalLength(long value)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        return Numbers.FormatInteger(value, scratch);
    }
}
