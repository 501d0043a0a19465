using System.Buffers.Binary;

namespace Redis.Server.Keyspace;

/// <summary>Redis's intset: sorted integers in one array, all as wide as the widest needs, byte for byte as in RDB files. A struct around one array: never copy it except to hand it over.</summary>
internal struct IntSet
{
    private const int HeaderSize = 8;

    private byte[] _bytes;

    private IntSet(byte[] bytes) => _bytes = bytes;

    public readonly int Count => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(4));

    /// <summary>The set as Redis stores it.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, HeaderSize + Count * Width);

    /// <summary>Bytes of memory that the array holds.</summary>
    public readonly int Capacity => _bytes.Length;

    private readonly int Width => _bytes[0];

    public static IntSet Create()
    {
        byte[] bytes = new byte[HeaderSize + 8];
        bytes[0] = sizeof(short);
        return new IntSet(bytes);
    }

    /// <summary>Takes a set that came from outside; false unless it is sorted, without doubles and of a known width.</summary>
    public static bool TryLoad(ReadOnlySpan<byte> bytes, out IntSet set)
    {
        set = default;
        if (bytes.Length < HeaderSize)
            return false;
        uint width = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (width is not (2 or 4 or 8) || HeaderSize + (long)width * count != bytes.Length || count == 0)
            return false;
        IntSet loaded = new(bytes.ToArray());
        for (int index = 1; index < loaded.Count; index++)
        {
            if (loaded[index - 1] >= loaded[index])
                return false;
        }
        set = loaded;
        return true;
    }

    public readonly IntSet Clone() => new(Bytes.ToArray());

    /// <summary>The value of rank <paramref name="index"/>.</summary>
    public readonly long this[int index]
    {
        get
        {
            ReadOnlySpan<byte> at = _bytes.AsSpan(HeaderSize + index * Width);
            return Width switch
            {
                2 => BinaryPrimitives.ReadInt16LittleEndian(at),
                4 => BinaryPrimitives.ReadInt32LittleEndian(at),
                _ => BinaryPrimitives.ReadInt64LittleEndian(at),
            };
        }
    }

    public readonly bool Contains(long value) => Search(value) >= 0;

    public bool Add(long value)
    {
        int found = Search(value);
        if (found >= 0)
            return false;
        int at = ~found;
        int count = Count;
        int width = WidthOf(value);
        if (width > Width)
            Widen(width);
        width = Width;
        Reserve(HeaderSize + (count + 1) * width);
        Span<byte> values = _bytes.AsSpan(HeaderSize);
        values[(at * width)..(count * width)].CopyTo(values[((at + 1) * width)..]);
        Write(at, value);
        SetCount(count + 1);
        return true;
    }

    public bool Remove(long value)
    {
        int at = Search(value);
        if (at < 0)
            return false;
        int count = Count;
        int width = Width;
        Span<byte> values = _bytes.AsSpan(HeaderSize);
        values[((at + 1) * width)..(count * width)].CopyTo(values[(at * width)..]);
        SetCount(count - 1);
        int size = HeaderSize + (count - 1) * width;
        if (size + 64 + size / 2 < _bytes.Length)
            Array.Resize(ref _bytes, CapacityFor(size));
        return true;
    }

    /// <summary>Index of <paramref name="value"/>, or the complement of where it would be.</summary>
    private readonly int Search(long value)
    {
        int low = 0;
        int high = Count - 1;
        if (high >= 0 && value > this[high])
            return ~(high + 1);
        while (low <= high)
        {
            int middle = (int)(((uint)low + (uint)high) >> 1);
            long candidate = this[middle];
            if (candidate == value)
                return middle;
            if (candidate < value)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }

    private static int WidthOf(long value) => value switch
    {
        >= short.MinValue and <= short.MaxValue => 2,
        >= int.MinValue and <= int.MaxValue => 4,
        _ => 8,
    };

    private void Widen(int width)
    {
        int count = Count;
        IntSet narrow = this;
        _bytes = new byte[CapacityFor(HeaderSize + (count + 1) * width)];
        _bytes[0] = (byte)width;
        SetCount(count);
        for (int index = 0; index < count; index++)
            Write(index, narrow[index]);
    }

    private readonly void Write(int index, long value)
    {
        Span<byte> at = _bytes.AsSpan(HeaderSize + index * Width);
        switch (Width)
        {
            case 2: BinaryPrimitives.WriteInt16LittleEndian(at, (short)value); break;
            case 4: BinaryPrimitives.WriteInt32LittleEndian(at, (int)value); break;
            default: BinaryPrimitives.WriteInt64LittleEndian(at, value); break;
        }
    }

    private readonly void SetCount(int count) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(4), count);

    private void Reserve(int size)
    {
        if (size > _bytes.Length)
            Array.Resize(ref _bytes, CapacityFor(size));
    }

    private static int CapacityFor(int size) => (size + size / 8 + 7) & ~7;
}
