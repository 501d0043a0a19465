namespace Redis.Server.Clients;

/// <summary>
/// Looks after all connections. Ten times a second: whether they take more memory than maxmemory-clients. Once a second:
/// ends those that have been idle for longer than `timeout`, and those whose output has been beyond its soft limit for too
/// long although nothing new came for them.
/// </summary>
internal sealed class ClientUpkeep(ClientServices services) : IDisposable
{
    private const int RoundsASecond = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly ClientEviction _eviction = new(services);
    private Timer? _timer;
    private int _ticks;
    private int _busy;

    public void Start() => _timer = new Timer(_ => LookAfterAll(), null, Interval, Interval);

    public void Dispose() => _timer?.Dispose();

    private void LookAfterAll()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return; // the machine is so busy that the last round is not done
        }

        _eviction.Run();
        if (++_ticks % RoundsASecond == 0)
        {
            EndIdleAndSlow();
        }

        Volatile.Write(ref _busy, 0);
    }

    private void EndIdleAndSlow()
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
