using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Redis.Server.Scripting.Lua;

/// <summary>A function of ours that Lua calls: arguments on the stack, answers the number of results on top of it.</summary>
internal delegate int LuaFunction(LuaThread lua);

/// <summary>How a script ended.</summary>
internal enum LuaOutcome
{
    /// <summary>Its results are on the thread's stack.</summary>
    Returned,

    /// <summary>The error is on top of the thread's stack, which still shows where it was raised.</summary>
    Failed,

    /// <summary>It used up its instructions, or was told to stop.</summary>
    Stopped,
}

/// <summary>
/// One Lua state with limits on memory and on executed instructions. A script runs in a coroutine: the count hook stops it by a
/// yield, which no pcall of the script can catch and which, unlike an error, may be done from managed code.
/// </summary>
internal sealed unsafe class LuaMachine : IDisposable
{
    /// <summary>Chunk of our own Lua code.</summary>
    public const string PreludeChunk = "=redis";

    // Between two looks at the budget.
    private const int HookInterval = 1000;

    // What an instruction counts as in bytes: for the memory that it takes and LuaHeap does not charge, and for its time.
    private const int InstructionBytes = 25;

    // Work between two pauses, whatever memory the script may use: five million instructions.
    private const long LongestStretch = 5_000_000 * InstructionBytes;

    // Garbage of one script that the next one need not begin with.
    private const long LargeGarbage = 16 << 20;

    private readonly List<LuaFunction> _functions = [];
    private readonly GCHandle _self;
    private readonly LuaHeap _heap = new();
    private readonly nint _main;
    private readonly Func<bool> _goesOn;
    private readonly Func<bool> _pause;
    private LuaThread _script;
    private nint _current;
    private long _left;
    private long _instructions;
    private long _memory;
    private long _usedAtStart;
    private long _stretch;
    private long _nextPause;
    private bool _isStopping;
    private Exception? _failure;

    public LuaMachine()
    {
        _self = GCHandle.Alloc(this);
        delegate* unmanaged[Cdecl]<nint, nint, nuint, nuint, nint> allocator = LuaHeap.Allocator;
        _main = LuaApi.lua_newstate(allocator, _heap.Data);
        HashSeed.Fix(_main, (nint)allocator, _heap.Data);
        _goesOn = GoesOn;
        _pause = Pause;
        _heap.HasToAsk = () => Work >= _nextPause;
        _heap.IsOver = () => Held > _memory;
        _heap.Ask = () => Guarded(_pause);
        *ExtraSpace(_main) = GCHandle.ToIntPtr(_self);
        nint script = LuaApi.lua_newthread(_main); // stays on the main thread's stack, and so alive
        _script = new LuaThread(script);
    }

    /// <summary>The main thread: for setting up. Its stack keeps the script's thread at 1.</summary>
    public LuaThread Main => new(_main);

    /// <summary>The thread in which scripts run.</summary>
    public LuaThread Script => _script;

    /// <summary>Light userdata that a function of ours returns, followed by a message or an error table, to raise an error.</summary>
    public nint FailureMark => _heap.Data;

    /// <summary>Bytes that Lua's objects take. Any thread.</summary>
    public long UsedMemory => _heap.Used;

    /// <summary>Called now and then while a script runs: whether it goes on.</summary>
    public Func<bool> Interrupted { get; set; } = () => true;

    /// <summary>Called after each stretch of work, the same on every node: whether the script goes on. Work is instructions and new objects.</summary>
    public Func<bool> Paused { get; set; } = () => true;

    /// <summary>Whether the script holds more memory than it may. A figure of this node alone: for <see cref="Paused"/>.</summary>
    public bool IsOverMemory
    {
        get
        {
            if (Held <= _memory)
                return false;
            if (_heap.Wanted == 0) // in the middle of an allocation Lua has just collected
                _ = LuaApi.lua_gc(_current, LuaApi.CollectAll);
            return Held > _memory;
        }
    }

    private long Held => _heap.Used + _heap.Wanted - _usedAtStart;

