using System.Runtime.InteropServices;
using System.Text;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>The functions of the table redis that the server runs: commands above all.</summary>
internal sealed class RedisLibrary(LuaMachine machine, CommandContext context, Action<int, string> log) : IDisposable
{
    // What a command counts as, besides its reply.
    private const int CallCost = 100;

    private readonly RespWriter _frame = new();
    private readonly RespWriter _reply = new();
    private ArgRange[] _ranges = new ArgRange[16];

    public IEnumerable<(string Name, LuaFunction Function)> Functions =>
    [
        ("call", lua => Call(lua, raises: true)), ("pcall", lua => Call(lua, raises: false)), ("sha1hex", Sha1Hex), ("log", Log),
        ("setresp", SetVersion), ("set_repl", SetReplication), ("acl_check_cmd", CheckPermission),
    ];

    /// <summary>The protocol in which the script gets replies.</summary>
    public int Version { get; private set; } = 2;

    /// <summary>What the running script is allowed.</summary>
    public ScriptRun Run { get; private set; }

    /// <summary>A script begins.</summary>
    public void Begin(ScriptRun run)
    {
        Run = run;
        Version = 2;
    }

    public void Dispose()
    {
        _frame.Dispose();
        _reply.Dispose();
    }

    /// <summary>redis.call and redis.pcall</summary>
    private int Call(LuaThread lua, bool raises)
    {
        if (!TryReadArguments(lua, out string problem))
            return Fail(lua, problem, raises);
        CommandArgs args = new(_frame.Written, _ranges.AsSpan(0, lua.Top));
        _reply.Clear();
        if (Refusal(args, out Command? command) is { } refusal)
        {
            context.CallMeter?.Refused(command, Encoding.Latin1.GetBytes(refusal));
            lua.Top = 0;
            if (raises)
                lua.PushPointer(machine.FailureMark);
            ReplyToLua.PushError(lua, Encoding.Latin1.GetBytes(refusal));
            return raises ? 2 : 1;
        }

        lua.Top = 0;
        Execute(command!, args);
        machine.Spend(lua, CallCost + _reply.Length / 16);
        bool isError = _reply.Written[0] == '-';
        if (raises && isError)
            lua.PushPointer(machine.FailureMark);
        new ReplyToLua(lua, _reply.Written).Push();
        return raises && isError ? 2 : 1;
    }

    private void Execute(Command command, CommandArgs args)
    {
        RespWriter outer = context.Reply;
        _reply.Version = Version;
        context.Reply = _reply;
        context.CallWitness?.Called(command, args);
        context.HasReadInScript |= command.Has(CommandFlags.ReadOnly);
        long started = context.CallMeter?.Now ?? 0;
        try
        {
            if (command.Handler is { } handler)
                handler(context, args);
            else
                PlainCommands.Run(command, args, context);
        }
        finally
        {
            context.Reply = outer;
        }

        context.CallMeter?.Ran(command, args, started, _reply.Written);
    }

    /// <summary>Why the command may not be called, or null.</summary>
    private string? Refusal(CommandArgs args, out Command? command)
    {
        command = context.Table.Find(args[0]);
        if (command is { Subcommands.Count: > 0 } && args.Count > 1)
            command = context.Table.FindSubcommand(command, args[1]);
        if (command == null)
            return "ERR Unknown Redis command called from script";
        if (!command.Accepts(args.Count))
            return "ERR Wrong number of args calling Redis command from script";
        if ((command.Has(CommandFlags.NoScript) && !(context.Options.ScriptsMayBlock && command.Has(CommandFlags.Blocking))) || (command.Handler == null && !PlainCommands.Has(command)))
            return "ERR This Redis command is not allowed from script";
        if (context.WhyCallerMayNot(command, args) is { } forbidden)
            return $"ERR {forbidden}";
        if (Run.IsReadOnly && command.MayWrite)
            return "ERR Write commands are not allowed from read-only scripts.";
        if (Run.RefusesOom && command.Has(CommandFlags.DenyOom) && !Run.HasWritten)
            return "OOM command not allowed when used memory > 'maxmemory'.";
        if (command.IsWrite)
            Run = Run with { HasWritten = true };
        return null;
    }

