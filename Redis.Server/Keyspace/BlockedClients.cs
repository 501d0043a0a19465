using Raft.Core;

namespace Redis.Server.Keyspace;

/// <summary>A command that waits for one of its keys: BLPOP and its kin.</summary>
/// <param name="Id">The entry that brought the command: the waiter's identity.</param>
/// <param name="Deadline">Cluster time after which it waits no longer; long.MaxValue: for ever.</param>
/// <param name="Type">The type it can use; a key that appears with another type does not wake it.</param>
/// <param name="Keys">The keys, in the order of the arguments.</param>
/// <param name="Frame">The command, to be run again when one of the keys appears.</param>
internal sealed record BlockedClient(EntryId Id, long Deadline, RedisType Type, byte[][] Keys, byte[] Frame)
{
    /// <summary>Serving it changes another key, too (BLMOVE). For WATCH on the node that took the command; no part of the state.</summary>
    public bool MovesOn { get; init; }
}

/// <summary>
/// The commands that wait, part of the replicated state: entries put them here, and entries (a push, a later time, an UNBLOCK)
/// take them out, so every replica serves the same waiter with the same element.
/// </summary>
internal sealed class BlockedClients
{
    private static readonly Comparer<(long Deadline, EntryId Id)> SoonestFirst = Comparer<(long Deadline, EntryId Id)>.Create(
        (a, b) => a.Deadline != b.Deadline ? a.Deadline.CompareTo(b.Deadline) : a.Id.CompareTo(b.Id));

    private readonly SortedDictionary<EntryId, BlockedClient> _byId = [];
    private readonly SortedSet<(long Deadline, EntryId Id)> _byDeadline = new(SoonestFirst);
    private readonly Dict<List<BlockedClient>> _byKey = new();
    private readonly Queue<byte[]> _ready = new();
    private volatile int _movers;

    /// <summary>Number of waiters.</summary>
    public int Count => _byId.Count;

    /// <summary>How many of them will change another key than the one they wait for. Any thread.</summary>
    public int Movers => _movers;

    /// <summary>The waiters in order of arrival, as a snapshot keeps them; add them again in this order.</summary>
    public IEnumerable<BlockedClient> InOrderOfArrival => _byId.Values;

    /// <summary>When the next waiter gives up; long.MaxValue when none will. A leader whose clock passes it sees to an entry.</summary>
    public long EarliestDeadline => _byDeadline.Count == 0 ? long.MaxValue : _byDeadline.Min.Deadline;

    /// <summary>Whether a key that is waited for has appeared since its waiters were served.</summary>
    public bool HasReady => _ready.Count > 0;

    /// <summary>The waiter, or null.</summary>
    public BlockedClient? Find(EntryId id) => _byId.GetValueOrDefault(id);

    /// <summary>A command begins to wait.</summary>
    public void Add(BlockedClient client)
    {
        _byId.Add(client.Id, client);
        _movers += client.MovesOn ? 1 : 0;
        if (client.Deadline != long.MaxValue)
            _byDeadline.Add((client.Deadline, client.Id));
        foreach (byte[] key in client.Keys)
        {
            ref List<BlockedClient> waiting = ref _byKey.GetOrAdd(key, out bool existed);
            if (!existed)
                waiting = [];
            // A key may be named twice.
            if (waiting.Count == 0 || !ReferenceEquals(waiting[^1], client))
                waiting.Add(client);
        }
    }

    /// <summary>Nobody waits any more: another state takes this one's place.</summary>
    public void Clear()
    {
        foreach (BlockedClient client in _byId.Values.ToArray())
        {
            Remove(client);
        }

        _ready.Clear();
    }

    /// <summary>A command waits no longer.</summary>
    public void Remove(BlockedClient client)
    {
        _byId.Remove(client.Id);
        _movers -= client.MovesOn ? 1 : 0;
        _byDeadline.Remove((client.Deadline, client.Id));
        foreach (byte[] key in client.Keys)
        {
            int index = _byKey.IndexOf(key);
            if (index >= 0 && _byKey.ValueAt(index).Remove(client) && _byKey.ValueAt(index).Count == 0)
                _byKey.RemoveAt(index);
        }
    }

    /// <summary>The waiter whose deadline has passed at <paramref name="now"/> and passed first; null when there is none.</summary>
    public BlockedClient? NextDue(long now) =>
        EarliestDeadline <= now ? _byId[_byDeadline.Min.Id] : null;

    /// <summary>A key got a value that is not a string: its waiters may be served after the command.</summary>
    public void KeyAppeared(ReadOnlySpan<byte> key)
    {
        if (_byId.Count == 0)
            return;
        int index = _byKey.IndexOf(key);
        if (index >= 0 && !_ready.Contains(_byKey.KeyArrayAt(index)))
            _ready.Enqueue(_byKey.KeyArrayAt(index));
    }

    /// <summary>The next key that appeared, in order of appearance, with those who wait for it in order of arrival.</summary>
    public bool TryTakeReady(out byte[] key, out BlockedClient[] waiting)
    {
        waiting = [];
        if (!_ready.TryDequeue(out key!))
            return false;
        int index = _byKey.IndexOf(key);
        if (index >= 0)
            waiting = [.. _byKey.ValueAt(index)];
        return true;
    }
}