    private long Work => (_instructions - _left) * InstructionBytes + _heap.Charged;

    /// <summary>Pushes <paramref name="function"/> as a Lua function.</summary>
    public void PushFunction(LuaThread lua, LuaFunction function)
    {
        LuaApi.lua_pushinteger(lua.Handle, _functions.Count);
        _functions.Add(function);
        LuaApi.lua_pushcclosure(lua.Handle, &Dispatch, 1);
    }

    /// <summary>Opens a standard library of Lua, found in the native library by name, and leaves it on the main thread's stack.</summary>
    public void OpenLibrary(string name)
    {
        nint library = NativeLibrary.Load("lua54", typeof(LuaApi).Assembly, null);
        nint open = NativeLibrary.GetExport(library, "luaopen_" + name);
        fixed (byte* text = Encoding.ASCII.GetBytes((name == "base" ? "_G" : name) + '\0'))
            LuaApi.luaL_requiref(_main, text, open, 1);
        Main.Pop();
    }

    /// <summary>Compiles Lua 5.4 text and pushes the function; false: the message is pushed.</summary>
    public static bool Load(LuaThread lua, ReadOnlySpan<byte> text, string chunk)
    {
        fixed (byte* source = text, name = Encoding.Latin1.GetBytes(chunk + '\0'), mode = "t\0"u8)
            return LuaApi.luaL_loadbufferx(lua.Handle, source, (nuint)text.Length, name, mode) == LuaApi.Ok;
    }

    /// <summary>What there is now stays: from here on, the collector looks above all at what is new.</summary>
    public void Settle()
    {
        if (!OperatingSystem.IsLinux())
            return; // elsewhere nothing waits for the collector (ObjectSpace), and not everywhere can variable arguments be passed like this
        _ = LuaApi.lua_gc(_main, LuaApi.CollectByGenerations, 0, 0);
        _ = LuaApi.lua_gc(_main, LuaApi.CollectAll);
    }

    /// <summary>A script begins: what is pushed from now on, it can see.</summary>
    public void Begin()
    {
        if (_heap.TryBeginScript())
            return;
        _ = LuaApi.lua_gc(_main, LuaApi.CollectStep, 0, 0); // what scripts leave is young, and mostly garbage
        if (_heap.TryBeginScript())
            return;
        _ = LuaApi.lua_gc(_main, LuaApi.CollectAll);
        if (!_heap.TryBeginScript())
            throw new InvalidOperationException("Objects of scripts that have ended are still in use.");
    }

    /// <summary>Calls the function below its arguments on the script's stack.</summary>
    /// <param name="arguments">How many.</param>
    /// <param name="instructions">After about so many it is stopped.</param>
    /// <param name="memory">Bytes that it may hold beyond what there is.</param>
    public LuaOutcome Run(int arguments, long instructions, long memory)
    {
        _left = _instructions = instructions;
        _memory = memory;
        _usedAtStart = _heap.Used;
        _stretch = _nextPause = Math.Min(LongestStretch, memory / 2);
        _isStopping = false;
        _failure = null;
        LuaApi.lua_sethook(_script.Handle, &OnCount, LuaApi.MaskCount, HookInterval);
        int results;
        _heap.IsGuarded = true;
        int status = LuaApi.lua_resume(_script.Handle, _main, arguments, &results);
        _heap.IsGuarded = false;
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
        return status switch
        {
            LuaApi.Ok => LuaOutcome.Returned,
            LuaApi.Yield => LuaOutcome.Stopped,
            _ => _isStopping ? LuaOutcome.Stopped : LuaOutcome.Failed,
        };
    }

    /// <summary>Makes the script's thread ready for the next script, whatever became of the last.</summary>
    public void Reset()
    {
        _heap.EndScript();
        if (LuaApi.lua_closethread(_script.Handle, _main) != LuaApi.Ok || _script.Top != 0)
            _script.Top = 0;
        if (_heap.Used - _usedAtStart > LargeGarbage)
            _ = LuaApi.lua_gc(_main, LuaApi.CollectAll);
    }

