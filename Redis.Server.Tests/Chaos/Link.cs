namespace Redis.Server.Tests.Chaos;

/// <summary>One direction between two ends of the network, and what is wrong with it at the moment.</summary>
internal sealed class Link
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = Opened();

    /// <summary>What everything on the way takes longer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>0: as fast as it goes.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>Whether new connections are refused; those that there are go on.</summary>
    public bool Refuses { get; set; }

    /// <summary>
    /// From now on nothing comes through and nobody is told, not even of the end of a connection. What was sent waits, as
    /// TCP would try again, until <see cref="Release"/>.
    /// </summary>
    public void Hold()
    {
        lock (_lock)
        {
            if (_open.Task.IsCompleted)
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Release()
    {
        lock (_lock)
            _open.TrySetResult();
    }

    /// <summary>As good as new.</summary>
    public void Heal()
    {
        (Delay, BytesPerSecond, Refuses) = (TimeSpan.Zero, 0, false);
        Release();
    }

    /// <summary>Ends when so many bytes have come through.</summary>
    public async Task PassAsync(int bytes, CancellationToken stop)
    {
        TimeSpan delay = Delay;
        if (BytesPerSecond is > 0 and int rate)
            delay += TimeSpan.FromSeconds((double)bytes / rate);
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, stop);
        Task open;
        lock (_lock)
            open = _open.Task;
        await open.WaitAsync(stop);
    }

    private static TaskCompletionSource Opened()
    {
        TaskCompletionSource open = new();
        open.SetResult();
        return open;
    }
}
