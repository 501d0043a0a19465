namespace Redis.Server.Clients;

/// <summary>What CLIENT PAUSE holds back.</summary>
internal enum PauseKind
{
    None,

    /// <summary>What may change data or be seen by others.</summary>
    Write,

    All,
}

/// <summary>
/// CLIENT PAUSE: requests of this node's clients are not taken until a moment, or until CLIENT UNPAUSE. No thread waits: a
/// client's own task goes on when the pause ends. Any thread.
/// </summary>
internal sealed class ClientPause : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PauseKind _kind;
    private long _until;
    private int _heldBack;

    public ClientPause() => _timer = new Timer(_ => EndIfDue());

    public PauseKind Kind => _kind;

    /// <summary>Clients whose request waits for the end.</summary>
    public int HeldBack => Volatile.Read(ref _heldBack);

    /// <summary>Pauses; of two pauses the later end and the wider kind hold, as in Redis.</summary>
    public void Begin(PauseKind kind, long milliseconds)
    {
        lock (_lock)
        {
            long until = Environment.TickCount64 + Math.Min(milliseconds, int.MaxValue);
            _until = _kind == PauseKind.None ? until : Math.Max(until, _until);
            _kind = kind > _kind ? kind : _kind;
            _timer.Change(Math.Max(0, _until - Environment.TickCount64), Timeout.Infinite);
        }
    }

    /// <summary>Ends the pause, if there is one.</summary>
    public void End()
    {
        TaskCompletionSource ended;
        lock (_lock)
        {
            _kind = PauseKind.None;
            ended = _ended;
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        ended.TrySetResult();
    }

    /// <summary>Completes when the pause ends; at once when there is none.</summary>
    public Task EndAsync()
    {
        lock (_lock)
        {
            return _kind == PauseKind.None ? Task.CompletedTask : _ended.Task;
        }
    }

    /// <summary>A client begins (1) or ceases (-1) to wait for the end.</summary>
    public void Count(int change) => Interlocked.Add(ref _heldBack, change);

    public void Dispose() => _timer.Dispose();

    private void EndIfDue()
    {
        bool isDue;
        lock (_lock)
        {
            long left = _until - Environment.TickCount64;
            isDue = _kind != PauseKind.None && left <= 0;
            if (_kind != PauseKind.None && !isDue)
            {
                _timer.Change(left, Timeout.Infinite);
            }
        }

        if (isDue)
        {
            End();
        }
    }
}
