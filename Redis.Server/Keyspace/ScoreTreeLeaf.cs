namespace Redis.Server.Keyspace;

/// <summary>A run of entries, linked to its neighbours.</summary>
internal sealed class ScoreTreeLeaf : ScoreTreeNode
{
    private const int MostEntries = 64;

    private readonly ScoreEntry[] _entries = new ScoreEntry[MostEntries];

    public ScoreTreeLeaf? Previous { get; private set; }

    public ScoreTreeLeaf? Next { get; private set; }

    public override int Size => Count;

    public override ScoreEntry Lowest
    {
        get => _entries[0];
        set { } // Its own first entry is the bound.
    }

    protected override int Capacity => MostEntries;

    public ref readonly ScoreEntry this[int index] => ref _entries[index];

    public override ScoreTreeNode? Insert(in ScoreEntry entry)
    {
        int at = CountBelow(new EntryBound(entry.Score, entry.Member));
        if (Count < MostEntries)
        {
            InsertAt(_entries, Count++, at, entry);
            return null;
        }
        ScoreTreeLeaf right = new() { Previous = this, Next = Next };
        if (Next != null)
            Next.Previous = right;
        // Sets are often filled in order: at either end of all entries the full leaf stays full.
        int kept = at == MostEntries && Next == null ? MostEntries : at == 0 && Previous == null ? 0 : MostEntries / 2;
        Next = right;
        GiveTail(right, MostEntries - kept);
        if (at > kept || kept == MostEntries)
            InsertAt(right._entries, right.Count++, at - kept, entry);
        else
            InsertAt(_entries, Count++, at, entry);
        return right;
    }

    public override int RemoveAt(int rank, int count)
    {
        int removed = Math.Min(count, Count - rank);
        RemoveAt(_entries, Count, rank, removed);
        Count -= removed;
        return removed;
    }

    public override int CountBelow<TBound>(TBound bound)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            ref readonly ScoreEntry entry = ref _entries[middle];
            if (bound.IsAbove(entry.Score, entry.Member))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    protected override void GiveTail(ScoreTreeNode right, int count)
    {
        ScoreTreeLeaf other = (ScoreTreeLeaf)right;
        GiveTail(_entries, Count, other._entries, other.Count, count);
        Count -= count;
        other.Count += count;
    }

    protected override void TakeFront(ScoreTreeNode right, int count)
    {
        ScoreTreeLeaf other = (ScoreTreeLeaf)right;
        TakeFront(_entries, Count, other._entries, other.Count, count);
        Count += count;
        other.Count -= count;
        if (other.Count > 0)
            return;
        Next = other.Next;
        if (Next != null)
            Next.Previous = this;
    }
}
