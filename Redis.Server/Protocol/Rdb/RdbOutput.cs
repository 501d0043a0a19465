using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Redis.Server.Protocol.Rdb;

/// <summary>Takes the full chunks of an <see cref="RdbOutput"/>; the array is pooled and now belongs to the receiver.</summary>
internal interface IRdbChunks
{
    void Add(byte[] chunk, int length);
}

/// <summary>
/// Writes the primitives of an RDB file or a DUMP payload. With a receiver, full chunks of a fixed size leave by it, so that
/// memory here stays at one chunk; without, everything is kept in <see cref="Written"/>.
/// </summary>
internal sealed class RdbOutput : IDisposable
{
    private const int InitialCapacity = 4096;
    private const int ShortestCompressed = 21;

    // A compressed string is built in one piece, before the length of the result is known.
    private const int LongestCompressed = 16 << 20;

    private readonly IRdbChunks? _receiver;
    private readonly int _chunkSize;
    private readonly Lzf? _compressor;
    private byte[] _buffer;
    private int _length;
    private long _passed;

    /// <summary>Keeps everything in memory.</summary>
    public RdbOutput(bool compress)
    {
        _compressor = compress ? new Lzf() : null;
        _buffer = ArrayPool<byte>.Shared.Rent(InitialCapacity);
    }

    /// <summary>Hands every <paramref name="chunkSize"/> bytes to <paramref name="receiver"/>.</summary>
    public RdbOutput(bool compress, IRdbChunks receiver, int chunkSize)
    {
        _compressor = compress ? new Lzf() : null;
        _receiver = receiver;
        _chunkSize = chunkSize;
        _buffer = ArrayPool<byte>.Shared.Rent(chunkSize);
    }

    /// <summary>What has been written and not handed on.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Bytes written since the start.</summary>
    public long Count => _passed + _length;

    /// <summary>Forgets what is kept, to begin another payload.</summary>
    public void Clear()
    {
        _passed += _length;
        _length = 0;
    }

    /// <summary>Hands on a chunk that is not full.</summary>
    public void Flush()
    {
        if (_receiver is not null && _length > 0)
        {
            PassOn();
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    public void Byte(byte value)
    {
        Ensure(1)[0] = value;
        _length++;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (_receiver is null)
        {
            bytes.CopyTo(Ensure(bytes.Length));
            _length += bytes.Length;
            return;
        }

        while (!bytes.IsEmpty)
        {
            Span<byte> room = Ensure(1);
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            _length += count;
            bytes = bytes[count..];
        }
    }

    public void Int64LittleEndian(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Ensure(8), value);
        _length += 8;
    }

    public void Double(double value) => Int64LittleEndian(BitConverter.DoubleToInt64Bits(value));

    public void Length(ulong value)
    {
        Span<byte> room = Ensure(9);
        if (value < 1 << 6)
        {
            room[0] = (byte)value;
            _length++;
        }
        else if (value < 1 << 14)
        {
            BinaryPrimitives.WriteUInt16BigEndian(room, (ushort)(0x4000 | value));
            _length += 2;
        }
        else if (value <= uint.MaxValue)
        {
            room[0] = RdbFormat.Length32;
            BinaryPrimitives.WriteUInt32BigEndian(room[1..], (uint)value);
            _length += 5;
        }
        else
        {
            room[0] = RdbFormat.Length64;
            BinaryPrimitives.WriteUInt64BigEndian(room[1..], value);
            _length += 9;
        }
    }

    /// <summary>A string in its smallest form: as a 32 bit integer, compressed, or raw.</summary>
    public void String(ReadOnlySpan<byte> value)
    {
        if (value.Length <= 11 && TryInteger(value, out int integer))
        {
            Integer(integer);
            return;
        }

        if (_compressor is not null && value.Length is >= ShortestCompressed and <= LongestCompressed && TryCompressed(value))
        {
            return;
        }

        Length((ulong)value.Length);
        Raw(value);
    }

    /// <summary>A string that is a number, as <see cref="String"/> writes its digits.</summary>
    public void IntegerString(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Integer((int)value);
            return;
        }

        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        Length((ulong)length);
        Raw(digits[..length]);
    }

    private void Integer(int value)
    {
        Span<byte> room = Ensure(5);
        if (value is >= sbyte.MinValue and <= sbyte.MaxValue)
        {
            room[0] = RdbFormat.EncodedInt8;
            room[1] = (byte)value;
            _length += 2;
        }
        else if (value is >= short.MinValue and <= short.MaxValue)
        {
            room[0] = RdbFormat.EncodedInt16;
            BinaryPrimitives.WriteInt16LittleEndian(room[1..], (short)value);
            _length += 3;
        }
        else
        {
            room[0] = RdbFormat.EncodedInt32;
            BinaryPrimitives.WriteInt32LittleEndian(room[1..], value);
            _length += 5;
        }
    }

    /// <summary>Whether these bytes are exactly how a 32 bit integer is written.</summary>
    private static bool TryInteger(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        if (text.IsEmpty || !Utf8Parser.TryParse(text, out value, out int consumed) || consumed != text.Length)
        {
            return false;
        }

        Span<byte> digits = stackalloc byte[11];
        return Utf8Formatter.TryFormat(value, digits, out int length) && digits[..length].SequenceEqual(text);
    }

    private bool TryCompressed(ReadOnlySpan<byte> value)
    {
        byte[] scratch = ArrayPool<byte>.Shared.Rent(value.Length);
        int length = _compressor!.Compress(value, scratch.AsSpan(0, value.Length - 4));
        if (length > 0)
        {
            Byte(RdbFormat.EncodedLzf);
            Length((ulong)length);
            Length((ulong)value.Length);
            Raw(scratch.AsSpan(0, length));
        }

        ArrayPool<byte>.Shared.Return(scratch);
        return length > 0;
    }

    private Span<byte> Ensure(int count)
    {
        if (_buffer.Length - _length < count)
        {
            if (_receiver is not null)
            {
                PassOn();
            }
            else
            {
                Grow(count);
            }
        }

        return _buffer.AsSpan(_length);
    }

    private void PassOn()
    {
        byte[] full = _buffer;
        int length = _length;
        _passed += length;
        _length = 0;
        _buffer = ArrayPool<byte>.Shared.Rent(_chunkSize);
        _receiver!.Add(full, length);
    }

    private void Grow(int count)
    {
        long wanted = Math.Min(Array.MaxLength, Math.Max(2L * _buffer.Length, (long)_length + count));
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)wanted);
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
