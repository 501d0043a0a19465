using Redis.Server.Commands;

namespace Redis.Server.Clients;

/// <summary>MULTI: the commands a client has queued for EXEC. Network thread only.</summary>
internal sealed class TransactionQueue
{
    private readonly List<byte[]> _frames = [];

    /// <summary>Between MULTI and EXEC.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>A command was refused when it was queued: EXEC will be too.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Whether a queued command changes data.</summary>
    public bool HasWrite { get; private set; }

    /// <summary>Whether a queued command may add data.</summary>
    public bool TakesMemory { get; private set; }

    public IReadOnlyCollection<byte[]> Frames => _frames;

    public void Open() => IsOpen = true;

    public void Add(Command command, ReadOnlySpan<byte> frame)
    {
        HasWrite |= command.EntersLog;
        TakesMemory |= command.Has(CommandFlags.DenyOom);
        _frames.Add(frame.ToArray());
    }

    public void Close()
    {
        IsOpen = false;
        IsBroken = false;
        HasWrite = false;
        TakesMemory = false;
        _frames.Clear();
    }
}
