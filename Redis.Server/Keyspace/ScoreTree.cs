namespace Redis.Server.Keyspace;

/// <summary>
/// The order of a large sorted set: a B+ tree of (score, member) that knows how many entries lie under each branch.
/// Rank, seek by rank, and bounds by score or member are O(log n). It takes less memory than a skip list and, unlike one, draws no lots.
/// </summary>
internal sealed class ScoreTree
{
    private ScoreTreeNode _root = new ScoreTreeLeaf();

    public int Count { get; private set; }

    /// <summary>Estimated bytes of the tree, members not counted: a leaf is about two thirds full.</summary>
    public long MemoryBytes => 160 + Count * 24L;

    /// <summary>Adds an entry that is not there yet.</summary>
    public void Add(double score, byte[] member)
    {
        ScoreEntry entry = new(score, member);
        ScoreTreeNode? right = _root.Insert(entry);
        if (right != null)
            _root = new ScoreTreeBranch(_root, right);
        Count++;
    }

    /// <summary>Removes an entry; false when it is not there.</summary>
    public bool Remove(double score, ReadOnlySpan<byte> member)
    {
        int rank = RankOf(score, member);
        if (rank < 0)
            return false;
        RemoveRange(rank, 1);
        return true;
    }

    /// <summary>Removes <paramref name="count"/> entries from <paramref name="rank"/> on, a leaf at a time.</summary>
    public void RemoveRange(int rank, int count)
    {
        while (count > 0)
        {
            int removed = _root.RemoveAt(rank, count);
            count -= removed;
            Count -= removed;
            while (_root is ScoreTreeBranch { Count: 1 } branch)
                _root = branch.OnlyChild;
        }
    }

    /// <summary>How many entries are smaller, or -1 when (score, member) is not there.</summary>
    public int RankOf(double score, ReadOnlySpan<byte> member)
    {
        int rank = CountBelow(new EntryBound(score, member));
        if (rank == Count)
            return -1;
        ScoreTreeCursor at = Seek(rank);
        return at.Score == score && at.Member.AsSpan().SequenceEqual(member) ? rank : -1;
    }

    /// <summary>How many entries lie below <paramref name="bound"/>.</summary>
    public int CountBelow<TBound>(TBound bound) where TBound : IScoreBound, allows ref struct => _root.CountBelow(bound);

    /// <summary>The entry of <paramref name="rank"/>, which must exist.</summary>
    public ScoreTreeCursor Seek(int rank)
    {
        ScoreTreeNode node = _root;
        while (node is ScoreTreeBranch branch)
            node = branch.ChildAt(ref rank);
        return new ScoreTreeCursor((ScoreTreeLeaf)node, rank);
    }
}
