using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Raft.Storage;

/// <summary>
/// A pooled block of memory that many payloads are packed into. It is counted: the producer holds one reference while it
/// fills the block, the log one for each entry in its cache, a transport one while a message waits. The memory goes back
/// to the pool with the last one.
/// </summary>
/// <remarks>One thread fills a block; any thread may retain and release it.</remarks>
public sealed class PayloadBlock : MemoryManager<byte>
{
    /// <summary>Bytes of a block, unless a single payload needs more.</summary>
    public const int StandardCapacity = 64 * 1024;

    // 2 MiB: enough for what is between two batches. A log gives a block back for each that it takes as soon as all nodes have what is in it.
    private const int MaxPooled = 32;

    private static readonly ConcurrentQueue<PayloadBlock> Pool = new();

    private readonly byte[] _bytes;
    private int _length;
    private int _references;

    private PayloadBlock(byte[] bytes) => _bytes = bytes;

    /// <summary>Bytes it can hold.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>Bytes still free.</summary>
    public int Free => _bytes.Length - _length;

    /// <summary>An empty block with one reference, the caller's.</summary>
    /// <param name="capacity">Bytes wanted; at least <see cref="StandardCapacity"/> are given.</param>
    public static PayloadBlock Rent(int capacity = StandardCapacity)
    {
        if (capacity > StandardCapacity || !Pool.TryDequeue(out PayloadBlock? block))
        {
            block = new PayloadBlock(GC.AllocateUninitializedArray<byte>(Math.Max(capacity, StandardCapacity)));
        }

        block._length = 0;
        Volatile.Write(ref block._references, 1);
        return block;
    }

    /// <summary>Adds a reference to the block that backs some memory, if one does.</summary>
    public static void Retain(ReadOnlyMemory<byte> memory)
    {
        if (MemoryMarshal.TryGetMemoryManager(memory, out PayloadBlock? block))
        {
            block.Retain();
        }
    }

    /// <summary>Gives back a reference to the block that backs some memory, if one does.</summary>
    public static void Release(ReadOnlyMemory<byte> memory)
    {
        if (MemoryMarshal.TryGetMemoryManager(memory, out PayloadBlock? block))
        {
            block.Release();
        }
    }

    /// <summary>Adds a reference. The caller must hold one, or know that another holder does.</summary>
    public void Retain() => Interlocked.Increment(ref _references);

    /// <summary>Gives back a reference.</summary>
    /// <exception cref="InvalidOperationException">More references were given back than taken.</exception>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            if (_bytes.Length == StandardCapacity && Pool.Count < MaxPooled)
            {
                Pool.Enqueue(this);
            }
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("A payload block was released more often than it was retained.");
        }
    }

    /// <summary>Copies bytes behind those already in the block. The memory returned is valid while a reference is held.</summary>
    /// <exception cref="ArgumentException">They do not fit (<see cref="Free"/>).</exception>
    public ReadOnlyMemory<byte> Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_length));
        return Advance(bytes.Length);
    }

    /// <summary>The free part, for a producer that fills it itself and then calls <see cref="Advance"/>.</summary>
    public Memory<byte> FreeMemory => CreateMemory(_length, Free);

    /// <summary>Takes the next bytes of the free part as filled.</summary>
    public ReadOnlyMemory<byte> Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)Free);
        ReadOnlyMemory<byte> filled = CreateMemory(_length, count);
        _length += count;
        return filled;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => Volatile.Read(ref _references) > 0
        ? _bytes
        : throw new ObjectDisposedException(nameof(PayloadBlock), "A payload was read after its last reference was given back.");

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => _bytes.AsMemory(elementIndex).Pin();

    /// <inheritdoc/>
    public override void Unpin()
    {
        // The handle that Pin returned holds the array's own pin.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Release();
}
