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
    // Between two looks at the budget.
    private const int HookInterval = 1000;

    private readonly List<LuaFunction> _functions = [];
    private readonly GCHandle _self;
    private readonly Heap* _heap;
    private readonly nint _main;
    private LuaThread _script;
    private long _left;
    private bool _isStopping;
    private Exception? _failure;

    private struct Heap
    {
        public long Used;
        public long Limit;
        public int IsLimited;
    }

    public LuaMachine()
    {
        _self = GCHandle.Alloc(this);
        _heap = (Heap*)NativeMemory.AllocZeroed((nuint)sizeof(Heap));
        delegate* unmanaged[Cdecl]<nint, nint, nuint, nuint, nint> allocate = &Allocate;
        _main = LuaApi.lua_newstate(allocate, (nint)_heap);
        HashSeed.Fix(_main, (nint)allocate, (nint)_heap);
        *ExtraSpace(_main) = GCHandle.ToIntPtr(_self);
        nint script = LuaApi.lua_newthread(_main); // stays on the main thread's stack, and so alive
        _script = new LuaThread(script);
    }

    /// <summary>The main thread: for setting up. Its stack keeps the script's thread at 1.</summary>
    public LuaThread Main => new(_main);

    /// <summary>The thread in which scripts run.</summary>
    public LuaThread Script => _script;

    /// <summary>Light userdata that a function of ours returns, followed by a message or an error table, to raise an error.</summary>
    public nint FailureMark => (nint)_heap;

    /// <summary>Bytes that Lua's objects take.</summary>
    public long UsedMemory => _heap->Used;

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

    /// <summary>Calls the function below its arguments on the script's stack.</summary>
    /// <param name="arguments">How many.</param>
    /// <param name="instructions">After about so many it is stopped.</param>
    /// <param name="memory">Bytes beyond which Lua runs out of memory.</param>
    public LuaOutcome Run(int arguments, long instructions, long memory)
    {
        _left = instructions;
        _isStopping = false;
        _failure = null;
        _heap->Limit = memory;
        LuaApi.lua_sethook(_script.Handle, &OnCount, LuaApi.MaskCount, HookInterval);
        int results;
        _heap->IsLimited = 1;
        int status = LuaApi.lua_resume(_script.Handle, _main, arguments, &results);
        _heap->IsLimited = 0;
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
        return status switch
        {
            LuaApi.Ok => LuaOutcome.Returned,
            LuaApi.Yield => LuaOutcome.Stopped,
            _ => LuaOutcome.Failed,
        };
    }

    /// <summary>Makes the script's thread ready for the next script, whatever became of the last.</summary>
    public void Reset()
    {
        if (LuaApi.lua_closethread(_script.Handle, _main) != LuaApi.Ok || _script.Top != 0)
            _script.Top = 0;
    }

    /// <summary>Called now and then while a script runs, with the instructions left to it: whether it goes on.</summary>
    public Func<long, bool> Interrupted { get; set; } = _ => true;

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
    public static LuaPlace? FindPlace(LuaThread lua)
    {
        byte* activation = stackalloc byte[LuaActivation.Size];
        bool isMethod = false;
        for (int level = 0; LuaApi.lua_getstack(lua.Handle, level, activation) != 0; level++)
        {
            fixed (byte* what = "nSl\0"u8)
                LuaApi.lua_getinfo(lua.Handle, what, activation);
            LuaPlace place = LuaActivation.Read(activation) with { IsMethodCall = isMethod };
            if (place.Line > 0 && !place.Source.StartsWith('='))
                return place;
            isMethod = LuaActivation.IsMethod(activation);
        }

        return null;
    }

    public void Dispose()
    {
        LuaApi.lua_close(_main);
        NativeMemory.Free(_heap);
        _self.Free();
    }

    /// <summary>LUA_EXTRASPACE lies before the state; new threads get a copy of the main thread's.</summary>
    private static nint* ExtraSpace(nint state) => (nint*)(state - sizeof(nint));

    private static LuaMachine Of(nint state) => (LuaMachine)GCHandle.FromIntPtr(*ExtraSpace(state)).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Allocate(nint data, nint block, nuint oldSize, nuint newSize)
    {
        Heap* heap = (Heap*)data;
        if (block == 0)
            oldSize = 0; // it tells the kind of object then
        if (newSize == 0)
        {
            NativeMemory.Free((void*)block);
            heap->Used -= (long)oldSize;
            return 0;
        }

        long change = (long)newSize - (long)oldSize;
        // Only while Lua's own code runs: it can deal with a refusal, managed code in between cannot.
        if (heap->IsLimited != 0 && change > 0 && heap->Used + change > heap->Limit)
            return 0;
        nint moved;
        try
        {
            moved = (nint)NativeMemory.Realloc((void*)block, newSize);
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }

        heap->Used += change;
        return moved;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Dispatch(nint state)
    {
        LuaMachine machine = Of(state);
        LuaThread lua = new(state);
        int limited = machine._heap->IsLimited;
        machine._heap->IsLimited = 0;
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

        machine._heap->IsLimited = limited;
        return results;
    }

    private bool GoesOn()
    {
        int limited = _heap->IsLimited;
        _heap->IsLimited = 0;
        try
        {
            _isStopping = !Interrupted(_left);
        }
        catch (Exception exception)
        {
            _failure = exception; // not through Lua's frames
            _isStopping = true;
        }

        _heap->IsLimited = limited;
        return !_isStopping;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCount(nint state, nint activation)
    {
        LuaMachine machine = Of(state);
        machine._left -= HookInterval;
        if (machine._left > 0 && !machine._isStopping && machine.GoesOn())
            return;
        LuaApi.lua_sethook(state, &OnCount, LuaApi.MaskCount, 1);
        if (LuaApi.lua_isyieldable(state) != 0)
            LuaApi.lua_yieldk(state, 0, 0, 0);
    }
}
