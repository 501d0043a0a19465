using Microsoft.Extensions.Logging;

namespace Redis.Server.Clients;

/// <summary>timeout: disconnects clients that have asked nothing for so long. One that waits for an answer or for messages is not idle.</summary>
internal sealed class IdleClients(ClientServices services) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private Timer? _timer;

    public void Start() => _timer = new Timer(_ => Close(), null, Interval, Interval);

    public void Dispose() => _timer?.Dispose();

    private void Close()
    {
        TimeSpan limit = services.Options.ClientTimeout;
        if (limit == TimeSpan.Zero)
        {
            return;
        }

        long now = Environment.TickCount64;
        foreach (ClientConnection client in services.Clients.All)
        {
            if (now - client.Session.LastActiveAt > limit.TotalMilliseconds && client.InFlight == 0 && client.Subscriptions.Total == 0)
            {
                services.Logger.LogDebug("Closing idle client {Id} at {Address}", client.Session.Id, client.Session.Address);
                client.Kill();
            }
        }
    }
}
