namespace Redis.Server.Clients;

/// <summary>
/// Looks after all connections once a second: ends those that have been idle for longer than `timeout`, and those whose
/// output has been beyond its soft limit for too long although nothing new came for them.
/// </summary>
internal sealed class ClientUpkeep(ClientServices services) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private Timer? _timer;

    public void Start() => _timer = new Timer(_ => LookAfterAll(), null, Interval, Interval);

    public void Dispose() => _timer?.Dispose();

    private void LookAfterAll()
    {
        long idle = (long)services.Options.ClientTimeout.TotalMilliseconds;
        long now = Environment.TickCount64;
        foreach (ClientConnection client in services.Clients.InAnyOrder)
        {
            if (idle > 0 && now - client.Session.LastActiveAt > idle && client.MayTimeOut)
            {
                client.Kill();
            }
            else
            {
                client.KillIfTooSlow();
            }
        }
    }
}
