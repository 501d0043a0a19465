using System.Diagnostics;
using Redis.Server.Clients;

namespace Redis.Server.Diagnostics;

/// <summary>Looks at the node ten times a second: what INFO tells of rates and peaks cannot be counted when asked.</summary>
internal sealed class ServerSampler(ClientServices services) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private Timer? _timer;
    private long _sampledAt;
    private int _busy;

    public Rate Commands { get; } = new();

    public Rate BytesIn { get; } = new();

    public Rate BytesOut { get; } = new();

    /// <summary>The most memory the data has taken.</summary>
    public long PeakMemory { get; private set; }

    public void Start()
    {
        _sampledAt = Stopwatch.GetTimestamp();
        _timer = new Timer(_ => Sample(), null, Interval, Interval);
    }

    public void Dispose() => _timer?.Dispose();

    private void Sample()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            return; // the machine is so busy that the last sample is not done
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(_sampledAt);
        _sampledAt = Stopwatch.GetTimestamp();
        Traffic traffic = services.Clients.Traffic;
        Commands.Sample(services.Meter.Statistics.Processed, elapsed);
        BytesIn.Sample(traffic.BytesIn, elapsed);
        BytesOut.Sample(traffic.BytesOut, elapsed);
        PeakMemory = Math.Max(PeakMemory, services.Keyspace.UsedMemory);
        Volatile.Write(ref _busy, 0);
    }
}
