using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>
/// Redis's quicklist: a doubly linked list of listpacks, filled, split and merged by Redis's rules so that a DUMP of the same history is the same bytes.
/// Both ends are O(1), any index is O(nodes).
/// </summary>
internal sealed class QuickList : RedisObject
{
    private readonly int _fill;
    private QuickListNode? _head;
    private QuickListNode? _tail;
    private int _count;
    private long _packBytes;

    /// <param name="fill">list-max-listpack-size: elements a node, or, when negative, -1 … -5 for 4 … 64 kB a node.</param>
    public QuickList(int fill) => _fill = fill;

    public override RedisType Type => RedisType.List;

    public override string Encoding => "quicklist";

    public override int Count => _count;

    public override long MemoryBytes => 72 + 56L * NodeCount + _packBytes;

    public int NodeCount { get; private set; }

    /// <summary>list-max-listpack-size of when the list was made.</summary>
    public int Fill => _fill;

    public QuickListNode? Head => _head;

    public QuickListCursor First => _head == null ? default : new QuickListCursor(_head, 0, _head.Pack.First);

    public QuickListCursor Last => _tail == null ? default : new QuickListCursor(_tail, _tail.Count - 1, _tail.Pack.Last);

    public override RedisObject Clone()
    {
        QuickList clone = new(_fill);
        for (QuickListNode? node = _head; node != null; node = node.Next)
            clone.AppendPack(node.Pack.Clone(), node.IsPlain);
        return clone;
    }

    public override RedisObject Freeze()
    {
        QuickList frozen = new(_fill);
        for (QuickListNode? node = _head; node != null; node = node.Next)
        {
            frozen.Link(new QuickListNode(node.Share(), node.Count) { IsPlain = node.IsPlain }, frozen._tail, isAfter: true);
            frozen._count += node.Count;
        }

        return frozen;
    }

    /// <summary>Adds a node as loaded from a snapshot or a DUMP payload.</summary>
    public void AppendPack(ListPack pack, bool isPlain = false)
    {
        QuickListNode node = new(pack, pack.Count) { IsPlain = isPlain };
        Link(node, _tail, isAfter: true);
        _count += node.Count;
    }

