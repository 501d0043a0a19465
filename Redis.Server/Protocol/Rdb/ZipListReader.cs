using System.Buffers.Binary;

namespace Redis.Server.Protocol.Rdb;

/// <summary>A ziplist (until 6.2): total bytes (4), offset of the last element (4), elements (2), elements, 0xFF. An element is the
/// previous one's length (1 byte, or 0xFE and 4), its encoding and its data.</summary>
internal sealed class ZipListReader : PackedReader
{
    private const int HeaderLength = 10;
    private const byte End = 0xFF;
    private const byte LongPrevious = 0xFE;

    protected override string Name => "ziplist";

    /// <inheritdoc/>
    public override bool TryNext(out ReadOnlySpan<byte> element)
    {
        byte previous = Take(1)[0];
        if (previous == End)
        {
            CheckEnd();
            Position--;
            element = default;
            return false;
        }

        if (previous == LongPrevious)
        {
            Take(4);
        }

        element = ReadElement(Take(1)[0]);
        return true;
    }

    protected override void ReadHeader()
    {
        if (Blob.Length < HeaderLength + 1 || BinaryPrimitives.ReadUInt32LittleEndian(Blob) != (uint)Blob.Length)
        {
            throw Damaged("wrong total length");
        }

        Position = HeaderLength;
    }

    private ReadOnlySpan<byte> ReadElement(byte encoding)
    {
        switch (encoding >> 6)
        {
            case 0:
                return Take(encoding);
            case 1:
                return Take(((encoding & 0x3F) << 8) | Take(1)[0]);
            case 2:
                return Take(BinaryPrimitives.ReadUInt32BigEndian(Take(4)));
        }

        return encoding switch
        {
            0xC0 => IntegerDigits(2),
            0xD0 => IntegerDigits(4),
            0xE0 => IntegerDigits(8),
            0xF0 => IntegerDigits(3),
            0xFE => IntegerDigits(1),
            > 0xF0 and < 0xFE => Digits((encoding & 0x0F) - 1),
            _ => throw Damaged("unknown encoding"),
        };
    }
}
