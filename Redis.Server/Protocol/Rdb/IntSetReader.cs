using System.Buffers.Binary;

namespace Redis.Server.Protocol.Rdb;

/// <summary>An intset: bytes an element (4: 2, 4 or 8), elements (4), elements ascending.</summary>
internal sealed class IntSetReader : PackedReader
{
    private const int HeaderLength = 8;

    private int _size;

    protected override string Name => "intset";

    /// <inheritdoc/>
    public override bool TryNext(out ReadOnlySpan<byte> element)
    {
        if (Position == Blob.Length)
        {
            element = default;
            return false;
        }

        element = IntegerDigits(_size);
        return true;
    }

    protected override void ReadHeader()
    {
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        if (size is not (2 or 4 or 8) || ((long)size * count) + HeaderLength != Blob.Length)
        {
            throw Damaged("wrong total length");
        }

        _size = (int)size;
    }
}
