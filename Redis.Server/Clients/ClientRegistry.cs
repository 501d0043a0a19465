using System.Collections.Concurrent;

namespace Redis.Server.Clients;

/// <summary>The connected clients. Any thread.</summary>
internal sealed class ClientRegistry
{
    private readonly ConcurrentDictionary<long, ClientConnection> _clients = new();
    private long _lastId;
    private long _accepted;
    private long _rejected;
    private long _evicted;
    private readonly Lock _closing = new();
    private Traffic _closed;

    public int Count => _clients.Count;

    /// <summary>Connections taken since start.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections refused because of maxclients.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Bytes and system calls of all connections since start.</summary>
    public Traffic Traffic
    {
        get
        {
            lock (_closing)
            {
                return _clients.Values.Aggregate(_closed, (sum, client) => sum + client.Traffic);
            }
        }
    }

    /// <summary>Memory of all clients' buffers.</summary>
    public long BufferBytes => _clients.Values.Sum(client => client.MemoryBytes);

    /// <summary>The fullest query buffer and the most replies that wait, among the clients that are connected now.</summary>
    public (long Input, long Output) LargestBuffers => (
        _clients.Values.Select(client => (long)client.QueryBuffer.Used).DefaultIfEmpty().Max(),
        _clients.Values.Select(client => (long)client.Output.Waiting).DefaultIfEmpty().Max());

    /// <summary>All of them, oldest first.</summary>
    public IEnumerable<ClientConnection> All => _clients.Values.OrderBy(client => client.Session.Id);

    /// <summary>All of them.</summary>
    public IEnumerable<ClientConnection> InAnyOrder => _clients.Values;

    /// <summary>The client of an id, or null.</summary>
    public ClientConnection? Find(long id) => _clients.GetValueOrDefault(id);

    public long NextId() => Interlocked.Increment(ref _lastId);

    public void Add(ClientConnection client)
    {
        Interlocked.Increment(ref _accepted);
        _clients[client.Session.Id] = client;
    }

    /// <summary>Clients disconnected because of maxmemory-clients.</summary>
    public long Evicted => Volatile.Read(ref _evicted);

    public void CountEvicted() => Interlocked.Increment(ref _evicted);

    public void CountRejected() => Interlocked.Increment(ref _rejected);

    public void Remove(ClientConnection client)
    {
        lock (_closing)
        {
            if (_clients.TryRemove(client.Session.Id, out _))
            {
                _closed += client.Traffic;
            }
        }
    }

    /// <summary>CONFIG RESETSTAT.</summary>
    public void ResetStatistics()
    {
        Volatile.Write(ref _accepted, 0);
        Volatile.Write(ref _rejected, 0);
        Volatile.Write(ref _evicted, 0);
        lock (_closing)
        {
            _closed = _clients.Values.Aggregate(default(Traffic), (sum, client) => sum - client.Traffic); // what is open goes on from zero
        }
    }
}
