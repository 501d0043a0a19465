using Raft.Core;

namespace Redis.Server.Replication;

/// <summary>What became of an entry that was proposed here.</summary>
internal enum EntryFate
{
    /// <summary>It was committed and applied.</summary>
    Applied,

    /// <summary>Another entry took its place: it never happened.</summary>
    Overwritten,

    /// <summary>Leadership ended first: it may still happen.</summary>
    Unknown,
}

/// <summary>Who waits for an entry: a client's stream, or an operator's action.</summary>
internal readonly record struct PendingEntry(EntryId Id, RequestStream? Stream, long Number, Action<EntryFate>? Done);

/// <summary>Proposed entries whose fate is not known yet, in log order. Consensus only.</summary>
internal sealed class PendingEntries
{
    private PendingEntry[] _ring = new PendingEntry[256];
    private int _head;

    public int Count { get; private set; }

    public void Add(in PendingEntry pending)
    {
        if (Count == _ring.Length)
        {
            PendingEntry[] larger = new PendingEntry[_ring.Length * 2];
            for (int i = 0; i < Count; i++)
            {
                larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
            }

            _ring = larger;
            _head = 0;
        }

        _ring[(_head + Count) & (_ring.Length - 1)] = pending;
        Count++;
    }

    /// <summary>The oldest one, when its index is at most <paramref name="index"/>.</summary>
    public bool TryTake(long index, out PendingEntry pending)
    {
        pending = Count > 0 ? _ring[_head] : default;
        if (Count == 0 || pending.Id.Index > index)
        {
            return false;
        }

        _ring[_head] = default;
        _head = (_head + 1) & (_ring.Length - 1);
        Count--;
        return true;
    }
}
