using System.Text;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Scripting.Language;
using Redis.Server.Scripting.Libraries;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting;

/// <summary>
/// The node's Lua: one state, used on the application's turn only. Knows how to compile and to run; what scripts and functions there
/// are is <see cref="ScriptCache"/>'s and <see cref="FunctionLibraries"/>'s business.
/// </summary>
internal sealed class ScriptEngine : IDisposable
{
    private const string ScriptChunk = "user_script";
    private const string FunctionChunk = "user_function";

    // Compiling and loading a library is not the client's to pay for.
    private const long SetupInstructions = 100_000_000;

    private readonly CommandContext _context;
    private readonly ScriptWatch _watch;
    private readonly LuaMachine _machine = new();
    private readonly RedisLibrary _redis;
    private readonly JsonLibrary _json;
    private readonly MathLibrary _math;
    private readonly int _scriptEnvironment;
    private readonly int _functionEnvironment;
    private readonly int _startScript;
    private readonly int _startLibrary;
    private readonly int _startFunction;
    private readonly int _make;
    private readonly List<RegisteredFunction> _registered = [];

    public ScriptEngine(CommandContext context, ScriptWatch watch, Action<int, string> log)
    {
        _context = context;
        _watch = watch;
        watch.HasWritten = () => _redis!.Run.HasWritten;
        watch.IsOverMemory = () => _machine.IsOverMemory;
        _machine.Interrupted = watch.GoesOn;
        _machine.Paused = watch.HasLeave;
        _redis = new RedisLibrary(_machine, context, log);
        _json = new JsonLibrary(_machine);
        _math = new MathLibrary(() => context.Random);
        foreach (string library in new[] { "base", "string", "table", "math", "coroutine" })
            _machine.OpenLibrary(library);
        LuaThread lua = _machine.Script;
        if (!LuaMachine.Load(lua, Prelude.Text, LuaMachine.PreludeChunk))
            throw new InvalidOperationException(Encoding.Latin1.GetString(lua.Bytes(-1)));
        PushRaw(lua);
        lua.PushPointer(_machine.FailureMark);
        lua.Push("7.0.15"u8);
        lua.Push((double)0x07000F);
        if (_machine.Run(4, SetupInstructions, long.MaxValue) != LuaOutcome.Returned)
            throw new InvalidOperationException(Encoding.Latin1.GetString(lua.Bytes(-1)));
        _make = lua.Keep();
        _startFunction = lua.Keep();
        _startLibrary = lua.Keep();
        _startScript = lua.Keep();
        _functionEnvironment = lua.Keep();
        _scriptEnvironment = lua.Keep();
        _machine.Reset();
        _machine.Settle();
    }

    /// <summary>Bytes that Lua's objects take.</summary>
    public long UsedMemory => _machine.UsedMemory;

    /// <summary>Compiles EVAL's script; the reference is for <see cref="RunScript"/>. Null: the error is Lua's.</summary>
    public int? CompileScript(ReadOnlySpan<byte> code, out string error) => Compile(code, ScriptChunk, _scriptEnvironment, out error);

    /// <summary>Compiles a library's code; the reference is for <see cref="LoadLibrary"/> and <see cref="RunFunction"/>.</summary>
    public int? CompileLibrary(ReadOnlySpan<byte> code, out string error) => Compile(code, FunctionChunk, _functionEnvironment, out error);

    public void Release(int reference) => _machine.Main.Release(reference);

    /// <summary>Runs a script and writes its reply.</summary>
    /// <param name="reference">The compiled script.</param>
    /// <param name="name">Its SHA-1, for errors.</param>
    /// <param name="run">What it may do.</param>
    /// <param name="args">EVAL's arguments.</param>
    /// <param name="keys">How many of them, from the fourth on, are keys.</param>
    public void RunScript(int reference, string name, ScriptRun run, CommandArgs args, int keys)
    {
        LuaThread lua = _machine.Script;
        lua.PushKept(_startScript);
        lua.PushKept(reference);
        Execute(lua, 1, name, isFunction: false, run, args, keys);
    }

