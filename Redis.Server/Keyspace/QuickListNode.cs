using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>One listpack of a <see cref="QuickList"/>, and how many bytes or elements it may grow to; or a large element alone.</summary>
internal sealed class QuickListNode
{
    /// <summary>What Redis assumes an entry to cost besides its bytes.</summary>
    private const int EntryOverhead = 8;

    /// <summary>A node limited by elements still may not exceed this many bytes.</summary>
    private const int SafeSize = 8192;

    private ListPack _pack;
    private bool _isShared;

    public QuickListNode(ListPack pack, int count)
    {
        _pack = pack;
        Count = count;
    }

    /// <summary>It has one large element and takes no other; Redis's dumps hold that element as it is, without a pack around it.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Bytes as Redis counts them.</summary>
    public long Size => IsPlain ? _pack[_pack.First].AsText(stackalloc byte[Numbers.MaxIntegerLength]).Length : _pack.Size;

    /// <summary>The elements, for reading and changing; of a node that a frozen copy reads a copy takes their place first.</summary>
    public ref ListPack Pack
    {
        get
        {
            if (_isShared)
            {
                _pack = _pack.Clone();
                _isShared = false;
            }

            return ref _pack;
        }
    }

    public int Count { get; set; }

    /// <summary>The pack's capacity as far as the list's account knows it.</summary>
    public int AccountedCapacity { get; set; }

    public QuickListNode? Previous { get; set; }

    public QuickListNode? Next { get; set; }

    /// <summary>The elements as they are now; whoever changes this node copies them first.</summary>
    public ListPack Share()
    {
        _isShared = true;
        return _pack;
    }

    /// <summary>Whether an element of <paramref name="length"/> bytes may be added to <paramref name="node"/> (_quicklistNodeAllowInsert).</summary>
    public static bool AllowsInsert(QuickListNode? node, int fill, int length) =>
        node is { IsPlain: false } && Allows(fill, (long)node._pack.Size + length + EntryOverhead, node.Count + 1);

    /// <summary>Whether two neighbours may become one (_quicklistNodeAllowMerge).</summary>
    public static bool AllowsMerge(QuickListNode? first, QuickListNode? second, int fill) =>
        first is { IsPlain: false } && second is { IsPlain: false }
        && Allows(fill, (long)first._pack.Size + second._pack.Size - ListPack.HeaderSize - 1, first.Count + second.Count);

    private static bool Allows(int fill, long size, int count) => fill < 0
        ? size <= 2048L << Math.Min(-fill, 5)
        : size <= SafeSize && count <= fill;
}
