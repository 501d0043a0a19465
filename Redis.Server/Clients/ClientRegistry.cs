using System.Collections.Concurrent;

namespace Redis.Server.Clients;

/// <summary>The connected clients. Any thread.</summary>
internal sealed class ClientRegistry
{
    private readonly ConcurrentDictionary<long, ClientConnection> _clients = new();
    private long _lastId;
    private long _accepted;
    private long _rejected;

    public int Count => _clients.Count;

    /// <summary>Connections taken since start.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections refused because of maxclients.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>All of them, oldest first.</summary>
    public IEnumerable<ClientConnection> All => _clients.Values.OrderBy(client => client.Session.Id);

    public long NextId() => Interlocked.Increment(ref _lastId);

    public void Add(ClientConnection client)
    {
        Interlocked.Increment(ref _accepted);
        _clients[client.Session.Id] = client;
    }

    public void CountRejected() => Interlocked.Increment(ref _rejected);

    public void Remove(ClientConnection client) => _clients.TryRemove(client.Session.Id, out _);
}
