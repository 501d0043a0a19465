namespace Redis.Server.Replication;

/// <summary>Lets time pass for Raft, on a thread of its own so that nothing else in the process can make it stand still.</summary>
internal sealed class RaftClock : IDisposable
{
    private readonly Func<TimeSpan> _interval;
    private readonly Action _tick;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    public RaftClock(Func<TimeSpan> interval, Action tick)
    {
        _interval = interval;
        _tick = tick;
        _thread = new Thread(Run) { Name = "raft clock", IsBackground = true, Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Milliseconds since the Unix epoch: what entries are stamped with.</summary>
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public void Dispose() => _stop.Set();

    private void Run()
    {
        while (!_stop.Wait(_interval()))
        {
            _tick();
        }
    }
}
