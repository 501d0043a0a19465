using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Redis.Server.Protocol.Rdb;

/// <summary>
/// Reads the primitives of an RDB file or a DUMP payload. Memory grows only with bytes that have really arrived, whatever a damaged
/// length claims. The checksum covers all that was consumed.
/// </summary>
internal sealed class RdbInput
{
    private const int BufferSize = 128 * 1024;

    // A claimed length is believed up to here before its bytes have arrived.
    private const int TrustedLength = 1 << 20;

    private readonly Stream? _source;
    private readonly byte[] _buffer;
    private byte[] _compressed = [];
    private int _position;
    private int _end;
    private int _checksummed;
    private long _bufferOffset;
    private ulong _checksum;

    /// <summary>Reads a stream from its present position.</summary>
    public RdbInput(Stream source)
    {
        _source = source;
        _buffer = new byte[BufferSize];
    }

    /// <summary>Reads bytes in memory; they are not copied.</summary>
    public RdbInput(byte[] bytes, int length)
    {
        _buffer = bytes;
        _end = length;
    }

    /// <summary>Bytes consumed so far.</summary>
    public long Offset => _bufferOffset + _position;

    /// <summary>Whether bytes in memory are all consumed.</summary>
    public bool IsAtEnd => _position == _end && _source is null;

    /// <summary>CRC-64 of the bytes consumed so far.</summary>
    public ulong TakeChecksum()
    {
        _checksum = Crc64.Update(_checksum, _buffer.AsSpan(_checksummed, _position - _checksummed));
        _checksummed = _position;
        return _checksum;
    }

    /// <summary>An error that says where it was seen.</summary>
    public RdbFormatException Damaged(string what) => new(string.Create(CultureInfo.InvariantCulture, $"{what}, near byte {Offset}"));

    public byte ReadByte()
    {
        if (_position == _end)
        {
            Refill();
        }

        return _buffer[_position++];
    }

    public void ReadExactly(Span<byte> destination)
    {
        while (true)
        {
            int count = Math.Min(_end - _position, destination.Length);
            _buffer.AsSpan(_position, count).CopyTo(destination);
            _position += count;
            destination = destination[count..];
            if (destination.IsEmpty)
            {
                return;
            }

            Refill();
        }
    }

