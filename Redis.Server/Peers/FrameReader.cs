using System.Buffers.Binary;
using Raft.Core;

namespace Redis.Server.Peers;

/// <summary>Takes a frame's fields one after the other; a frame that is too short throws <see cref="FormatException"/>.</summary>
internal ref struct FrameReader
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _span;
    private int _position;

    public FrameReader(ReadOnlyMemory<byte> frame)
    {
        _memory = frame;
        _span = frame.Span;
        _position = PeerCodec.HeaderSize;
    }

    public byte Byte() => _span[Advance(1)];

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(_span[Advance(4)..]);

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(_span[Advance(8)..]);

    public EntryId Id() => new(Long(), Long());

    public SnapshotId SnapshotId() => new(Id(), Long(), (ulong)Long());

    public ReadOnlyMemory<byte> Bytes(int length) => _memory.Slice(Advance(length), length);

    public ReadOnlyMemory<byte> Rest() => Bytes(_span.Length - _position);

    /// <summary>A number of items of at least <paramref name="itemSize"/> bytes each, which the frame must be able to hold.</summary>
    public int Count(int itemSize)
    {
        int count = Int();
        return count >= 0 && (long)count * itemSize <= _span.Length - _position
            ? count
            : throw new FormatException($"A peer frame that claims {count} items.");
    }

    private int Advance(int length)
    {
        if (length < 0 || length > _span.Length - _position)
        {
            throw new FormatException("A peer frame that ends too early.");
        }

        int start = _position;
        _position += length;
        return start;
    }
}