    public override void AddTo(ref Digest digest)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (QuickListCursor at = First; at.IsValid; at = at.Next())
            digest.Add(at.Element.AsText(scratch));
    }

    public void Push(ListEnd end, ReadOnlySpan<byte> text, DataOptions options)
    {
        if (end == ListEnd.Head)
            PushHead(text, options);
        else
            PushTail(text, options);
    }

    /// <summary>The first or the last element; invalid when the list is empty.</summary>
    public QuickListCursor At(ListEnd end) => end == ListEnd.Head ? First : Last;

    public void PushHead(ReadOnlySpan<byte> text, DataOptions options)
    {
        bool isPlain = IsPlain(text, options);
        if (!isPlain && QuickListNode.AllowsInsert(_head, _fill, text.Length))
        {
            _head!.Pack.Prepend(PackedElement.Of(text));
            Resized(_head, 1);
        }
        else
        {
            Link(NodeOf(text, isPlain), _head, isAfter: false);
        }
        _count++;
    }

    public void PushTail(ReadOnlySpan<byte> text, DataOptions options)
    {
        bool isPlain = IsPlain(text, options);
        if (!isPlain && QuickListNode.AllowsInsert(_tail, _fill, text.Length))
        {
            _tail!.Pack.Append(PackedElement.Of(text));
            Resized(_tail, 1);
        }
        else
        {
            Link(NodeOf(text, isPlain), _tail, isAfter: true);
        }
        _count++;
    }

    /// <summary>The element at <paramref name="index"/>, from the end when negative; invalid when there is none.</summary>
    public QuickListCursor Seek(long index)
    {
        if (index < 0)
            index += Count;
        if (index < 0 || index >= Count)
            return default;
        QuickListNode node;
        if (index < _count / 2)
        {
            for (node = _head!; index >= node.Count; node = node.Next!)
                index -= node.Count;
            return new QuickListCursor(node, (int)index, node.Pack.Seek((int)index));
        }
        long fromEnd = Count - 1 - index;
        for (node = _tail!; fromEnd >= node.Count; node = node.Previous!)
            fromEnd -= node.Count;
        int within = node.Count - 1 - (int)fromEnd;
        return new QuickListCursor(node, within, node.Pack.Seek(within));
    }

    /// <summary>Inserts next to <paramref name="at"/>, which is invalid afterwards (_quicklistInsert).</summary>
    public void Insert(QuickListCursor at, ReadOnlySpan<byte> text, bool isAfter, DataOptions options)
    {
        QuickListNode node = at.Node;
        bool isPlain = IsPlain(text, options);
        _count++;
        if (!isPlain && QuickListNode.AllowsInsert(node, _fill, text.Length))
        {
            if (isAfter)
                node.Pack.InsertAfter(at.Position, PackedElement.Of(text));
            else
                node.Pack.InsertBefore(at.Position, PackedElement.Of(text));
            Resized(node, 1);
            return;
        }
        bool isAtEdge = isAfter ? at.Index == node.Count - 1 : at.Index == 0;
        if (!isAtEdge)
        {
            SplitAndInsert(at, text, isAfter, isPlain);
            return;
        }
        QuickListNode? neighbour = isAfter ? node.Next : node.Previous;
        if (isPlain || !QuickListNode.AllowsInsert(neighbour, _fill, text.Length))
        {
            Link(NodeOf(text, isPlain), node, isAfter);
            return;
        }
        if (isAfter)
            neighbour!.Pack.Prepend(PackedElement.Of(text));
        else
            neighbour!.Pack.Append(PackedElement.Of(text));
        Resized(neighbour, 1);
    }

    /// <summary>Replaces the element, in place unless it becomes large or was (quicklistReplaceEntry).</summary>
    public void Replace(QuickListCursor at, ReadOnlySpan<byte> text, DataOptions options)
    {
        QuickListNode node = at.Node;
        if (node.IsPlain == IsPlain(text, options))
        {
            node.Pack.Replace(at.Position, PackedElement.Of(text));
            Resized(node, 0);
            return;
        }

        Insert(at, text, isAfter: true, options);
        Remove(new QuickListCursor(node, node.Count - 1, node.Pack.Last)); // a split left it there
    }

    /// <summary>Removes the element; answers the one that comes next on the way forward or backward.</summary>
    public QuickListCursor Remove(QuickListCursor at, bool isForward = true)
    {
        QuickListNode node = at.Node;
        QuickListCursor following = isForward ? default : at.Previous();
        int position = node.Pack.Remove(at.Position);
        Resized(node, -1);
        _count--;
        if (isForward)
        {
            following = position != ListPack.None
                ? new QuickListCursor(node, at.Index, position)
                : node.Next == null ? default : new QuickListCursor(node.Next, 0, node.Next.Pack.First);
        }
        if (node.Count == 0)
            Unlink(node);
        return following;
    }

    /// <summary>Removes <paramref name="count"/> elements from <paramref name="start"/> on; whole nodes at once.</summary>
    public void RemoveRange(long start, long count)
    {
        QuickListCursor at = Seek(start);
        while (at.IsValid && count > 0)
        {
            QuickListNode node = at.Node;
            int removed = (int)Math.Min(count, node.Count - at.Index);
            QuickListNode? next = node.Next;
            if (removed == node.Count)
            {
                Unlink(node);
            }
            else
            {
                node.Pack.RemoveRange(at.Position, removed);
                Resized(node, -removed);
            }
            _count -= removed;
            count -= removed;
            at = next == null ? default : new QuickListCursor(next, 0, next.Pack.First);
        }
    }

    private static bool IsPlain(ReadOnlySpan<byte> text, DataOptions options) => text.Length >= options.QuickListPackedThreshold;

    private static QuickListNode NodeOf(ReadOnlySpan<byte> text, bool isPlain)
    {
        ListPack pack = ListPack.Create();
        pack.Append(PackedElement.Of(text));
        return new QuickListNode(pack, 1) { IsPlain = isPlain };
    }

    /// <summary>
    /// A full node, or a large element: what lies beyond the new element on its side stays or moves as in _quicklistSplitNode, then small
    /// neighbours are merged, but for a large element's.
    /// </summary>
    private void SplitAndInsert(QuickListCursor at, ReadOnlySpan<byte> text, bool isAfter, bool isPlain)
    {
        QuickListNode node = at.Node;
        int kept = isAfter ? at.Index + 1 : at.Index;
        QuickListNode other = new(node.Pack.Clone(), isAfter ? node.Count - kept : kept);
        ref ListPack left = ref isAfter ? ref node.Pack : ref other.Pack;
        ref ListPack right = ref isAfter ? ref other.Pack : ref node.Pack;
        left.RemoveRange(left.Seek(kept), int.MaxValue);
        right.RemoveRange(right.First, kept);
        Resized(node, -other.Count);
        if (isPlain)
        {
            QuickListNode plain = NodeOf(text, isPlain);
            Link(plain, node, isAfter);
            Link(other, plain, isAfter);
            return;
        }

        if (isAfter)
            other.Pack.Prepend(PackedElement.Of(text));
        else
            other.Pack.Append(PackedElement.Of(text));
        other.Count++;
        Link(other, node, isAfter);
        MergeAround(node);
    }

    /// <summary>_quicklistMergeNodes: the two before, the two behind, then the centre with either.</summary>
    private void MergeAround(QuickListNode center)
    {
        TryMerge(center.Previous?.Previous, center.Previous);
        TryMerge(center.Next, center.Next?.Next);
        QuickListNode target = TryMerge(center.Previous, center) ? center.Previous! : center;
        TryMerge(target, target.Next);
    }

    /// <summary>Moves the elements of <paramref name="second"/> into <paramref name="first"/>, if both fit. A node that left keeps its links.</summary>
    private bool TryMerge(QuickListNode? first, QuickListNode? second)
    {
        if (!QuickListNode.AllowsMerge(first, second, _fill))
            return false;
        first!.Pack.AppendAll(second!.Pack);
        Resized(first, second.Count);
        Unlink(second);
        return true;
    }

    private void Link(QuickListNode node, QuickListNode? anchor, bool isAfter)
    {
        node.Previous = isAfter ? anchor : anchor?.Previous;
        node.Next = isAfter ? anchor?.Next : anchor;
        if (node.Previous == null)
            _head = node;
        else
            node.Previous.Next = node;
        if (node.Next == null)
            _tail = node;
        else
            node.Next.Previous = node;
        NodeCount++;
        node.AccountedCapacity = 0;
        Resized(node, 0);
    }

    private void Unlink(QuickListNode node)
    {
        if (node.Previous == null)
            _head = node.Next;
        else
            node.Previous.Next = node.Next;
        if (node.Next == null)
            _tail = node.Previous;
        else
            node.Next.Previous = node.Previous;
        NodeCount--;
        _packBytes -= node.AccountedCapacity;
    }

    /// <summary>Notes what a change did to a node.</summary>
    private void Resized(QuickListNode node, int added)
    {
        node.Count += added;
        _packBytes += node.Pack.Capacity - node.AccountedCapacity;
        node.AccountedCapacity = node.Pack.Capacity;
    }
}
