using System.Buffers.Binary;
using Raft.Core;

namespace Redis.Server.Peers;

/// <summary>Puts a frame's fields one after the other into a span of exactly the right length.</summary>
internal readonly ref struct FrameWriter(Span<byte> rest)
{
    private readonly Span<byte> _rest = rest;

    public FrameWriter Put(byte value)
    {
        _rest[0] = value;
        return new FrameWriter(_rest[1..]);
    }

    public FrameWriter Put(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_rest, value);
        return new FrameWriter(_rest[4..]);
    }

    public FrameWriter Put(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_rest, value);
        return new FrameWriter(_rest[8..]);
    }

    public FrameWriter Put(EntryId id) => Put(id.Term).Put(id.Index);

    public FrameWriter Put(SnapshotId id) => Put(id.Last).Put(id.Size).Put((long)id.Checksum);

    public FrameWriter Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_rest);
        return new FrameWriter(_rest[bytes.Length..]);
    }

    /// <summary>The frame is complete: its length was computed right.</summary>
    public void End()
    {
        if (!_rest.IsEmpty)
        {
            throw new InvalidOperationException("A peer frame's length was computed wrong.");
        }
    }
}
