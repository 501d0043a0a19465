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
        ("encode_number_precision", lua => Integer(lua, "encode_number_precision", 1, 17, () => _options.NumberPrecision, n => _options.NumberPrecision = n)),
        ("encode_keep_buffer", lua => Switch(lua, () => _options.KeepsBuffer, on => _options.KeepsBuffer = on)),
        ("encode_invalid_numbers", lua => Switch(lua, () => _options.EncodeInvalidNumbers, on => _options.EncodeInvalidNumbers = on)),
        ("decode_invalid_numbers", lua => Switch(lua, () => _options.DecodeInvalidNumbers, on => _options.DecodeInvalidNumbers = on)),
    ];

    /// <summary>A script begins: with the settings as they are at first.</summary>
    public void Begin() => _options.Reset();

    private int SparseArray(LuaThread lua)
    {
        if (lua.Top > 3)
            throw LuaErrorException.Argument(4, "encode_sparse_array", "found too many arguments");
        if (!lua.IsNoneOrNil(1))
            _options.SparseConvert = lua.IsTrue(1);
        _options.SparseRatio = (int)Bounded(lua, 2, "encode_sparse_array", 0, int.MaxValue, _options.SparseRatio);
        _options.SparseSafe = (int)Bounded(lua, 3, "encode_sparse_array", 0, int.MaxValue, _options.SparseSafe);
        lua.Push(_options.SparseConvert);
        lua.Push((double)_options.SparseRatio);
        lua.Push((double)_options.SparseSafe);
        return 3;
    }

    private static int Integer(LuaThread lua, string name, int min, int max, Func<int> get, Action<int> set)
    {
        set((int)Bounded(lua, 1, name, min, max, get()));
        lua.Push((double)get());
        return 1;
    }

    private static int Switch(LuaThread lua, Func<bool> get, Action<bool> set)
    {
        if (!lua.IsNoneOrNil(1))
            set(lua.TypeOf(1) == LuaType.Boolean ? lua.IsTrue(1) : lua.TypeOf(1) == LuaType.String && lua.Bytes(1).SequenceEqual("on"u8));
        lua.Push(get());
        return 1;
    }

    private static long Bounded(LuaThread lua, int index, string name, long min, long max, long absent)
    {
        long value = Arguments.Integer(lua, index, name, absent);
        return value >= min && value <= max ? value
            : throw LuaErrorException.Argument(index, name, $"expected integer between {min} and {max}");
    }
}
