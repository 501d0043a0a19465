namespace Redis.Server.Keyspace;

/// <summary>A leaf or a branch of a <see cref="ScoreTree"/>. At rest a leaf is not empty and a branch has two children or more, except at the root.</summary>
internal abstract class ScoreTreeNode
{
    /// <summary>Entries under this node.</summary>
    public abstract int Size { get; }

    /// <summary>Entries of a leaf, children of a branch.</summary>
    public int Count { get; protected set; }

    /// <summary>A lower bound of everything here, above everything to the left; not defined for the leftmost branch of a level.</summary>
    public abstract ScoreEntry Lowest { get; set; }

    /// <summary>Too empty to stand alone beside a sibling.</summary>
    public bool IsSparse => Count < Capacity / 4;

    protected abstract int Capacity { get; }

    /// <summary>Adds an entry; answers a new right sibling when the node had to be split.</summary>
    public abstract ScoreTreeNode? Insert(in ScoreEntry entry);

    /// <summary>Removes up to <paramref name="count"/> entries of one leaf from <paramref name="rank"/> on; answers how many.</summary>
    public abstract int RemoveAt(int rank, int count);

    public abstract int CountBelow<TBound>(TBound bound) where TBound : IScoreBound, allows ref struct;

    /// <summary>Takes everything of its right sibling when that leaves room, or else evens both out; true when the sibling is empty now and has to go.</summary>
    public bool Balance(ScoreTreeNode right)
    {
        int total = Count + right.Count;
        if (total <= Capacity * 3 / 4)
        {
            TakeFront(right, right.Count);
            return true;
        }
        if (Count > total / 2)
            GiveTail(right, Count - total / 2);
        else
            TakeFront(right, total / 2 - Count);
        return false;
    }

    /// <summary>Moves its last <paramref name="count"/> items to the front of its right sibling.</summary>
    protected abstract void GiveTail(ScoreTreeNode right, int count);

    /// <summary>Moves the first <paramref name="count"/> items of its right sibling to its end.</summary>
    protected abstract void TakeFront(ScoreTreeNode right, int count);

    protected static void GiveTail<T>(T[] from, int fromCount, T[] to, int toCount, int moved)
    {
        Array.Copy(to, 0, to, moved, toCount);
        Array.Copy(from, fromCount - moved, to, 0, moved);
        Array.Clear(from, fromCount - moved, moved);
    }

    protected static void TakeFront<T>(T[] to, int toCount, T[] from, int fromCount, int moved)
    {
        Array.Copy(from, 0, to, toCount, moved);
        Array.Copy(from, moved, from, 0, fromCount - moved);
        Array.Clear(from, fromCount - moved, moved);
    }

    protected static void InsertAt<T>(T[] items, int count, int index, in T item)
    {
        Array.Copy(items, index, items, index + 1, count - index);
        items[index] = item;
    }

    protected static void RemoveAt<T>(T[] items, int count, int index, int removed)
    {
        Array.Copy(items, index + removed, items, index, count - index - removed);
        Array.Clear(items, count - removed, removed);
    }
}
