namespace Redis.Server.Keyspace;

/// <summary>Children, how many entries lie under each, and a lower bound of each.</summary>
internal sealed class ScoreTreeBranch : ScoreTreeNode
{
    private const int MostChildren = 32;

    private readonly ScoreTreeNode[] _children = new ScoreTreeNode[MostChildren];
    private readonly int[] _sizes = new int[MostChildren];
    private readonly ScoreEntry[] _lowest = new ScoreEntry[MostChildren];
    private int _size;

    public ScoreTreeBranch(ScoreTreeNode left, ScoreTreeNode right)
    {
        InsertChild(0, left, default);
        InsertChild(1, right, right.Lowest);
    }

    private ScoreTreeBranch()
    {
    }

    public override int Size => _size;

    public ScoreTreeNode OnlyChild => _children[0];

    public override ScoreEntry Lowest
    {
        get => _lowest[0];
        set => _lowest[0] = value;
    }

    protected override int Capacity => MostChildren;

    /// <summary>The child with the entry of <paramref name="rank"/>, which becomes the rank within it.</summary>
    public ScoreTreeNode ChildAt(ref int rank) => _children[IndexOf(ref rank)];

    public override ScoreTreeNode? Insert(in ScoreEntry entry)
    {
        int index = IndexBelow(new EntryBound(entry.Score, entry.Member));
        ScoreTreeNode? split = _children[index].Insert(entry);
        _size++;
        if (split == null)
        {
            _sizes[index]++;
            return null;
        }
        _sizes[index] = _children[index].Size;
        _size -= split.Size;
        if (Count < MostChildren)
        {
            InsertChild(index + 1, split, split.Lowest);
            return null;
        }
        ScoreTreeBranch right = new();
        int kept = index == MostChildren - 1 ? MostChildren - 1 : MostChildren / 2;
        GiveTail(right, MostChildren - kept);
        if (index + 1 > kept)
            right.InsertChild(index + 1 - kept, split, split.Lowest);
        else
            InsertChild(index + 1, split, split.Lowest);
        return right;
    }

    public override int RemoveAt(int rank, int count)
    {
        int index = IndexOf(ref rank);
        int removed = _children[index].RemoveAt(rank, count);
        _sizes[index] -= removed;
        _size -= removed;
        if (_children[index].IsSparse)
            BalanceChildren(Math.Max(index - 1, 0));
        return removed;
    }

    public override int CountBelow<TBound>(TBound bound)
    {
        int index = IndexBelow(bound);
        int below = _children[index].CountBelow(bound);
        for (int left = 0; left < index; left++)
            below += _sizes[left];
        return below;
    }

    protected override void GiveTail(ScoreTreeNode right, int count)
    {
        ScoreTreeBranch other = (ScoreTreeBranch)right;
        Account(other, SizeOf(Count - count, count));
        GiveTail(_children, Count, other._children, other.Count, count);
        GiveTail(_sizes, Count, other._sizes, other.Count, count);
        GiveTail(_lowest, Count, other._lowest, other.Count, count);
        Count -= count;
        other.Count += count;
    }

    protected override void TakeFront(ScoreTreeNode right, int count)
    {
        ScoreTreeBranch other = (ScoreTreeBranch)right;
        Account(other, -other.SizeOf(0, count));
        TakeFront(_children, Count, other._children, other.Count, count);
        TakeFront(_sizes, Count, other._sizes, other.Count, count);
        TakeFront(_lowest, Count, other._lowest, other.Count, count);
        Count += count;
        other.Count -= count;
    }

    private void Account(ScoreTreeBranch other, int moved)
    {
        _size -= moved;
        other._size += moved;
    }

    private int SizeOf(int first, int count)
    {
        int size = 0;
        foreach (int part in _sizes.AsSpan(first, count))
            size += part;
        return size;
    }

    private int IndexOf(ref int rank)
    {
        int index = 0;
        for (; rank >= _sizes[index]; index++)
            rank -= _sizes[index];
        return index;
    }

    /// <summary>The only child that <paramref name="bound"/> can lie in: the last one that begins before it.</summary>
    private int IndexBelow<TBound>(TBound bound) where TBound : IScoreBound, allows ref struct
    {
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >> 1;
            ref readonly ScoreEntry entry = ref _lowest[middle];
            if (bound.IsAbove(entry.Score, entry.Member))
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private void InsertChild(int index, ScoreTreeNode child, in ScoreEntry lowest)
    {
        InsertAt(_children, Count, index, child);
        InsertAt(_sizes, Count, index, child.Size);
        InsertAt(_lowest, Count, index, lowest);
        Count++;
        _size += child.Size;
    }

    /// <summary>Evens out the child at <paramref name="left"/> and the next, or makes them one.</summary>
    private void BalanceChildren(int left)
    {
        int right = left + 1;
        _children[right].Lowest = _lowest[right];
        if (_children[left].Balance(_children[right]))
        {
            _sizes[left] += _sizes[right];
            RemoveAt(_children, Count, right, 1);
            RemoveAt(_sizes, Count, right, 1);
            RemoveAt(_lowest, Count, right, 1);
            Count--;
            return;
        }
        _sizes[left] = _children[left].Size;
        _sizes[right] = _children[right].Size;
        _lowest[right] = _children[right].Lowest;
    }
}
