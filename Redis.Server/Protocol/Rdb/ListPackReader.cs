using System.Buffers.Binary;

namespace Redis.Server.Protocol.Rdb;

/// <summary>A listpack: total bytes (4), elements (2, 65535 for "count them"), elements, 0xFF. An element is its encoding, its data and,
/// for walking backwards, the length of both in 7 bit groups.</summary>
internal sealed class ListPackReader : PackedReader
{
    private const int HeaderLength = 6;
    private const byte End = 0xFF;

    protected override string Name => "listpack";

    /// <inheritdoc/>
    public override bool TryNext(out ReadOnlySpan<byte> element)
    {
        int start = Position;
        byte first = Take(1)[0];
        if (first == End)
        {
            CheckEnd();
            Position = start;
            element = default;
            return false;
        }

        element = ReadElement(first);
        Take(BackLengthSize(Position - start));
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

    private ReadOnlySpan<byte> ReadElement(byte first)
    {
        if (first < 0x80)
        {
            return Digits(first);
        }

        if (first < 0xC0)
        {
            return Take(first & 0x3F);
        }

        if (first < 0xE0)
        {
            int unsigned = ((first & 0x1F) << 8) | Take(1)[0];
            return Digits(unsigned >= 1 << 12 ? unsigned - (1 << 13) : unsigned);
        }

        if (first < 0xF0)
        {
            return Take(((first & 0x0F) << 8) | Take(1)[0]);
        }

        return first switch
        {
            0xF0 => Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))),
            0xF1 => IntegerDigits(2),
            0xF2 => IntegerDigits(3),
            0xF3 => IntegerDigits(4),
            0xF4 => IntegerDigits(8),
            _ => throw Damaged("unknown encoding"),
        };
    }

    private static int BackLengthSize(int length) => length switch
    {
        <= 127 => 1,
        < 16383 => 2,
        < 2097151 => 3,
        < 268435455 => 4,
        _ => 5,
    };
}