    /// <summary>Runs a function of a library and writes its reply.</summary>
    public void RunFunction(int library, string name, ScriptRun run, CommandArgs args, int keys)
    {
        LuaThread lua = _machine.Script;
        _registered.Clear();
        lua.PushKept(_startFunction);
        lua.PushKept(library);
        lua.Push(name);
        Execute(lua, 2, name, isFunction: true, run, args, keys);
    }

    /// <summary>Runs a library's code, which registers its functions. Null after an error.</summary>
    /// <param name="library">The compiled code.</param>
    /// <param name="isRequested">False: it comes from a snapshot and was loaded before, so it has leave to.</param>
    /// <param name="error">Why not.</param>
    public IReadOnlyList<RegisteredFunction>? LoadLibrary(int library, bool isRequested, out string error)
    {
        LuaThread lua = _machine.Script;
        _registered.Clear();
        Begin(new ScriptRun(IsReadOnly: true, RefusesOom: false));
        lua.PushKept(_startLibrary);
        lua.PushKept(library);
        if (isRequested)
            _watch.Begin("", isFunction: true);
        LuaOutcome outcome = _machine.Run(1, SetupInstructions, ScriptLimits.DefaultMemory);
        _watch.End();
        error = outcome switch
        {
            LuaOutcome.Returned => "",
            LuaOutcome.Failed => ErrorText(lua),
            _ when _watch.Ended == ScriptVerdict.OutOfMemory => "ERR not enough memory",
            _ => "ERR FUNCTION LOAD timeout",
        };
        _machine.Reset();
        return outcome == LuaOutcome.Returned ? [.. _registered] : null;
    }

    public void Dispose()
    {
        _machine.Dispose();
        _redis.Dispose();
    }

    private void Begin(ScriptRun run)
    {
        _machine.Begin();
        _redis.Begin(run);
        _json.Begin();
        _math.Begin();
    }

    private void Execute(LuaThread lua, int arguments, string name, bool isFunction, ScriptRun run, CommandArgs args, int keys)
    {
        Begin(run);
        PushTable(lua, args, 3, keys);
        PushTable(lua, args, 3 + keys, args.Count - 3 - keys);
        bool wasInTransaction = _context.IsInTransaction;
        _context.IsInTransaction = true;
        ScriptLimits limits = _context.ScriptLimits;
        _watch.Begin(name, isFunction);
        LuaOutcome outcome = _machine.Run(arguments + 2, limits.Instructions, limits.Memory);
        _watch.End();
        _context.IsInTransaction = wasInTransaction;
        switch (outcome)
        {
            case LuaOutcome.Returned:
                Answer(lua);
                break;
            case LuaOutcome.Failed:
                Fail(ErrorText(lua), name, IsCounted(lua));
                break;
            case LuaOutcome.Stopped when _watch.Ended == ScriptVerdict.OutOfMemory:
                Fail($"ERR Script stopped: not enough memory, it may hold {limits.Memory} bytes.", name);
                break;
            case LuaOutcome.Stopped when _watch.Ended != ScriptVerdict.GoOn:
                Fail("ERR Script killed by user with SCRIPT KILL...", name);
                break;
            default:
                Fail($"ERR Script stopped: it has used up its {limits.Instructions} instructions.", name);
                break;
        }

        _machine.Reset();
    }

    private void Answer(LuaThread lua)
    {
        if (_context.Reply.IsMuted)
            return;
        lua.Top = Math.Min(lua.Top, 1);
        if (lua.Top == 0)
            lua.PushNil();
        new LuaToReply(lua, _context.Reply, _redis.Version).Write();
    }

