using Redis.Server.Commands;
using Redis.Server.Scripting;
using Redis.Server.Security;

namespace Redis.Server.Clients;

/// <summary>MULTI: the commands a client has queued for EXEC. Network thread only.</summary>
internal sealed class TransactionQueue
{
    private readonly List<(Command Command, byte[] Frame)> _frames = [];

    /// <summary>Between MULTI and EXEC.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>A command was refused when it was queued: EXEC will be too.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Whether a queued command changes data.</summary>
    public bool HasWrite { get; private set; }

    /// <summary>Whether CLIENT PAUSE WRITE holds EXEC back.</summary>
    public bool WaitsInPause { get; private set; }

    /// <summary>Whether a queued command reads or changes data.</summary>
    public bool IsAboutData { get; private set; }

    /// <summary>Whether a queued command may add data.</summary>
    public bool TakesMemory { get; private set; }

    /// <summary>Whether something queued concerns this node or connection alone.</summary>
    public bool HasLocal { get; private set; }

    /// <summary>Whether a script is queued.</summary>
    public bool HasScript { get; private set; }

    /// <summary>Whether a queued command has to know what its caller may do.</summary>
    public bool AsksForRights { get; private set; }

    /// <summary>The rights under which the first command was queued.</summary>
    public AclRights? Rights { get; private set; }

    public IReadOnlyList<(Command Command, byte[] Frame)> Frames => _frames;

    /// <summary>Bytes of what is queued. Any thread.</summary>
    public long Bytes { get; private set; }

    /// <summary>Commands of the EXEC under way, and their bytes; -1: there is none. Any thread.</summary>
    public (int Count, long Bytes) UnderWay { get; private set; } = (-1, 0);

    public void Open() => IsOpen = true;

    /// <summary>EXEC is on its way with what is queued.</summary>
    public void Depart() => UnderWay = (_frames.Count, Bytes);

    /// <summary>EXEC was answered. Application's turn.</summary>
    public void Arrive() => UnderWay = (-1, 0);

    public void Add(Command command, ReadOnlySpan<byte> frame, AclRights rights)
    {
        Rights ??= rights;
        AsksForRights |= command.AsksForRights;
        HasWrite |= command.EntersLog;
        IsAboutData |= command.IsAboutData;
        WaitsInPause |= command.MayWrite;
        HasLocal |= command is LocalCommand;
        HasScript |= command is ScriptCommand;
        TakesMemory |= command.Has(CommandFlags.DenyOom);
        _frames.Add((command, frame.ToArray()));
        Bytes += frame.Length;
    }

    /// <summary>Puts something else in the place of a queued command.</summary>
    public void Replace(int index, byte[] frame) => Replace(index, _frames[index].Command, frame);

    /// <summary>Has a queued command run as another.</summary>
    public void Replace(int index, Command command, byte[] frame)
    {
        HasWrite |= command.EntersLog;
        _frames[index] = (command, frame);
    }

    public void Close()
    {
        IsOpen = false;
        IsBroken = false;
        HasWrite = false;
        WaitsInPause = false;
        IsAboutData = false;
        HasLocal = false;
        HasScript = false;
        TakesMemory = false;
        AsksForRights = false;
        Rights = null;
        _frames.Clear();
        Bytes = 0;
    }
}
