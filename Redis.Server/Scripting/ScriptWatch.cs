using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>What becomes of a script that asked whether it may go on.</summary>
internal enum ScriptVerdict
{
    GoOn,

    /// <summary>SCRIPT KILL or FUNCTION KILL.</summary>
    Killed,

    /// <summary>It held more than script-max-memory on the node that decides.</summary>
    OutOfMemory,

    /// <summary>The state it works on is being replaced by a snapshot's: whatever it does does not count.</summary>
    Abandoned,
}

/// <summary>A script asks whether it may go on; <paramref name="number"/> counts within the entry. Answers when that is decided.</summary>
internal delegate ScriptVerdict ScriptLeave(long entry, int number);

/// <summary>
/// Watches the script that runs: after busy-reply-threshold others are told BUSY, and SCRIPT KILL may end it. One that is applied runs
/// on every node and has to end alike on all of them. So it stops after every so much work, on all nodes at the
/// same instruction, and asks for leave; the leader's answer is an entry of the log. That goes for its memory too: how much of it is in
/// use differs from node to node, so the leader's figure decides. What is a read runs here alone: it is killed, or out of memory, at once.
/// </summary>
/// <remarks>Application's turn, but for <see cref="BusyError"/>.</remarks>
internal sealed class ScriptWatch(CommandContext context)
{
    private const int ServeInterval = 10;

    private static readonly byte[] BusyInScript = "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n"u8.ToArray();
    private static readonly byte[] BusyInFunction = "-BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.\r\n"u8.ToArray();

    private volatile byte[]? _busyError;
    private string? _name;
    private bool _isFunction;
    private bool _isReplicated;
    private bool _isKilled;
    private long _startedAt;
    private long _servedAt;
    private long _entry;
    private int _leaves;

    /// <summary>What other clients are told while a script runs long; null: none does. Any thread.</summary>
    public byte[]? BusyError => _busyError;

    /// <summary>Whether the script that runs is a function of a library.</summary>
    public bool IsFunction => _isFunction;

    /// <summary>Asks whether the script may go on; null: nobody is asked.</summary>
    public ScriptLeave? AskLeave { get; set; }

    /// <summary>Answers others while a script runs long; told whether this is the first time for this script.</summary>
    public Action<bool> ServeOthers { get; set; } = _ => { };

    /// <summary>busy-reply-threshold in milliseconds.</summary>
    public Func<long> Threshold { get; set; } = () => long.MaxValue;

    /// <summary>Whether this node leads: it alone can have a replicated script killed.</summary>
    public Func<bool> Leads { get; set; } = () => true;

    /// <summary>Whether the script has called a command that writes.</summary>
    public Func<bool> HasWritten { get; set; } = () => false;

    /// <summary>The words of the command that runs the script.</summary>
    public Func<IReadOnlyList<byte[]>> CommandWords { get; set; } = () => [];

    /// <summary>Whether scripts run unobserved.</summary>
    public bool IsOff { get; set; }

    /// <summary>Whether the script holds more memory, on this node, than it may.</summary>
    public Func<bool> IsOverMemory { get; set; } = () => false;

    /// <summary>What ended the last script, or "go on".</summary>
    public ScriptVerdict Ended { get; private set; }

    /// <summary>What this node would have become of the script that runs.</summary>
    public ScriptVerdict Wish => _isKilled && !HasWritten() ? ScriptVerdict.Killed
        : IsOverMemory() ? ScriptVerdict.OutOfMemory
        : ScriptVerdict.GoOn;

    /// <param name="name">SHA-1 or function.</param>
    /// <param name="isFunction">FCALL.</param>
    public void Begin(string name, bool isFunction)
    {
        _name = name;
        _isFunction = isFunction;
        _isReplicated = context.IsApplying && AskLeave is not null;
        _isKilled = false;
        Ended = ScriptVerdict.GoOn;
        _startedAt = _servedAt = Environment.TickCount64;
        if (_entry != context.Entry.Index)
        {
            _entry = context.Entry.Index;
            _leaves = 0;
        }
    }

    public void End()
    {
        _name = null;
        _busyError = null;
    }

    /// <summary>Now and then while it runs: whether it goes on.</summary>
    public bool GoesOn()
    {
        if (_name is null || IsOff)
            return true;
        Serve();
        if (!_isReplicated && _isKilled)
            Ended = ScriptVerdict.Killed;
        return Ended == ScriptVerdict.GoOn;
    }

    /// <summary>After each stretch of work: whether it has leave to go on.</summary>
    public bool HasLeave()
    {
        if (_name is null)
            return true;
        Ended = _isReplicated ? AskLeave!(_entry, ++_leaves) : Wish;
        return Ended == ScriptVerdict.GoOn;
    }

    /// <summary>For who waits on the script's behalf: answers others when it is time.</summary>
    public void Serve()
    {
        long now = Environment.TickCount64;
        if (now - _servedAt < ServeInterval || now - _startedAt < Threshold())
            return;
        _servedAt = now;
        bool isFirst = _busyError is null;
        _busyError = _isFunction ? BusyInFunction : BusyInScript;
        ServeOthers(isFirst);
    }

    /// <summary>SCRIPT KILL and FUNCTION KILL.</summary>
    public void Kill(RespWriter reply, bool isFunction)
    {
        if (_name is null)
            reply.Error("NOTBUSY No scripts in execution right now."u8);
        else if (_isReplicated && !Leads())
            reply.Error("UNKILLABLE The busy script was sent by a master instance in the context of replication and cannot be killed."u8);
        else if (HasWritten())
            reply.Error("UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command."u8);
        else if (isFunction != _isFunction)
            reply.Raw(_isFunction ? BusyInFunction : BusyInScript);
        else
        {
            _isKilled = true;
            reply.Ok();
        }
    }

    /// <summary>running_script of FUNCTION STATS.</summary>
    public void WriteRunning(RespWriter reply)
    {
        if (_name is null)
        {
            reply.Null();
            return;
        }

        reply.MapHeader(3);
        reply.BulkString("name"u8);
        reply.BulkString(System.Text.Encoding.Latin1.GetBytes(_name));
        reply.BulkString("command"u8);
        IReadOnlyList<byte[]> words = CommandWords();
        reply.ArrayHeader(words.Count);
        foreach (byte[] word in words)
            reply.BulkString(word);
        reply.BulkString("duration_ms"u8);
        reply.Integer(Environment.TickCount64 - _startedAt);
    }
}