    public uint ReadUInt32LittleEndian()
    {
        Span<byte> bytes = stackalloc byte[4];
        ReadExactly(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public long ReadInt64LittleEndian()
    {
        Span<byte> bytes = stackalloc byte[8];
        ReadExactly(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>The score of a sorted set of version 2: eight bytes.</summary>
    public double ReadDouble() => BitConverter.Int64BitsToDouble(ReadInt64LittleEndian());

    /// <summary>The score of a sorted set of version 1: a length and a text, or a length that means NaN or an infinity.</summary>
    public double ReadTextDouble()
    {
        int length = ReadByte();
        switch (length)
        {
            case 253: return double.NaN;
            case 254: return double.PositiveInfinity;
            case 255: return double.NegativeInfinity;
        }

        Span<byte> text = stackalloc byte[length];
        ReadExactly(text);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw Damaged("Score is not a number");
    }

    /// <summary>A length; a string's encoding in its place is an error.</summary>
    public ulong ReadLength()
    {
        byte first = ReadByte();
        return first >= RdbFormat.EncodedInt8 ? throw Damaged("Length expected, found a string's encoding") : ReadLength(first);
    }

    /// <summary>A number of elements: as a length, but one that fits memory.</summary>
    public int ReadCount()
    {
        ulong length = ReadLength();
        return length <= int.MaxValue ? (int)length : throw Damaged($"Impossible number of elements {length}");
    }

    /// <summary>A string in an array of its own.</summary>
    public byte[] ReadString()
    {
        byte first = ReadByte();
        if (first < RdbFormat.EncodedInt8)
        {
            return ReadBytes(CheckStringLength(ReadLength(first)));
        }

        if (first == RdbFormat.EncodedLzf)
        {
            return ReadCompressed();
        }

        Span<byte> digits = stackalloc byte[16];
        ReadEncodedInteger(first).TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        return digits[..length].ToArray();
    }

    /// <summary>Skips a string without building it.</summary>
    public void SkipString()
    {
        byte first = ReadByte();
        if (first == RdbFormat.EncodedLzf)
        {
            ulong length = ReadLength();
            _ = ReadLength();
            Skip(length);
        }
        else if (first < RdbFormat.EncodedInt8)
        {
            Skip(ReadLength(first));
        }
        else
        {
            _ = ReadEncodedInteger(first);
        }
    }

    private void Skip(ulong count)
    {
        while (count > 0)
        {
            if (_position == _end)
            {
                Refill();
            }

            int step = (int)Math.Min(count, (ulong)(_end - _position));
            _position += step;
            count -= (ulong)step;
        }
    }

    private int ReadEncodedInteger(byte encoding)
    {
        switch (encoding)
        {
            case RdbFormat.EncodedInt8:
                return (sbyte)ReadByte();
            case RdbFormat.EncodedInt16:
                int low = ReadByte();
                return (short)(low | (ReadByte() << 8));
            case RdbFormat.EncodedInt32:
                return (int)ReadUInt32LittleEndian();
            default:
                throw Damaged($"Unknown string encoding 0x{encoding:x2}");
        }
    }

    private ulong ReadLength(byte first)
    {
        switch (first >> 6)
        {
            case 0:
                return first;
            case 1:
                return ((ulong)(first & 0x3f) << 8) | ReadByte();
        }

        Span<byte> bytes = stackalloc byte[8];
        switch (first)
        {
            case RdbFormat.Length32:
                ReadExactly(bytes[..4]);
                return BinaryPrimitives.ReadUInt32BigEndian(bytes);
            case RdbFormat.Length64:
                ReadExactly(bytes);
                return BinaryPrimitives.ReadUInt64BigEndian(bytes);
            default:
                throw Damaged($"Unknown length encoding 0x{first:x2}");
        }
    }

    private int CheckStringLength(ulong length)
        => length <= (ulong)Array.MaxLength ? (int)length : throw Damaged($"Impossible string length {length}");

    private byte[] ReadCompressed()
    {
        int compressedLength = CheckStringLength(ReadLength());
        int length = CheckStringLength(ReadLength());
        if ((long)length > ((long)compressedLength + 2) / 3 * Lzf.MaxMatch)
        {
            throw Damaged($"LZF string of {compressedLength} bytes cannot expand to {length}");
        }

        ReadOnlySpan<byte> compressed;
        if (compressedLength <= _end - _position)
        {
            compressed = _buffer.AsSpan(_position, compressedLength);
            _position += compressedLength;
        }
        else if (compressedLength <= BufferSize)
        {
            _compressed = _compressed.Length >= compressedLength
                ? _compressed
                : new byte[(int)BitOperations.RoundUpToPowerOf2((uint)compressedLength)];
            ReadExactly(_compressed.AsSpan(0, compressedLength));
            compressed = _compressed.AsSpan(0, compressedLength);
        }
        else
        {
            compressed = ReadBytes(compressedLength);
        }

        byte[] result = GC.AllocateUninitializedArray<byte>(length);
        return Lzf.TryDecompress(compressed, result) ? result : throw Damaged("Damaged LZF string");
    }

    private byte[] ReadBytes(int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(Math.Min(length, TrustedLength));
        ReadExactly(bytes);
        int filled = bytes.Length;
        while (filled < length)
        {
            Array.Resize(ref bytes, (int)Math.Min(length, 2L * filled));
            ReadExactly(bytes.AsSpan(filled));
            filled = bytes.Length;
        }

        return bytes;
    }

    private void Refill()
    {
        _ = TakeChecksum();
        int count = _source?.Read(_buffer, 0, _buffer.Length) ?? 0;
        if (count <= 0)
        {
            throw Damaged("Unexpected end");
        }

        _bufferOffset += _position;
        _position = 0;
        _checksummed = 0;
        _end = count;
    }
}
