namespace Redis.Server.Replication;

/// <summary>
/// Holds all clients back together while too many bytes of theirs wait to be committed: their sockets fill, and memory
/// does not. Looked at under the consensus lock, waited for by anyone.
/// </summary>
internal sealed class IntakeBound
{
    // Far below what Raft refuses (RaftOptions.MaxUncommittedBytes).
    private const long Much = 256L << 20;

    private volatile TaskCompletionSource? _room;
    private long _heldBack;

    /// <summary>How often clients were held back.</summary>
    public long HeldBack => Volatile.Read(ref _heldBack);

    /// <summary>Completes when more may be taken.</summary>
    public Task RoomAsync() => _room is { } room ? room.Task : Task.CompletedTask;

    /// <param name="waitingBytes">What waits to be committed now.</param>
    public void Look(long waitingBytes)
    {
        if (_room is null)
        {
            if (waitingBytes > Much)
            {
                Volatile.Write(ref _heldBack, _heldBack + 1);
                _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
        else if (waitingBytes <= Much / 2)
        {
            _room.SetResult();
            _room = null;
        }
    }
}
