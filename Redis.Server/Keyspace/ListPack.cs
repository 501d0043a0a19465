using System.Buffers.Binary;

namespace Redis.Server.Keyspace;

/// <summary>
/// Redis 7's listpack: small elements one after the other in one array, byte for byte as Redis writes them to RDB files and DUMP payloads.
/// A position is the offset of an entry; <see cref="None"/> is past either end. Any change invalidates positions behind it.
/// A struct around one array, so that a small collection costs no second object: never copy it except to hand it over.
/// </summary>
internal struct ListPack
{
    public const int None = -1;
    public const int HeaderSize = 6;
    private const int EmptySize = HeaderSize + 1;
    private const int CountUnknown = ushort.MaxValue;

    private byte[] _bytes;

    private ListPack(byte[] bytes) => _bytes = bytes;

    /// <summary>Bytes in use, header and terminator included.</summary>
    public readonly int Size => BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    /// <summary>The pack as Redis stores it.</summary>
    public readonly ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Size);

    /// <summary>Bytes of memory that the array holds.</summary>
    public readonly int Capacity => _bytes.Length;

    public readonly bool IsEmpty => Size == EmptySize;

    /// <summary>Number of elements: O(1) up to 65,534, else counted.</summary>
    public readonly int Count
    {
        get
        {
            int count = HeaderCount;
            return count != CountUnknown ? count : CountFrom(First);
        }
    }

    public readonly int First => _bytes[HeaderSize] == ListPackCodec.End ? None : HeaderSize;

    public readonly int Last => Before(Size - 1);

    private readonly int HeaderCount => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(4));

    public static ListPack Create(int capacity = 16)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Math.Max(capacity, EmptySize));
        BinaryPrimitives.WriteInt32LittleEndian(bytes, EmptySize);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), 0);
        bytes[HeaderSize] = ListPackCodec.End;
        return new ListPack(bytes);
    }

    /// <summary>Takes a pack that came from outside; false when any byte of it is not as Redis would write it.</summary>
    public static bool TryLoad(ReadOnlySpan<byte> bytes, out ListPack pack)
    {
        pack = default;
        if (bytes.Length < EmptySize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != bytes.Length)
            return false;
        int count = 0;
        int position = HeaderSize;
        int end = bytes.Length - 1;
        while (position < end)
        {
            if (end - position < 5 && !FitsShort(bytes[position..end]))
                return false;
            int size = ListPackCodec.SizeAt(bytes[position..]);
            if (size <= 0 || size > end - position)
                return false;
            int next = position + size + ListPackCodec.BackLengthSize(size);
            if (next > end || ListPackCodec.ReadBackLength(bytes, next) != size)
                return false;
            position = next;
            count++;
        }
        int stated = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (bytes[end] != ListPackCodec.End || (stated != CountUnknown && stated != count))
            return false;
        pack = new ListPack(bytes.ToArray());
        return true;
    }

    public readonly ListPack Clone() => new(Bytes.ToArray());

    public readonly PackedElement this[int position] => ListPackCodec.Read(_bytes.AsSpan(position));

    public readonly int Next(int position)
    {
        int next = position + EntrySize(position);
        return _bytes[next] == ListPackCodec.End ? None : next;
    }

    public readonly int Previous(int position) => Before(position);

    /// <summary>Position of the element at <paramref name="index"/>, from the end when negative.</summary>
    public readonly int Seek(int index)
    {
        int count = HeaderCount;
        if (count != CountUnknown)
        {
            if (index < 0)
                index += count;
            if (index < 0 || index >= count)
                return None;
            if (index > count / 2)
                index -= count;
        }
        int position;
        if (index >= 0)
        {
            for (position = First; index > 0 && position != None; index--)
                position = Next(position);
            return position;
        }
        for (position = Last; index < -1 && position != None; index++)
            position = Previous(position);
        return position;
    }

    /// <summary>
    /// The first position from <paramref name="from"/> on with <paramref name="element"/>; looks at one, then leaves out <paramref name="skip"/>, and so on.
    /// </summary>
    public readonly int Find(PackedElement element, int from, int skip = 0)
    {
        if (from == None)
            return None;
        ReadOnlySpan<byte> bytes = _bytes;
        int position = from;
        int skipped = 0;
        while (bytes[position] != ListPackCodec.End)
        {
            int size = ListPackCodec.SizeAt(bytes[position..]);
            if (skipped == 0)
            {
                if (ListPackCodec.Read(bytes[position..]).Equals(element))
                    return position;
                skipped = skip;
            }
            else
            {
                skipped--;
            }
            position += size + ListPackCodec.BackLengthSize(size);
        }
        return None;
    }

    public void Append(PackedElement element) => Splice(Size - 1, 0, element);

    public void Prepend(PackedElement element) => Splice(HeaderSize, 0, element);

    /// <summary>Puts <paramref name="element"/> before the one at <paramref name="position"/>, which moves up; at the end for <see cref="None"/>. The new element is at the same position.</summary>
    public void InsertBefore(int position, PackedElement element) => Splice(position == None ? Size - 1 : position, 0, element);

    public void InsertAfter(int position, PackedElement element) => Splice(position + EntrySize(position), 0, element);

    public void Replace(int position, PackedElement element) => Splice(position, EntrySize(position), element, isReplacement: true);

    /// <summary>Removes the element at <paramref name="position"/>; answers the position of the one that followed.</summary>
    public int Remove(int position) => RemoveRange(position, 1);

    /// <summary>Removes up to <paramref name="count"/> elements from <paramref name="position"/> on; answers the position of the one behind them.</summary>
    public int RemoveRange(int position, int count)
    {
        if (position == None || count <= 0)
            return position;
        int end = position;
        int removed = 0;
        for (; removed < count && _bytes[end] != ListPackCodec.End; removed++)
            end += EntrySize(end);
        int stated = HeaderCount;
        Resize(position, end - position, 0);
        if (stated != CountUnknown)
            SetHeaderCount(stated - removed);
        return _bytes[position] == ListPackCodec.End ? None : position;
    }

    /// <summary>Adds all elements of <paramref name="other"/> at the end.</summary>
    public void AppendAll(in ListPack other)
    {
        int count = Math.Min(Count + other.Count, CountUnknown);
        int at = Size - 1;
        ReadOnlySpan<byte> entries = other.Bytes[HeaderSize..^1];
        Resize(at, 0, entries.Length);
        entries.CopyTo(_bytes.AsSpan(at));
        SetHeaderCount(count);
    }

    /// <summary>Bytes that an element standing for <paramref name="text"/> takes.</summary>
    public static int SizeOf(ReadOnlySpan<byte> text)
    {
        int size = ListPackCodec.SizeOf(PackedElement.Of(text));
        return size + ListPackCodec.BackLengthSize(size);
    }

    /// <summary>Makes room for so many bytes of elements, so that adding them one by one does not move the others each time.</summary>
    public void Reserve(int bytes)
    {
        int needed = checked(Size + bytes);
        if (needed <= _bytes.Length)
            return;
        byte[] larger = GC.AllocateUninitializedArray<byte>(IsEmpty ? needed : CapacityFor(needed));
        Bytes.CopyTo(larger);
        _bytes = larger;
    }

    /// <summary>Gives back what the array has too much.</summary>
    public void Trim()
    {
        if (_bytes.Length - Size >= 8)
            _bytes = Bytes.ToArray();
    }

    private readonly int EntrySize(int position)
    {
        int size = ListPackCodec.SizeAt(_bytes.AsSpan(position));
        return size + ListPackCodec.BackLengthSize(size);
    }

    private readonly int Before(int position)
    {
        if (position == HeaderSize)
            return None;
        int size = ListPackCodec.ReadBackLength(_bytes, position);
        return position - size - ListPackCodec.BackLengthSize(size);
    }

    private readonly int CountFrom(int position)
    {
        int count = 0;
        for (; position != None; position = Next(position))
            count++;
        return count;
    }

    private readonly void SetHeaderCount(int count) => BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(4), (ushort)count);

    private void Splice(int position, int removed, PackedElement element, bool isReplacement = false)
    {
        int size = ListPackCodec.SizeOf(element);
        Resize(position, removed, size + ListPackCodec.BackLengthSize(size));
        ListPackCodec.Write(_bytes.AsSpan(position), element, size);
        int stated = HeaderCount;
        if (!isReplacement && stated != CountUnknown)
            SetHeaderCount(stated + 1);
    }

    /// <summary>Makes <paramref name="removed"/> bytes at <paramref name="position"/> into <paramref name="added"/> bytes.</summary>
    private void Resize(int position, int removed, int added)
    {
        int oldSize = Size;
        int newSize = checked(oldSize + added - removed);
        byte[] target = _bytes;
        if (newSize > target.Length || newSize + 64 + newSize / 2 < target.Length)
        {
            target = GC.AllocateUninitializedArray<byte>(CapacityFor(newSize));
            _bytes.AsSpan(0, position).CopyTo(target);
        }
        _bytes.AsSpan(position + removed, oldSize - position - removed).CopyTo(target.AsSpan(position + added));
        _bytes = target;
        BinaryPrimitives.WriteInt32LittleEndian(target, newSize);
    }

    /// <summary>An eighth more than needed, so that growth stays linear and memory tight; arrays are laid out in steps of eight anyway.</summary>
    private static int CapacityFor(int size) => (int)Math.Min(((long)size + size / 8 + 7) & ~7L, Array.MaxLength);

    private static bool FitsShort(ReadOnlySpan<byte> rest)
    {
        byte encoding = rest[0];
        return encoding < 0xC0 || (encoding < 0xF0 ? rest.Length >= 2 : encoding != 0xF0);
    }
}