    /// <summary>A function of ours does work that counts as so many instructions. False when it should end, as the script will.</summary>
    public bool Spend(LuaThread lua, long instructions)
    {
        _left -= instructions;
        if (_left > 0)
            return true;
        LuaApi.lua_sethook(lua.Handle, &OnCount, LuaApi.MaskCount, 1);
        return false;
    }

    /// <summary>The innermost function of a script's chunk, also in a thread that an error has ended; null when there is none.</summary>
    public static LuaPlace? FindPlace(LuaThread lua) => FindPlace(lua, crossesNative: true);

    /// <summary>The same for a function of ours that runs: null as well when something native called it, such as pcall.</summary>
    public static LuaPlace? FindCaller(LuaThread lua) => FindPlace(lua, crossesNative: false);

    private static LuaPlace? FindPlace(LuaThread lua, bool crossesNative)
    {
        byte* activation = stackalloc byte[LuaActivation.Size];
        bool isMethod = false;
        string? name = null;
        for (int level = 0; LuaApi.lua_getstack(lua.Handle, level, activation) != 0; level++)
        {
            fixed (byte* what = "nSl\0"u8)
                LuaApi.lua_getinfo(lua.Handle, what, activation);
            LuaPlace place = LuaActivation.Read(activation) with { IsMethodCall = isMethod, CalledName = name };
            if (place.Line > 0 && place.Source != PreludeChunk)
                return place;
            if (place.Line < 0 && level > 0 && !crossesNative)
                return null;
            isMethod = LuaActivation.IsMethod(activation);
            name = LuaActivation.NameOf(activation);
        }

        return null;
    }

    public void Dispose()
    {
        LuaApi.lua_close(_main);
        _heap.Dispose();
        _self.Free();
    }

    /// <summary>LUA_EXTRASPACE lies before the state; new threads get a copy of the main thread's.</summary>
    private static nint* ExtraSpace(nint state) => (nint*)(state - sizeof(nint));

    private static LuaMachine Of(nint state) => (LuaMachine)GCHandle.FromIntPtr(*ExtraSpace(state)).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Dispatch(nint state)
    {
        LuaMachine machine = Of(state);
        LuaThread lua = new(state);
        bool wasGuarded = machine._heap.IsGuarded;
        machine._heap.IsGuarded = false;
        int results;
        try
        {
            results = machine._functions[(int)LuaApi.lua_tointegerx(state, LuaApi.RegistryIndex - 1, null)](lua);
        }
        catch (Exception exception)
        {
            lua.Top = 0;
            lua.PushPointer(machine.FailureMark);
            lua.Push(exception is LuaErrorException ? exception.Message : $"internal error: {exception.GetType().Name}: {exception.Message}");
            results = 2;
        }

        machine._heap.IsGuarded = wasGuarded;
        return results;
    }

    private bool Pause()
    {
        _nextPause = Work + _stretch;
        return Paused();
    }

    /// <summary>Calls managed code from the middle of Lua's. False: the script ends.</summary>
    private bool Guarded(Func<bool> ask)
    {
        _heap.IsGuarded = false;
        try
        {
            _isStopping |= !ask();
        }
        catch (Exception exception)
        {
            _failure = exception; // not through Lua's frames
            _isStopping = true;
        }

        _heap.IsGuarded = true;
        return !_isStopping;
    }

    private bool GoesOn() => Interrupted() && (Work < _nextPause || Pause());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCount(nint state, nint activation)
    {
        LuaMachine machine = Of(state);
        machine._current = state;
        machine._left -= HookInterval;
        if (machine._left > 0 && !machine._isStopping && machine.Guarded(machine._goesOn))
            return;
        LuaApi.lua_sethook(state, &OnCount, LuaApi.MaskCount, 1);
        if (LuaApi.lua_isyieldable(state) != 0)
            LuaApi.lua_yieldk(state, 0, 0, 0);
    }
}
