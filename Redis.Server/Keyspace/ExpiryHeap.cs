namespace Redis.Server.Keyspace;

/// <summary>
/// The expiring keys, soonest first: a four-way heap of (time, entry number) over the keyspace's Dict, whose entries know their
/// place here. Equal times are ordered by key, so the order is the same on every replica, however its heap came about.
/// </summary>
internal sealed class ExpiryHeap
{
    private const int Arity = 4;

    private readonly Dict<KeyEntry> _keys;
    private Item[] _items = [];

    private struct Item
    {
        public long At;
        public int Entry;
    }

    public ExpiryHeap(Dict<KeyEntry> keys) => _keys = keys;

    /// <summary>Number of expiring keys.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the heap.</summary>
    public long TableBytes => _items.Length * 16L;

    /// <summary>When the soonest key expires; long.MaxValue when none does.</summary>
    public long EarliestTime => Count == 0 ? long.MaxValue : _items[0].At;

    /// <summary>Entry number of the key that expires soonest.</summary>
    public int EarliestEntry => _items[0].Entry;

    /// <summary>Sum of all expiry times less <paramref name="now"/> (INFO's avg_ttl).</summary>
    public double AverageTtl(long now)
    {
        double sum = 0;
        for (int i = 0; i < Count; i++)
            sum += Math.Max(0, _items[i].At - now);
        return Count == 0 ? 0 : sum / Count;
    }

    /// <summary>The time of an entry with an expiry.</summary>
    public long TimeOf(int slot) => _items[slot - 1].At;

    /// <summary>Gives entry <paramref name="entry"/> an expiry or another one.</summary>
    public void Set(int entry, long at)
    {
        int slot = _keys.ValueAt(entry).ExpirySlot - 1;
        if (slot < 0)
        {
            if (Count == _items.Length)
                Array.Resize(ref _items, Math.Max(16, Count + Count / 2));
            slot = Count++;
        }

        Settle(slot, new Item { At = at, Entry = entry });
    }

    /// <summary>Takes entry <paramref name="entry"/>'s expiry away; false if it had none.</summary>
    public bool Remove(int entry)
    {
        ref KeyEntry key = ref _keys.ValueAt(entry);
        int slot = key.ExpirySlot - 1;
        if (slot < 0)
            return false;
        key.ExpirySlot = 0;
        Count--;
        if (slot != Count)
            Settle(slot, _items[Count]);
        if (Count < _items.Length / 4)
            Array.Resize(ref _items, _items.Length / 2);
        return true;
    }

    /// <summary>The Dict gave an entry another number.</summary>
    public void Renumber(int slot, int entry) => _items[slot - 1].Entry = entry;

    /// <summary>Forgets all, with the keys.</summary>
    public void Clear()
    {
        Count = 0;
        _items = [];
    }

    private void Settle(int slot, Item item)
    {
        int start = slot;
        while (slot > 0 && Before(item, _items[(slot - 1) / Arity]))
        {
            Place(slot, _items[(slot - 1) / Arity]);
            slot = (slot - 1) / Arity;
        }

        if (slot == start)
        {
            while (TrySmallestChild(slot, out int child) && Before(_items[child], item))
            {
                Place(slot, _items[child]);
                slot = child;
            }
        }

        Place(slot, item);
    }

    private bool TrySmallestChild(int slot, out int child)
    {
        child = slot * Arity + 1;
        if (child >= Count)
            return false;
        int end = Math.Min(child + Arity, Count);
        for (int other = child + 1; other < end; other++)
        {
            if (Before(_items[other], _items[child]))
                child = other;
        }

        return true;
    }

    private void Place(int slot, Item item)
    {
        _items[slot] = item;
        _keys.ValueAt(item.Entry).ExpirySlot = slot + 1;
    }

    private bool Before(Item left, Item right) =>
        left.At != right.At
            ? left.At < right.At
            : _keys.KeyAt(left.Entry).SequenceCompareTo(_keys.KeyAt(right.Entry)) < 0;
}