    private void Fail(string error, string name, bool isCounted = false)
    {
        string place = LuaMachine.FindPlace(_machine.Script) is { } found ? $" script: {name}, on {found.Source}:{found.Line}." : $" script: {name}";
        if (isCounted)
            _context.Reply.RepeatError(Encoding.Latin1.GetBytes(error + place));
        else
            _context.Reply.Error(error + place);
    }

    /// <summary>Whether the error on top is that of a command that the script called: it was counted then.</summary>
    private static bool IsCounted(LuaThread lua)
    {
        if (lua.TypeOf(-1) != LuaType.Table)
            return false;
        bool isCounted = lua.GetField(-1, "ignore_error_stats_update"u8) == LuaType.Boolean && lua.IsTrue(-1);
        lua.Pop();
        return isCounted;
    }

    /// <summary>The error on top: the err field of a table, or ERR and the text.</summary>
    private static string ErrorText(LuaThread lua)
    {
        if (lua.TypeOf(-1) == LuaType.Table)
        {
            bool hasText = lua.GetField(-1, "err"u8) == LuaType.String;
            string text = hasText ? Encoding.Latin1.GetString(LuaToReply.BeforeZero(lua.Bytes(-1))) : "ERR unknown error";
            lua.Pop();
            return text;
        }

        return "ERR " + lua.TypeOf(-1) switch
        {
            LuaType.String => ScriptErrors.InLua51(Encoding.Latin1.GetString(lua.Bytes(-1)), LuaMachine.FindPlace(lua)),
            LuaType.Number => LuaNumbers.Format(lua.Number(-1), 14),
            LuaType.Boolean => lua.IsTrue(-1) ? "true" : "false",
            _ => lua.TypeName(-1),
        };
    }

    private static void PushTable(LuaThread lua, CommandArgs args, int first, int count)
    {
        lua.NewTable(count);
        for (int i = 0; i < count; i++)
        {
            lua.Push(args[first + i]);
            lua.SetRaw(-2, i + 1);
        }
    }

    private int? Compile(ReadOnlySpan<byte> code, string chunk, int environment, out string error)
    {
        LuaThread lua = _machine.Main;
        int top = lua.Top;
        if (!TryLoad(lua, Encoding.Latin1.GetString(code), chunk, "@" + chunk, environment, out error))
        {
            lua.Top = top;
            return null;
        }

        int loaded = lua.Keep();
        LuaThread script = _machine.Script;
        script.PushKept(_make);
        script.PushKept(loaded);
        LuaOutcome outcome = _machine.Run(1, SetupInstructions, long.MaxValue);
        int? made = outcome == LuaOutcome.Returned ? script.Keep() : null;
        error = made is null ? "out of memory" : "";
        _machine.Reset();
        lua.Release(loaded);
        return made;
    }

    /// <summary>Translates and loads: pushes the chunk, or nothing.</summary>
    private static bool TryLoad(LuaThread lua, string code, string chunk, string name, int environment, out string error)
    {
        error = "";
        string translated;
        try
        {
            translated = Translator.Translate(code, chunk);
        }
        catch (LuaSyntaxException exception)
        {
            error = exception.Message;
            return false;
        }

        // A chunk's globals are the table that stands in the registry when it is loaded.
        lua.PushKept(environment);
        lua.SetRaw(LuaApi.RegistryIndex, 2);
        if (LuaMachine.Load(lua, Encoding.Latin1.GetBytes(translated), name))
            return true;
        error = Encoding.Latin1.GetString(lua.Bytes(-1));
        lua.Pop();
        return false;
    }

    /// <summary>loadstring and load</summary>
    private int LoadText(LuaThread lua)
    {
        string code = Encoding.Latin1.GetString(Arguments.Text(lua, 1, "loadstring"));
        string name = Encoding.Latin1.GetString(Arguments.Text(lua, 2, "loadstring"));
        _machine.Spend(lua, code.Length);
        if (TryLoad(lua, code, ChunkNames.Shown(name), name, _scriptEnvironment, out string error))
            return 1;
        lua.PushNil();
        lua.Push(error);
        return 2;
    }

