using Microsoft.Extensions.Logging;

namespace Redis.Server.Clients;

/// <summary>
/// maxmemory-clients: when all clients' buffers together take more, those that take most are disconnected until the rest
/// fits. https://redis.io/docs/latest/develop/reference/clients/#client-eviction
/// </summary>
internal sealed class ClientEviction(ClientServices services)
{
    /// <summary>Bytes for all clients; 0: no limit. A percentage is one of maxmemory.</summary>
    private long Limit => services.Options.MaxMemoryClients switch
    {
        < 0 and long percent => services.Options.Data.MaxMemory / 100 * -percent,
        long bytes => bytes,
    };

    public void Run()
    {
        if (Limit is not (> 0 and long limit))
        {
            return;
        }

        List<(ClientConnection Client, long Bytes)> all = [.. services.Clients.InAnyOrder.Select(client => (client, client.MemoryBytes))];
        long total = all.Sum(one => one.Bytes);
        foreach ((ClientConnection client, long bytes) in all.Where(one => !one.Client.Session.IsExemptFromEviction).OrderByDescending(one => one.Bytes))
        {
            if (total <= limit)
            {
                return;
            }

            services.Logger.LogWarning("Evicting client {Id} at {Address}: it takes {Bytes} bytes", client.Session.Id, client.Session.Address, bytes);
            services.Clients.CountEvicted();
            client.Kill();
            total -= bytes;
        }
    }
}
