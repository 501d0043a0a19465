using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>What becomes of a script that asked whether it may go on.</summary>
internal enum ScriptVerdict
{
    GoOn,

    Killed,

    /// <summary>The state it works on is being replaced by a snapshot's: whatever it does does not count.</summary>
    Abandoned,
}

/// <summary>A script asks whether it may go on; <paramref name="number"/> counts within the entry. Answers when that is decided.</summary>
internal delegate ScriptVerdict ScriptLeave(long entry, int number);

/// <summary>
/// Watches the script that runs: after busy-reply-threshold others are told BUSY, and SCRIPT KILL may end it. One that is applied runs
/// on every node and has to end alike on all of them. So it stops at every so many instructions, on all nodes at the
/// same, and asks for leave; the leader's answer is an entry of the log. What is a read runs here alone and is killed at once.
/// </summary>
/// <remarks>Application's turn, but for <see cref="BusyError"/>.</remarks>
internal sealed class ScriptWatch(CommandContext context)
{
    /// <summary>Instructions between two leaves. All nodes must agree on it: it may only change together with the kind of the entry.</summary>
    public const long Slice = 5_000_000;

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
    private long _nextLeave;
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

    /// <summary>Whether the last script was ended by SCRIPT KILL or FUNCTION KILL.</summary>
    public bool WasKilled { get; private set; }

    /// <summary>Whether the script that runs is to be killed as soon as all nodes can.</summary>
    public bool WantsKill => _isKilled && !HasWritten();

    /// <param name="name">SHA-1 or function.</param>
    /// <param name="isFunction">FCALL.</param>
    /// <param name="instructions">What it may use.</param>
    public void Begin(string name, bool isFunction, long instructions)
    {
        _name = name;
        _isFunction = isFunction;
        _isReplicated = context.IsApplying && AskLeave is not null;
        _isKilled = false;
        WasKilled = false;
        _startedAt = _servedAt = Environment.TickCount64;
        _nextLeave = instructions - Slice;
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
    /// <param name="left">Instructions that are left to it.</param>
    public bool GoesOn(long left)
    {
        if (_name is null || IsOff)
            return true;
        Serve();
        if (!_isReplicated)
            WasKilled |= _isKilled;
        else if (left <= _nextLeave && left > 0)
            WasKilled |= MustEnd(left);
        return !WasKilled;
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

    private bool MustEnd(long left)
    {
        _nextLeave = left - Slice;
        return AskLeave!(_entry, ++_leaves) != ScriptVerdict.GoOn;
    }
}
