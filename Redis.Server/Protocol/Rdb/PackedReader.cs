using System.Buffers.Binary;
using System.Buffers.Text;

namespace Redis.Server.Protocol.Rdb;

/// <summary>Walks the elements of a small collection that an RDB file holds as one string. Reused from value to value; nothing that
/// the bytes claim is believed without a check.</summary>
internal abstract class PackedReader
{
    private readonly byte[] _digits = new byte[20];

    /// <summary>The string.</summary>
    protected byte[] Blob { get; private set; } = [];

    /// <summary>Where the next element begins.</summary>
    protected int Position { get; set; }

    /// <summary>What to call the bytes in an error.</summary>
    protected abstract string Name { get; }

    /// <summary>Starts at the first element of <paramref name="blob"/>.</summary>
    public void Reset(byte[] blob)
    {
        Blob = blob;
        Position = 0;
        ReadHeader();
    }

    /// <summary>The next element, valid until the next call; an integer as its digits.</summary>
    public abstract bool TryNext(out ReadOnlySpan<byte> element);

    /// <summary>The next element, which must be there.</summary>
    public ReadOnlySpan<byte> Next() => TryNext(out ReadOnlySpan<byte> element) ? element : throw Damaged("an element is missing");

    /// <summary>Checks what stands before the first element.</summary>
    protected abstract void ReadHeader();

    protected RdbFormatException Damaged(string what) => new($"Damaged {Name}: {what}, at its byte {Position}");

    /// <summary>The next bytes, which must be there.</summary>
    protected ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > Blob.Length - Position)
        {
            throw Damaged("it ends inside of an element");
        }

        ReadOnlySpan<byte> bytes = Blob.AsSpan(Position, (int)count);
        Position += (int)count;
        return bytes;
    }

    /// <summary>Checks that an end mark was the last byte.</summary>
    protected void CheckEnd()
    {
        if (Position != Blob.Length)
        {
            throw Damaged("bytes after its end");
        }
    }

    protected ReadOnlySpan<byte> Digits(long value)
    {
        Utf8Formatter.TryFormat(value, _digits, out int length);
        return _digits.AsSpan(0, length);
    }

    /// <summary>A little endian two's complement integer of 1, 2, 3, 4 or 8 bytes, as digits.</summary>
    protected ReadOnlySpan<byte> IntegerDigits(int size)
    {
        ReadOnlySpan<byte> bytes = Take(size);
        return Digits(size switch
        {
            1 => (sbyte)bytes[0],
            2 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            3 => bytes[0] | (bytes[1] << 8) | ((sbyte)bytes[2] << 16),
            4 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        });
    }
}
