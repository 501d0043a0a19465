namespace Redis.Server.Replication;

/// <summary>
/// Runs one drain at a time without a thread of its own: whoever signals an idle executor drains it, everyone else only
/// leaves a mark. A drain that would take long goes on on a dedicated thread, so that a network thread is never lost to it.
/// </summary>
internal sealed class SerialExecutor : IDisposable
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Signalled = 2;

    private readonly Func<bool, bool> _drain;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _wake = new(0);
    private volatile bool _stopped;
    private int _state;

    /// <param name="name">Name of the dedicated thread.</param>
    /// <param name="drain">
    /// Does what there is to do. Told whether the thread is on loan; answers false to be called again on the dedicated one.
    /// </param>
    public SerialExecutor(string name, Func<bool, bool> drain)
    {
        _drain = drain;
        _thread = new Thread(RunThread) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>There is something to do. Returns when it is done, or at once when another thread is at it.</summary>
    public void Signal()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Idle)
        {
            Run(onLoan: true);
        }
    }

    public void Dispose()
    {
        _stopped = true;
        _wake.Release();
    }

    private void Run(bool onLoan)
    {
        do
        {
            Interlocked.Exchange(ref _state, Running);
            if (!_drain(onLoan))
            {
                _wake.Release(); // the state stays Running: the dedicated thread owns it now
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _state, Idle, Running) != Running);
    }

    private void RunThread()
    {
        while (true)
        {
            _wake.Wait();
            if (_stopped)
            {
                return;
            }

            Run(onLoan: false);
        }
    }
}
