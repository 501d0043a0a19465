namespace Raft.Storage;

/// <summary>Wakes one sleeping thread. Signals that come while it is awake cost one read.</summary>
internal sealed class Wakeup : IDisposable
{
    private readonly AutoResetEvent _event = new(false);
    private int _sleeps;

    /// <summary>Wakes the thread if it sleeps or is about to.</summary>
    public void Signal()
    {
        Interlocked.MemoryBarrier(); // what was published before must be seen by a thread that is about to sleep
        if (_sleeps != 0 && Interlocked.Exchange(ref _sleeps, 0) != 0)
        {
            _event.Set();
        }
    }

    /// <summary>Sleeps until a signal; <paramref name="hasWork"/> is asked once after signals began to count.</summary>
    /// <returns>False when the time passed.</returns>
    public bool Wait(Func<bool> hasWork, int milliseconds)
    {
        Interlocked.Exchange(ref _sleeps, 1);
        if (hasWork())
        {
            return Interlocked.Exchange(ref _sleeps, 0) != 0 || _event.WaitOne();
        }

        if (_event.WaitOne(milliseconds))
        {
            return true;
        }

        // A signal may have taken the flag just now: then its event is there or on its way.
        return Interlocked.Exchange(ref _sleeps, 0) == 0 && _event.WaitOne();
    }

    public void Dispose() => _event.Dispose();
}
