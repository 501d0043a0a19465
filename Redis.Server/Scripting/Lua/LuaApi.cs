using System.Runtime.InteropServices;

namespace Redis.Server.Scripting.Lua;

/// <summary>
/// The functions of Lua 5.4's C API that the script engine uses, from the native library that KeraLua brings. Bound directly, as
/// KeraLua's own wrappers copy every string. <b>No function that may raise a Lua error is called from managed code</b> other than
/// under <see cref="lua_resume"/> or <see cref="lua_pcallk"/>: a longjmp over managed frames would break the runtime.
/// </summary>
internal static unsafe partial class LuaApi
{
    public const int Ok = 0;
    public const int Yield = 1;
    public const int RegistryIndex = -1_000_000 - 1000;
    public const int MaskCount = 8;
    public const int CollectAll = 2;
    public const int CollectStep = 5;
    public const int CollectByGenerations = 10;

    public const string Library = "lua54";

    [LibraryImport(Library)]
    public static partial nint lua_newstate(delegate* unmanaged[Cdecl]<nint, nint, nuint, nuint, nint> allocate, nint data);

    [LibraryImport(Library)]
    public static partial void lua_close(nint state);

    [LibraryImport(Library)]
    public static partial nint lua_newthread(nint state);

    [LibraryImport(Library)]
    public static partial int lua_closethread(nint state, nint from);

    [LibraryImport(Library)]
    public static partial int lua_resume(nint state, nint from, int arguments, int* results);

    [LibraryImport(Library)]
    public static partial int lua_pcallk(nint state, int arguments, int results, int handler, nint context, nint continuation);

    [LibraryImport(Library)]
    public static partial int luaL_loadbufferx(nint state, byte* text, nuint length, byte* name, byte* mode);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int lua_isyieldable(nint state);

    [LibraryImport(Library)]
    public static partial void lua_yieldk(nint state, int results, nint context, nint continuation);

    [LibraryImport(Library)]
    public static partial void lua_sethook(nint state, delegate* unmanaged[Cdecl]<nint, nint, void> hook, int mask, int count);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int lua_gettop(nint state);

    [LibraryImport(Library)]
    public static partial void lua_settop(nint state, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void lua_rotate(nint state, int index, int count);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void lua_pushvalue(nint state, int index);

    [LibraryImport(Library)]
    public static partial int lua_checkstack(nint state, int count);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int lua_type(nint state, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int lua_isinteger(nint state, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial double lua_tonumberx(nint state, int index, int* isNumber);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial long lua_tointegerx(nint state, int index, int* isInteger);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial int lua_toboolean(nint state, int index);

    [LibraryImport(Library)]
    public static partial byte* lua_tolstring(nint state, int index, nuint* length);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial nint lua_touserdata(nint state, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial ulong lua_rawlen(nint state, int index);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void lua_pushnil(nint state);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void lua_pushnumber(nint state, double value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void lua_pushinteger(nint state, long value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void lua_pushboolean(nint state, int value);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial void lua_pushlightuserdata(nint state, nint value);

    [LibraryImport(Library)]
    public static partial nint lua_pushlstring(nint state, byte* text, nuint length);

    [LibraryImport(Library)]
    public static partial void lua_pushcclosure(nint state, delegate* unmanaged[Cdecl]<nint, int> function, int upvalues);

    [LibraryImport(Library)]
    public static partial void lua_pushcclosure(nint state, nint function, int upvalues);

    [LibraryImport(Library), SuppressGCTransition]
    public static partial nint lua_tocfunction(nint state, int index);

    [LibraryImport(Library)]
    public static partial void lua_createtable(nint state, int elements, int fields);

    [LibraryImport(Library)]
    public static partial int lua_rawget(nint state, int index);

    [LibraryImport(Library)]
    public static partial int lua_rawgeti(nint state, int index, long key);

    [LibraryImport(Library)]
    public static partial void lua_rawset(nint state, int index);

    [LibraryImport(Library)]
    public static partial void lua_rawseti(nint state, int index, long key);

    [LibraryImport(Library)]
    public static partial int lua_next(nint state, int index);

    [LibraryImport(Library)]
    public static partial void luaL_requiref(nint state, byte* name, nint open, int global);

    [LibraryImport(Library)]
    public static partial int luaL_ref(nint state, int index);

    [LibraryImport(Library)]
    public static partial void luaL_unref(nint state, int index, int reference);

    /// <summary>Takes more arguments for other purposes than <see cref="CollectAll"/>.</summary>
    [LibraryImport(Library)]
    public static partial int lua_gc(nint state, int what);

    [LibraryImport(Library)]
    public static partial int lua_gc(nint state, int what, int first, int second);

    [LibraryImport(Library)]
    public static partial int lua_getstack(nint state, int level, byte* activation);

    [LibraryImport(Library)]
    public static partial void lua_getinfo(nint state, byte* what, byte* activation);
}
