using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>cjson: encoding, decoding and their settings.</summary>
internal sealed class JsonLibrary
{
    private readonly JsonOptions _options = new();
    private readonly JsonEncoder _encoder;
    private readonly JsonDecoder _decoder;

    public JsonLibrary(LuaMachine machine)
    {
        _encoder = new JsonEncoder(machine, _options);
        _decoder = new JsonDecoder(machine, _options);
    }

    public IEnumerable<(string Name, LuaFunction Function)> Functions =>
    [
        ("encode", _encoder.Encode),
        ("decode", _decoder.Decode),
        ("encode_sparse_array", SparseArray),
        ("encode_max_depth", lua => Integer(lua, "encode_max_depth", 1, int.MaxValue, () => _options.EncodeMaxDepth, n => _options.EncodeMaxDepth = n)),
        ("decode_max_depth", lua => Integer(lua, "decode_max_depth", 1, int.MaxValue, () => _options.DecodeMaxDepth, n => _options.DecodeMaxDepth = n)),
        ("encode_number_precision", lua => Integer(lua, "encode_number_precision", 1, 14, () => _options.NumberPrecision, n => _options.NumberPrecision = n)),
        ("encode_keep_buffer", lua => Switch(lua, "encode_keep_buffer", () => _options.KeepsBuffer, on => _options.KeepsBuffer = on)),
        ("encode_invalid_numbers", InvalidNumbers),
        ("decode_invalid_numbers", lua => Switch(lua, "decode_invalid_numbers", () => _options.DecodeInvalidNumbers, on => _options.DecodeInvalidNumbers = on)),
    ];

    /// <summary>A script begins: with the settings as they are at first.</summary>
    public void Begin() => _options.Reset();

    private int SparseArray(LuaThread lua)
    {
        CheckCount(lua, "encode_sparse_array", 3);
        _options.SparseConvert = Choice(lua, "encode_sparse_array", _options.SparseConvert ? 1 : 0, "off", "on") == 1;
        _options.SparseRatio = Bounded(lua, 2, "encode_sparse_array", 0, int.MaxValue, _options.SparseRatio);
        _options.SparseSafe = Bounded(lua, 3, "encode_sparse_array", 0, int.MaxValue, _options.SparseSafe);
        lua.Push(_options.SparseConvert);
        lua.Push((double)_options.SparseRatio);
        lua.Push((double)_options.SparseSafe);
        return 3;
    }

    private int InvalidNumbers(LuaThread lua)
    {
        CheckCount(lua, "encode_invalid_numbers", 1);
        _options.InvalidNumbers = (InvalidNumberEncoding)Choice(lua, "encode_invalid_numbers", (int)_options.InvalidNumbers, "off", "on", "null");
        if (_options.InvalidNumbers == InvalidNumberEncoding.AsNull)
            lua.Push("null"u8);
        else
            lua.Push(_options.InvalidNumbers == InvalidNumberEncoding.AsNumber);
        return 1;
    }

    private static int Integer(LuaThread lua, string name, int min, int max, Func<int> get, Action<int> set)
    {
        CheckCount(lua, name, 1);
        set(Bounded(lua, 1, name, min, max, get()));
        lua.Push((double)get());
        return 1;
    }

    private static int Switch(LuaThread lua, string name, Func<bool> get, Action<bool> set)
    {
        CheckCount(lua, name, 1);
        set(Choice(lua, name, get() ? 1 : 0, "off", "on") == 1);
        lua.Push(get());
        return 1;
    }

    /// <summary>json_arg_init</summary>
    private static void CheckCount(LuaThread lua, string name, int most)
    {
        if (lua.Top > most)
            throw LuaErrorException.Argument(most + 1, name, "found too many arguments");
    }

    /// <summary>json_enum_option: a boolean or one of the names, as its number.</summary>
    private static int Choice(LuaThread lua, string function, int absent, params ReadOnlySpan<string> names)
    {
        if (lua.IsNoneOrNil(1))
            return absent;
        if (lua.TypeOf(1) == LuaType.Boolean)
            return lua.IsTrue(1) ? 1 : 0;
        string name = System.Text.Encoding.Latin1.GetString(Arguments.Text(lua, 1, function));
        int choice = names.IndexOf(name);
        return choice >= 0 ? choice : throw LuaErrorException.Argument(1, function, $"invalid option '{name}'");
    }

    /// <summary>json_integer_option, which names the first argument whichever it is about.</summary>
    private static int Bounded(LuaThread lua, int index, string name, int min, int max, int absent)
    {
        if (lua.IsNoneOrNil(index))
            return absent;
        int value = unchecked((int)Arguments.Integer(lua, index, name, absent));
        return value >= min && value <= max ? value : throw LuaErrorException.Argument(1, name, $"expected integer between {min} and {max}");
    }
}
