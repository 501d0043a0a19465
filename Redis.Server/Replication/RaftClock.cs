namespace Redis.Server.Replication;

/// <summary>Lets time pass for Raft, on a thread of its own so that nothing else in the process can make it stand still.</summary>
internal sealed class RaftClock : IDisposable
{
    private readonly Func<TimeSpan> _interval;
    private readonly Action _tick;
    private readonly ManualResetEventSlim _wake = new();
    private readonly Thread _thread;
    private volatile bool _isStopped;

    public RaftClock(Func<TimeSpan> interval, Action tick)
    {
        _interval = interval;
        _tick = tick;
        _thread = new Thread(Run) { Name = "raft clock", IsBackground = true, Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    /// <summary>Milliseconds since the Unix epoch: what entries are stamped with.</summary>
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>The next tick may be due earlier than it was.</summary>
    public void Wake() => _wake.Set();

    public void Dispose()
    {
        _isStopped = true;
        _wake.Set();
    }

    private void Run()
    {
        while (true)
        {
            _wake.Wait(_interval());
            _wake.Reset();
            if (_isStopped)
            {
                return;
            }

            _tick();
        }
    }
}