    /// <summary>The arguments as a frame, as if they had come from a client.</summary>
    private bool TryReadArguments(LuaThread lua, out string problem)
    {
        int count = lua.Top;
        problem = count == 0 ? "Please specify at least one argument for this redis lib call" : "";
        _frame.Clear();
        _frame.ArrayHeader(count);
        if (_ranges.Length < count)
            _ranges = new ArgRange[count * 2];
        for (int i = 0; i < count && problem.Length == 0; i++)
        {
            switch (lua.TypeOf(i + 1))
            {
                case LuaType.String:
                    Append(i, lua.Bytes(i + 1));
                    break;
                case LuaType.Number:
                    AppendNumber(i, lua.Number(i + 1));
                    break;
                default:
                    problem = "Lua redis lib command arguments must be strings or integers";
                    break;
            }
        }

        return problem.Length == 0;
    }

    private void Append(int index, ReadOnlySpan<byte> text)
    {
        _frame.BulkString(text);
        _ranges[index] = new ArgRange(_frame.Length - text.Length - 2, text.Length);
    }

    private void AppendNumber(int index, double value)
    {
        Span<byte> digits = stackalloc byte[Numbers.MaxDoubleLength];
        if (value == Math.Floor(value) && Math.Abs(value) < 1e17 && (value != 0 || !double.IsNegative(value)))
            Append(index, digits[..Numbers.FormatInteger((long)value, digits)]);
        else
            Append(index, Encoding.ASCII.GetBytes(LuaNumbers.Format(value, 17)));
    }

    /// <summary>The error of a wrong use of the library (luaPushError): raised, or for redis.pcall the result.</summary>
    private int Fail(LuaThread lua, string problem, bool raises = true)
    {
        lua.Top = 0;
        if (raises)
            lua.PushPointer(machine.FailureMark);
        lua.NewTable(0, 1);
        lua.Push("ERR " + problem);
        lua.SetField(-2, "err"u8);
        return raises ? 2 : 1;
    }

    private int Sha1Hex(LuaThread lua)
    {
        if (lua.Top != 1)
            return Fail(lua, "wrong number of arguments");
        ReadOnlySpan<byte> text = lua.TypeOf(1) is LuaType.String or LuaType.Number ? Arguments.Text(lua, 1, "sha1hex") : default;
        machine.Spend(lua, text.Length / 4);
        lua.Push(ScriptCache.NameOf(text));
        return 1;
    }

    private int Log(LuaThread lua)
    {
        if (lua.Top < 2)
            return Fail(lua, "redis.log() requires two arguments or more.");
        if (!lua.TryNumber(1, out double level))
            return Fail(lua, "First argument must be a number (log level).");
        if (LuaNumbers.Truncate(level) is < 0 or > 3)
            return Fail(lua, "Invalid debug level.");
        List<byte> text = [];
        for (int i = 2; i <= lua.Top; i++)
        {
            if (lua.TypeOf(i) is not (LuaType.String or LuaType.Number))
                continue;
            if (i > 2)
                text.Add((byte)' ');
            text.AddRange(Arguments.Text(lua, i, "log"));
        }

        log((int)level, Encoding.UTF8.GetString(LuaToReply.BeforeZero(CollectionsMarshal.AsSpan(text))));
        return 0;
    }

    private int SetVersion(LuaThread lua)
    {
        if (lua.Top != 1)
            return Fail(lua, "redis.setresp() requires one argument.");
        int version = (int)LuaNumbers.Truncate(lua.Number(1));
        if (version is not (2 or 3))
            return Fail(lua, "RESP version must be 2 or 3.");
        Version = version;
        return 0;
    }

    /// <summary>There is nothing to choose: the script itself is replicated.</summary>
    private int SetReplication(LuaThread lua)
    {
        if (lua.Top != 1)
            return Fail(lua, "redis.set_repl() requires two arguments.");
        return lua.Number(1) is >= 0 and <= 3 ? 0 : Fail(lua, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
    }

    private int CheckPermission(LuaThread lua)
    {
        if (!TryReadArguments(lua, out string problem))
            return Fail(lua, problem);
        CommandArgs args = new(_frame.Written, _ranges.AsSpan(0, lua.Top));
        Command? command = context.Table.Find(args[0]);
        if (command is { Subcommands.Count: > 0 } && args.Count > 1)
            command = context.Table.FindSubcommand(command, args[1]);
        if (command == null)
            return Fail(lua, "Invalid command passed to redis.acl_check_cmd()");
        lua.Push(context.Caller?.Check(command, args) is not { IsDenied: true }); // a question is no refusal: not for ACL LOG
        return 1;
    }
}
