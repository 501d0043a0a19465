using System.Text;

namespace Redis.Server.Scripting.Lua;

/// <summary>The stack of one Lua thread (lua_State*): the API in C#'s words. Strings are bytes.</summary>
internal readonly unsafe struct LuaThread(nint handle)
{
    public nint Handle => handle;

    /// <summary>Number of values on the stack: in a function, its arguments.</summary>
    public int Top
    {
        get => LuaApi.lua_gettop(handle);
        set => LuaApi.lua_settop(handle, value);
    }

    public LuaType TypeOf(int index) => (LuaType)LuaApi.lua_type(handle, index);

    public bool IsNoneOrNil(int index) => TypeOf(index) <= LuaType.Nil;

    public bool IsTrue(int index) => LuaApi.lua_toboolean(handle, index) != 0;

    public double Number(int index) => LuaApi.lua_tonumberx(handle, index, null);

    /// <summary>A number, or a string that is one.</summary>
    public bool TryNumber(int index, out double value)
    {
        int isNumber;
        value = LuaApi.lua_tonumberx(handle, index, &isNumber);
        return isNumber != 0;
    }

    /// <summary>The bytes of the string at <paramref name="index"/>, valid while it is on the stack. Only for strings: a number would be changed in place.</summary>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        nuint length;
        byte* text = LuaApi.lua_tolstring(handle, index, &length);
        return new ReadOnlySpan<byte>(text, (int)length);
    }

    /// <summary>Address of the light userdata at <paramref name="index"/>.</summary>
    public nint Pointer(int index) => LuaApi.lua_touserdata(handle, index);

    public long RawLength(int index) => (long)LuaApi.lua_rawlen(handle, index);

    public void PushNil() => LuaApi.lua_pushnil(handle);

    public void Push(double value) => LuaApi.lua_pushnumber(handle, value);

    public void Push(bool value) => LuaApi.lua_pushboolean(handle, value ? 1 : 0);

    public void Push(ReadOnlySpan<byte> text)
    {
        fixed (byte* bytes = text)
            LuaApi.lua_pushlstring(handle, bytes, (nuint)text.Length);
    }

    /// <summary>Text whose chars are bytes (Latin-1).</summary>
    public void Push(string text) => Push(Encoding.Latin1.GetBytes(text));

    public void PushPointer(nint value) => LuaApi.lua_pushlightuserdata(handle, value);

    /// <summary>Pushes a copy of the value at <paramref name="index"/>.</summary>
    public void PushCopy(int index) => LuaApi.lua_pushvalue(handle, index);

    public void Pop(int count = 1) => LuaApi.lua_settop(handle, -count - 1);

    /// <summary>Moves the value on top below the one at <paramref name="index"/>.</summary>
    public void Insert(int index) => LuaApi.lua_rotate(handle, index, 1);

    public void Remove(int index)
    {
        LuaApi.lua_rotate(handle, index, -1);
        Pop();
    }

    public bool TryReserve(int count) => LuaApi.lua_checkstack(handle, count) != 0;

    public void NewTable(int elements = 0, int fields = 0) => LuaApi.lua_createtable(handle, elements, fields);

    /// <summary>Replaces the key on top by its value in the table at <paramref name="index"/>; no metamethods.</summary>
    public LuaType GetRaw(int index) => (LuaType)LuaApi.lua_rawget(handle, index);

    public LuaType GetRaw(int index, long key) => (LuaType)LuaApi.lua_rawgeti(handle, index, key);

    /// <summary>Pushes the field of the table at <paramref name="index"/>; no metamethods.</summary>
    public LuaType GetField(int index, ReadOnlySpan<byte> name)
    {
        Push(name);
        return GetRaw(index < 0 && index > LuaApi.RegistryIndex ? index - 1 : index);
    }

    /// <summary>Pops value and key: sets them in the table at <paramref name="index"/>.</summary>
    public void SetRaw(int index) => LuaApi.lua_rawset(handle, index);

    /// <summary>Pops a value: sets it in the table at <paramref name="index"/>.</summary>
    public void SetRaw(int index, long key) => LuaApi.lua_rawseti(handle, index, key);

    /// <summary>Pops a value: sets it as a field of the table at <paramref name="index"/>.</summary>
    public void SetField(int index, ReadOnlySpan<byte> name)
    {
        Push(name);
        Insert(-2);
        SetRaw(index < 0 && index > LuaApi.RegistryIndex ? index - 1 : index);
    }

    /// <summary>Replaces the key on top by the next key and its value; false, with neither, at the end.</summary>
    public bool Next(int index) => LuaApi.lua_next(handle, index) != 0;

    /// <summary>Pops the value on top and keeps it in the registry.</summary>
    public int Keep() => LuaApi.luaL_ref(handle, LuaApi.RegistryIndex);

    public void PushKept(int reference) => _ = LuaApi.lua_rawgeti(handle, LuaApi.RegistryIndex, reference);

    public void Release(int reference) => LuaApi.luaL_unref(handle, LuaApi.RegistryIndex, reference);

    /// <summary>Lua's name of the type at <paramref name="index"/>, as its messages have it.</summary>
    public string TypeName(int index) => TypeOf(index) switch
    {
        LuaType.None => "no value",
        LuaType.LightUserData or LuaType.UserData => "userdata",
        LuaType other => other.ToString().ToLowerInvariant(),
    };
}
