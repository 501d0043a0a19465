using System.Collections.Concurrent;

namespace Redis.Server.Tests.Chaos;

/// <summary>All links between nodes (1, 2, …) and their clients (<see cref="Clients"/>), and the ways in which a network fails.</summary>
internal sealed class FaultyNetwork
{
    /// <summary>The end at which all clients are.</summary>
    public const int Clients = 0;

    private readonly ConcurrentDictionary<(int From, int To), Link> _links = [];
    private readonly ConcurrentDictionary<string, int> _nodes = [];
    private readonly ConcurrentDictionary<FaultyConnection, bool> _connections = [];

    /// <summary>Bytes that came through.</summary>
    public long BytesPassed => _bytesPassed;

    private long _bytesPassed;

    public Link this[int from, int to] => _links.GetOrAdd((from, to), static _ => new Link());

    /// <summary>Makes a node known by the address that it tells others.</summary>
    public void Name(string address, int node) => _nodes[address] = node;

    /// <summary>Who gave this address as his own.</summary>
    public int NodeAt(string address) => _nodes.GetValueOrDefault(address, Clients);

    public void Opened(FaultyConnection connection) => _connections[connection] = true;

    public void Closed(FaultyConnection connection) => _connections.TryRemove(connection, out _);

    public void Passed(int bytes) => Interlocked.Add(ref _bytesPassed, bytes);

    /// <summary>Nothing comes through from one to the other; the way back is as it was.</summary>
    public void Hold(int from, int to) => this[from, to].Hold();

    /// <summary>Ends all connections between two with a reset, and lets none begin until <see cref="Heal()"/>.</summary>
    public void Cut(int a, int b)
    {
        this[a, b].Refuses = this[b, a].Refuses = true;
        Reset(a, b);
    }

    /// <summary>Ends all connections between two with a reset; new ones may be made at once.</summary>
    public void Reset(int a, int b)
    {
        foreach (FaultyConnection connection in _connections.Keys.Where(c => (c.From, c.To) == (a, b) || (c.From, c.To) == (b, a)))
            connection.Reset();
    }

    /// <summary>Two groups do not hear each other.</summary>
    public void Split(IEnumerable<int> some, IEnumerable<int> others)
    {
        int[] far = [.. others];
        foreach (int a in some)
        {
            foreach (int b in far)
            {
                Hold(a, b);
                Hold(b, a);
            }
        }
    }

    public void Heal()
    {
        foreach (Link link in _links.Values)
            link.Heal();
    }
}
