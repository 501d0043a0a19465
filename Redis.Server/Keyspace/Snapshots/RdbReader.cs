using System.Buffers.Binary;
using System.Globalization;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// Loads an RDB file of Redis 6.2 to 7.4, or older, or of this server from a stream into an empty keyspace. Damage, truncation and what this
/// server does not have are an <see cref="RdbFormatException"/> that says what and where; the keyspace is then of no use.
/// </summary>
internal sealed class RdbReader
{
    // The least that a key takes: a type, and an empty name and value.
    private const int ShortestKey = 3;

    private readonly RdbInput _input;
    private readonly long _length;
    private readonly RdbValueReader _values;
    private readonly List<(int Place, int Number)> _outOfOrder = [];
    private long _keysRead;
    private long _usedMemory;
    private int _version;

    public RdbReader(Stream source, DataOptions options)
    {
        _input = new RdbInput(source);
        _length = source.CanSeek ? source.Length : 0;
        _values = new RdbValueReader(options);
    }

    /// <summary>The auxiliary fields and function libraries met so far, in order.</summary>
    public RdbExtras Extras { get; } = [];

    /// <summary>What slows loading down on purpose.</summary>
    public LoadingPace? Pace { get; init; }

    /// <summary>Bytes read so far. Another thread may ask.</summary>
    public long Offset => _input.Offset;

    /// <summary>What the writer of the file used in memory, as far as it says so. Another thread may ask.</summary>
    public long UsedMemory => Volatile.Read(ref _usedMemory);

    /// <summary>Keys loaded so far. Another thread may ask.</summary>
    public long KeysRead => Volatile.Read(ref _keysRead);

    /// <summary>
    /// Reads only what stands before the first key: the fields that describe the file.
    /// </summary>
    public void ReadFields()
    {
        ReadMagic();
        while ((RdbOpcode)_input.ReadByte() == RdbOpcode.Aux)
            ReadField();
    }

