using Redis.Server.Keyspace;

namespace Redis.Server.PubSub;

/// <summary>What one client has subscribed to. Changed on the application's turn only, by <see cref="Channels"/>.</summary>
internal sealed class Subscriptions
{
    // Places in the client's table and in that of the channels.
    private const int EntryBytes = 64;

    private readonly Dict<bool>?[] _names = new Dict<bool>?[3];
    private volatile int _total;

    /// <summary>Memory of their names, roughly. Any thread.</summary>
    public long Bytes { get; private set; }

    /// <summary>All of them: a client with any is a subscriber. Any thread.</summary>
    public int Total => _total;

    /// <summary>What SUBSCRIBE and its kin answer: channels and patterns count together, shard channels on their own.</summary>
    public int CountShownWith(SubscriptionKind kind) => kind == SubscriptionKind.ShardChannel
        ? Count(kind)
        : Count(SubscriptionKind.Channel) + Count(SubscriptionKind.Pattern);

    /// <summary>Subscriptions of one kind.</summary>
    public int Count(SubscriptionKind kind) => _names[(int)kind]?.Count ?? 0;

    /// <summary>The names of one kind, in a list of its own.</summary>
    public byte[][] NamesOf(SubscriptionKind kind)
    {
        byte[][] names = new byte[Count(kind)][];
        for (int i = 0; i < names.Length; i++)
            names[i] = _names[(int)kind]!.KeyArrayAt(i);
        return names;
    }

    /// <summary>False when it was there.</summary>
    public bool Add(SubscriptionKind kind, ReadOnlySpan<byte> name)
    {
        (_names[(int)kind] ??= new Dict<bool>()).GetOrAdd(name, out bool existed);
        _total += existed ? 0 : 1;
        Bytes += existed ? 0 : BytesOf(name);
        return !existed;
    }

    /// <summary>False when it was not there.</summary>
    public bool Remove(SubscriptionKind kind, ReadOnlySpan<byte> name)
    {
        if (_names[(int)kind]?.Remove(name) != true)
            return false;
        _total--;
        Bytes -= BytesOf(name);
        return true;
    }

    private static long BytesOf(ReadOnlySpan<byte> name) => HeapSize.Array(name.Length) + EntryBytes;
}
