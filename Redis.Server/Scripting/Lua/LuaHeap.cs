using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Redis.Server.Scripting.Lua;

/// <summary>
/// The memory of one Lua state. What it takes depends on what ran before and on when garbage was collected, so it differs from node to
/// node and may not decide anything. What decides when a script has to ask for leave is what it <see cref="Charged"/>: long strings,
/// tables, functions and coroutines as it makes them, which is the same wherever it runs. (Short strings are shared, tables and stacks
/// grow and shrink at the collector's times: they are covered by what an instruction counts as.)
/// </summary>
internal sealed unsafe class LuaHeap : IDisposable
{
    // Kinds of new objects, as Lua tells its allocator (lua.h).
    private const nuint String = 4;
    private const nuint Table = 5;
    private const nuint Function = 6;
    private const nuint Thread = 8;

    // A string of 40 bytes with its header: up to here strings are shared.
    private const nuint LongestShortString = 65;

    /// <summary>A string of this size is asked for before it is made, not at the next instruction that is looked at.</summary>
    private const nuint LargeString = 1 << 20;

    private readonly State* _state;
    private readonly GCHandle _self;
    private readonly ObjectSpace? _objects = ObjectSpace.TryReserve();

    public LuaHeap()
    {
        _self = GCHandle.Alloc(this);
        _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        _state->Owner = GCHandle.ToIntPtr(_self);
    }

    private enum Attempt
    {
        First,

        /// <summary>Lua was told that there is no memory, so that it collects its garbage before the decision.</summary>
        AfterCollection,

        /// <summary>The decision was no: Lua's second attempt is to fail as well.</summary>
        Refused,
    }

    private struct State
    {
        public long Used;
        public long Charged;
        public long Wanted;
        public int IsGuarded;
        public Attempt Attempt;
        public nint Owner;
    }

    /// <summary>lua_Alloc.</summary>
    public static delegate* unmanaged[Cdecl]<nint, nint, nuint, nuint, nint> Allocator => &Allocate;

    /// <summary>What the allocator is given; also an address that nothing else has.</summary>
    public nint Data => (nint)_state;

    /// <summary>Bytes that objects take, garbage included. Any thread.</summary>
    public long Used => Volatile.Read(ref _state->Used);

    /// <summary>Bytes that the script has asked for so far, as every node counts them.</summary>
    public long Charged
    {
        get => _state->Charged;
        set => _state->Charged = value;
    }

    /// <summary>Bytes of a large string that is about to be made.</summary>
    public long Wanted => _state->Wanted;

    /// <summary>Whether Lua's own code runs: it can deal with a refusal, managed code in between cannot.</summary>
    public bool IsGuarded
    {
        get => _state->IsGuarded != 0;
        set => _state->IsGuarded = value ? 1 : 0;
    }

    /// <summary>A script begins; its objects are made from now on. False: garbage has to be collected first.</summary>
    public bool TryBeginScript()
    {
        Charged = 0;
        return _objects?.TryBegin() ?? true;
    }

    /// <summary>What is made from now on is no script's to see.</summary>
    public void EndScript() => _objects?.IsOpen = false;

    /// <summary>A large string is about to be made: whether the script has to ask now.</summary>
    public Func<bool> HasToAsk { get; set; } = () => false;

    /// <summary>Asks; false: it is refused.</summary>
    public Func<bool> Ask { get; set; } = () => true;

    /// <summary>Whether more is in use than the script may hold, as far as that can be told without a collection.</summary>
    public Func<bool> IsOver { get; set; } = () => false;

    public void Dispose()
    {
        NativeMemory.Free(_state);
        _objects?.Dispose();
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Allocate(nint data, nint block, nuint oldSize, nuint newSize)
    {
        State* state = (State*)data;
        if (block == 0)
            return New(state, kind: oldSize, newSize);
        state->Used += (long)newSize - (long)oldSize;
        if (newSize > 0)
            return Grow(block, newSize);
        if (Of(state)._objects?.TryRelease(block) != true)
            NativeMemory.Free((void*)block);
        return 0;
    }

    private static LuaHeap Of(State* state) => Unsafe.As<LuaHeap>(GCHandle.FromIntPtr(state->Owner).Target!);

    private static nint New(State* state, nuint kind, nuint size)
    {
        if (size == 0 || !TryCharge(state, kind, size))
            return 0;
        bool isObject = kind is Table or Function or Thread && Of(state)._objects is { IsOpen: true };
        nint made = isObject ? Of(state)._objects!.Take((long)size) : Grow(0, size);
        if (made != 0)
            state->Used += (long)size;
        return made;
    }

    private static nint Grow(nint block, nuint size)
    {
        try
        {
            return (nint)NativeMemory.Realloc((void*)block, size);
        }
        catch (OutOfMemoryException)
        {
            // The script would fail here and nowhere else.
            Environment.FailFast("The system has no memory left for a script that the other nodes run as well.");
            return 0;
        }
    }

    private static bool TryCharge(State* state, nuint kind, nuint size)
    {
        bool isLongString = kind == String && size > LongestShortString;
        if (state->Attempt == Attempt.First && (isLongString || kind is Table or Function or Thread))
            state->Charged += (long)size;
        if (!isLongString || size < LargeString || state->IsGuarded == 0)
            return true;
        Attempt attempt = state->Attempt;
        state->Attempt = Attempt.First;
        if (attempt == Attempt.Refused)
            return false;
        LuaHeap heap = Of(state);
        if (!heap.HasToAsk())
            return true;
        state->Wanted = (long)size;
        bool isGranted = false;
        if (attempt == Attempt.First && heap.IsOver())
            state->Attempt = Attempt.AfterCollection;
        else if (heap.Ask())
            isGranted = true;
        else if (attempt == Attempt.First)
            state->Attempt = Attempt.Refused;
        state->Wanted = 0;
        return isGranted;
    }
}
