namespace Raft.Storage;

/// <summary>Encoded records on their way to the file, in order, in blocks of fixed size so that growth copies nothing.</summary>
internal sealed class WriteBatch
{
    /// <summary>A payload of this size or more stays where it is and is written from there.</summary>
    public const int ReferencedPayload = 64 * 1024;

    private const int BlockSize = 256 * 1024;
    private const int MaxIdleBlocks = 4;

    private readonly List<Block> _blocks = [];
    private readonly Queue<ReadOnlyMemory<byte>> _referenced = new();
    private int _used;

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _used == 0;

    /// <summary>Whether it changes the log; marks alone do not.</summary>
    public bool ChangesLog { get; set; }

    /// <summary>Segments below this one are of no use once all of this is durable.</summary>
    public uint FreeBelow { get; set; }

    public int BlockCount => _used;

    /// <summary>Space for a record's head, and its payload unless that is referenced.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_used == 0 || BlockSize - _blocks[_used - 1].Length < size)
        {
            if (_used == _blocks.Count)
            {
                _blocks.Add(new Block());
            }

            _used++;
        }

        Block block = _blocks[_used - 1];
        Span<byte> space = block.Bytes.AsSpan(block.Length, size);
        block.Length += size;
        return space;
    }

    /// <summary>Keeps the payload of the record that was reserved last.</summary>
    public void Reference(ReadOnlyMemory<byte> payload)
    {
        PayloadBlock.Retain(payload);
        _referenced.Enqueue(payload);
    }

    /// <summary>The next referenced payload, for the writer; given back with <see cref="PayloadBlock.Release(ReadOnlyMemory{byte})"/>.</summary>
    public ReadOnlyMemory<byte> NextReferenced() => _referenced.Dequeue();

    public Span<byte> BlockAt(int index) => _blocks[index].Bytes.AsSpan(0, _blocks[index].Length);

    public void Clear()
    {
        while (_referenced.TryDequeue(out ReadOnlyMemory<byte> payload))
        {
            PayloadBlock.Release(payload);
        }

        for (int i = 0; i < _used; i++)
        {
            _blocks[i].Length = 0;
        }

        if (_blocks.Count > MaxIdleBlocks)
        {
            _blocks.RemoveRange(MaxIdleBlocks, _blocks.Count - MaxIdleBlocks);
        }

        _used = 0;
        ChangesLog = false;
        FreeBelow = 0;
    }

    private sealed class Block
    {
        public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(BlockSize);

        public int Length { get; set; }
    }
}
