using System.Buffers.Binary;

namespace Redis.Server.Protocol.Rdb;

/// <summary>A zipmap (until 2.4): a size byte, then key length, key, value length, unused bytes, value; 0xFF. A length is one byte, or
/// 0xFE and four.</summary>
internal sealed class ZipMapReader : PackedReader
{
    private const byte End = 0xFF;
    private const byte LongLength = 0xFE;

    private bool _isValue;

    protected override string Name => "zipmap";

    /// <inheritdoc/>
    public override bool TryNext(out ReadOnlySpan<byte> element)
    {
        byte first = Take(1)[0];
        if (first == End && !_isValue)
        {
            CheckEnd();
            Position--;
            element = default;
            return false;
        }

        if (first == End)
        {
            throw Damaged("a key without value");
        }

        uint length = first == LongLength ? BinaryPrimitives.ReadUInt32LittleEndian(Take(4)) : first;
        int unused = _isValue ? Take(1)[0] : 0;
        element = Take(length);
        Take(unused);
        _isValue = !_isValue;
        return true;
    }

    protected override void ReadHeader()
    {
        _isValue = false;
        Take(1);
    }
}