    /// <summary>Loads the file to its end and checks its checksum.</summary>
    public void Load(Keyspace keyspace, CancellationToken cancellation = default)
    {
        ReadMagic();
        using KeyLoader keys = new(keyspace);
        long expiry = -1;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            byte kind = _input.ReadByte();
            switch ((RdbOpcode)kind)
            {
                case RdbOpcode.Eof:
                    ReadChecksum();
                    keys.Finish();
                    PutInOrder(keyspace);
                    return;
                case RdbOpcode.ResizeDb:
                    // A claim, but believed no further than the file could hold.
                    ulong count = _input.ReadLength();
                    if (KeysRead == 0)
                        keyspace.Reserve((int)Math.Min(count, (ulong)Math.Min(_length / ShortestKey, int.MaxValue)));
                    _ = _input.ReadLength();
                    break;
                case RdbOpcode.ExpireTimeMs:
                    expiry = _input.ReadInt64LittleEndian();
                    break;
                case RdbOpcode.ExpireTime:
                    expiry = (int)_input.ReadUInt32LittleEndian() * 1000L;
                    break;
                case >= RdbOpcode.SlotInfo:
                    ReadOpcode((RdbOpcode)kind);
                    break;
                default:
                    ReadKey(keys, (RdbType)kind, expiry);
                    expiry = -1;
                    break;
            }
        }
    }

    /// <summary>A key's name for a message, not all of it when it is long.</summary>
    public static string Printable(byte[] key) => System.Text.Encoding.Latin1.GetString(key.AsSpan(0, Math.Min(key.Length, 128)));

    private void ReadMagic()
    {
        Span<byte> magic = stackalloc byte[9];
        _input.ReadExactly(magic);
        if (!magic.StartsWith("REDIS"u8)
            || !int.TryParse(magic[5..], NumberStyles.None, CultureInfo.InvariantCulture, out _version))
            throw new RdbFormatException("Not an RDB file: it does not begin with REDIS and a version");
        if (_version is < 1 or > RdbFormat.NewestReadable)
            throw new RdbFormatException($"RDB version {_version} is not one of 1 to {RdbFormat.NewestReadable}");
    }

    private void ReadOpcode(RdbOpcode opcode)
    {
        switch (opcode)
        {
            case RdbOpcode.Aux:
                ReadField();
                break;
            case RdbOpcode.SelectDb:
                ulong database = _input.ReadLength();
                if (database != 0)
                    throw _input.Damaged($"Keys in database {database}; this server has only database 0");
                break;
            case RdbOpcode.SlotInfo:
                _ = _input.ReadLength();
                _ = _input.ReadLength();
                _ = _input.ReadLength();
                break;
            case RdbOpcode.Idle:
                _ = _input.ReadLength();
                break;
            case RdbOpcode.Freq:
                _ = _input.ReadByte();
                break;
            case RdbOpcode.Function2:
                Extras.Functions.Add(_input.ReadString());
                break;
            case RdbOpcode.ModuleAux:
                throw _input.Damaged("Data of a module, which this server cannot read");
            default:
                throw _input.Damaged("Functions of a release candidate of Redis 7.0, which this server cannot read");
        }
    }

    private void ReadField()
    {
        byte[] name = _input.ReadString();
        byte[] value = _input.ReadString();
        if (name.AsSpan().SequenceEqual(RdbFile.OrderField))
        {
            for (ReadOnlySpan<byte> pairs = value; pairs.Length >= 8; pairs = pairs[8..])
                _outOfOrder.Add((BinaryPrimitives.ReadInt32LittleEndian(pairs), BinaryPrimitives.ReadInt32LittleEndian(pairs[4..])));
            return;
        }

        if (name.AsSpan().SequenceEqual(RdbFile.FormatField))
            _values.Origin = RdbOrigin.Snapshot;
        if (name.AsSpan().SequenceEqual(RdbFile.UsedMemoryField) && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long memory))
            Volatile.Write(ref _usedMemory, memory);
        Extras.Add(new(name, value));
    }

    private void ReadKey(KeyLoader keys, RdbType type, long expiry)
    {
        byte[] key = _input.ReadString();
        RedisValue value;
        try
        {
            value = _values.Read(_input, type);
        }
        catch (RdbFormatException e)
        {
            throw new RdbFormatException($"{e.Message}, in key '{Printable(key)}'");
        }

        // An empty collection that an old Redis left is no key.
        if (value.IsNone)
            return;
        keys.Add(key, value, expiry);
        Volatile.Write(ref _keysRead, _keysRead + 1);
        Pace?.KeyLoaded();
    }

    private void ReadChecksum()
    {
        if (_version < 5)
            return;
        ulong computed = _input.TakeChecksum();
        ulong stored = (ulong)_input.ReadInt64LittleEndian();
        // 0: written with rdbchecksum no.
        if (stored != 0 && stored != computed)
            throw _input.Damaged($"Wrong checksum: the file says {stored:x16}, its bytes give {computed:x16}");
    }

    /// <summary>Puts keys that were saved out of order where they belong; the others fill the numbers left, in the order of the file.</summary>
    private void PutInOrder(Keyspace keyspace)
    {
        if (_outOfOrder.Count == 0)
            return;
        int[] numbers = new int[keyspace.Count];
        bool[] isTaken = new bool[keyspace.Count];
        Array.Fill(numbers, -1);
        foreach ((int place, int number) in _outOfOrder)
        {
            if ((uint)place >= (uint)numbers.Length || (uint)number >= (uint)numbers.Length || numbers[place] >= 0 || isTaken[number])
                throw new RdbFormatException("The order of keys is damaged");
            numbers[place] = number;
            isTaken[number] = true;
        }

        int next = 0;
        foreach (ref int number in numbers.AsSpan())
        {
            if (number >= 0)
                continue;
            while (isTaken[next])
                next++;
            number = next++;
        }

        keyspace.Renumber(numbers);
    }
}