    private int Register(LuaThread lua)
    {
        string? description = lua.TypeOf(3) == LuaType.String ? Encoding.Latin1.GetString(lua.Bytes(3)) : null;
        ScriptHeader.TryFlags(Encoding.Latin1.GetString(lua.Bytes(2)).Split(' ', StringSplitOptions.RemoveEmptyEntries), out ScriptFlags flags);
        _registered.Add(new RegisteredFunction(Encoding.Latin1.GetString(lua.Bytes(1)), flags, description));
        return 0;
    }

    private static int FixMessage(LuaThread lua)
    {
        lua.Push(ScriptErrors.InLua51(Encoding.Latin1.GetString(lua.Bytes(1)), LuaMachine.FindPlace(lua)));
        return 1;
    }

    /// <summary>The place in the script, as the beginning of a message, whether it called what runs as a method, and by which name ("": not known).</summary>
    private static int Where(LuaThread lua)
    {
        LuaPlace? place = LuaMachine.FindCaller(lua);
        lua.Push(place is { } found ? $"{found.Shown}:{found.Line}: " : "");
        lua.Push(place is { IsMethodCall: true });
        lua.Push(place is null ? "?" : place.Value.CalledName ?? "");
        return 3;
    }

    /// <summary>
    /// A function of Lua's own as an object: scripts get no bare addresses of code, which differ from process to process and would show in the
    /// order of a table with such keys.
    /// </summary>
    private static int Box(LuaThread lua)
    {
        lua.PushNil();
        LuaApi.lua_pushcclosure(lua.Handle, LuaApi.lua_tocfunction(lua.Handle, 1), 1);
        return 1;
    }

    private int Spend(LuaThread lua)
    {
        _machine.Spend(lua, (long)lua.Number(1));
        return 0;
    }

    /// <summary>The table "raw" of the prelude.</summary>
    private void PushRaw(LuaThread lua)
    {
        lua.NewTable();
        Add(lua, [.. new StringLibrary(_machine).Functions, .. _math.Functions, .. _redis.Functions, ("load", LoadText), ("registered", Register), ("fix", FixMessage), ("where", Where), ("spend", Spend), ("box", Box)]);
        AddTable(lua, "struct"u8, new StructLibrary().Functions);
        lua.Pop();
        AddTable(lua, "cmsgpack"u8, new MessagePackLibrary(_machine).Functions);
        SetText(lua, "_NAME"u8, "cmsgpack"u8);
        SetText(lua, "_VERSION"u8, "lua-cmsgpack 0.4.0"u8);
        SetText(lua, "_COPYRIGHT"u8, "Copyright (C) 2012, Salvatore Sanfilippo"u8);
        SetText(lua, "_DESCRIPTION"u8, "MessagePack C implementation for Lua"u8);
        lua.Pop();
        AddTable(lua, "cjson"u8, _json.Functions);
        SetText(lua, "_NAME"u8, "cjson"u8);
        SetText(lua, "_VERSION"u8, "2.1.0"u8);
        lua.PushPointer(0);
        lua.SetField(-2, "null"u8);
        lua.Pop();
    }

    /// <summary>Adds a table to the one on top and pushes it.</summary>
    private void AddTable(LuaThread lua, ReadOnlySpan<byte> name, IEnumerable<(string Name, LuaFunction Function)> functions)
    {
        lua.NewTable();
        Add(lua, functions);
        lua.PushCopy(-1);
        lua.SetField(-3, name);
    }

    private void Add(LuaThread lua, IEnumerable<(string Name, LuaFunction Function)> functions)
    {
        foreach ((string name, LuaFunction function) in functions)
        {
            _machine.PushFunction(lua, function);
            lua.SetField(-2, Encoding.ASCII.GetBytes(name));
        }
    }

    private static void SetText(LuaThread lua, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        lua.Push(text);
        lua.SetField(-2, name);
    }
}
