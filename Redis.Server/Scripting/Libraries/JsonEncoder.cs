using System.Buffers;
using System.Text;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>cjson.encode: lua-cjson 2.1.0 as Redis has it.</summary>
internal sealed class JsonEncoder(LuaMachine machine, JsonOptions options)
{
    private readonly ArrayBufferWriter<byte> _output = new();

    public int Encode(LuaThread lua)
    {
        if (lua.Top != 1)
            throw LuaErrorException.Argument(1, "encode", "expected 1 argument");
        _output.ResetWrittenCount();
        Append(lua, 0);
        machine.Spend(lua, _output.WrittenCount / 16);
        lua.Push(_output.WrittenSpan);
        return 1;
    }

    /// <summary>The value on top.</summary>
    private void Append(LuaThread lua, int depth)
    {
        switch (lua.TypeOf(-1))
        {
            case LuaType.String:
                AppendString(lua.Bytes(-1));
                break;
            case LuaType.Number:
                AppendNumber(lua.Number(-1));
                break;
            case LuaType.Boolean:
                _output.Write(lua.IsTrue(-1) ? "true"u8 : "false"u8);
                break;
            case LuaType.Table:
                AppendTable(lua, depth + 1);
                break;
            case LuaType.Nil:
                _output.Write("null"u8);
                break;
            case LuaType.LightUserData when lua.Pointer(-1) == 0:
                _output.Write("null"u8);
                break;
            default:
                throw Unsupported(lua.TypeName(-1), "type not supported");
        }
    }

    private static LuaErrorException Unsupported(string type, string reason) => new($"Cannot serialise {type}: {reason}");

    private void AppendTable(LuaThread lua, int depth)
    {
        if (depth > options.EncodeMaxDepth || !lua.TryReserve(3))
            throw new LuaErrorException($"Cannot serialise, excessive nesting ({depth})");
        Arguments.ChargeTable(machine, lua, _output.WrittenCount);
        long length = ArrayLength(lua);
        if (length > 0)
            AppendArray(lua, depth, length);
        else
            AppendObject(lua, depth);
    }

    /// <summary>Largest index if all keys are positive integers, else -1; too sparse an array is an object or an error.</summary>
    private long ArrayLength(LuaThread lua)
    {
        double max = 0;
        long items = 0;
        lua.PushNil();
        while (lua.Next(-2))
        {
            double key = lua.TypeOf(-2) == LuaType.Number ? lua.Number(-2) : 0;
            lua.Pop();
            if (!(key >= 1) || key != Math.Floor(key))
            {
                lua.Pop();
                return -1;
            }

            if (key > max)
                max = key > int.MaxValue ? int.MinValue : key; // C's conversion: such a table is an object then
            items++;
        }

        if (options.SparseRatio <= 0 || max <= items * (double)options.SparseRatio || max <= options.SparseSafe)
            return (long)max;
        return options.SparseConvert ? -1 : throw Unsupported("table", "excessively sparse array");
    }

    private void AppendArray(LuaThread lua, int depth, long length)
    {
        _output.Write("["u8);
        for (long i = 1; i <= length; i++)
        {
            if (i > 1)
                _output.Write(","u8);
            lua.GetRaw(-1, i);
            Append(lua, depth);
            lua.Pop();
        }

        _output.Write("]"u8);
    }

    private void AppendObject(LuaThread lua, int depth)
    {
        _output.Write("{"u8);
        bool isFirst = true;
        lua.PushNil();
        while (lua.Next(-2))
        {
            if (!isFirst)
                _output.Write(","u8);
            isFirst = false;
            switch (lua.TypeOf(-2))
            {
                case LuaType.Number:
                    _output.Write("\""u8);
                    AppendNumber(lua.Number(-2));
                    _output.Write("\""u8);
                    break;
                case LuaType.String:
                    AppendString(lua.Bytes(-2));
                    break;
                default:
                    throw Unsupported(lua.TypeName(-2), "table key must be a number or string");
            }

            _output.Write(":"u8);
            Append(lua, depth);
            lua.Pop();
        }

        _output.Write("}"u8);
    }

    private void AppendNumber(double value)
    {
        if (!double.IsFinite(value) && options.InvalidNumbers == InvalidNumberEncoding.Refused)
            throw Unsupported("number", "must not be NaN or Inf");
        string text = !double.IsFinite(value) && options.InvalidNumbers == InvalidNumberEncoding.AsNull ? "null"
            : double.IsNaN(value) ? "nan"
            : LuaNumbers.Format(value, options.NumberPrecision);
        _output.Write(Encoding.ASCII.GetBytes(text));
    }

    private void AppendString(ReadOnlySpan<byte> text)
    {
        _output.Write("\""u8);
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (c is >= 32 and not ((byte)'"' or (byte)'\\' or (byte)'/' or 127))
                continue;
            _output.Write(text[start..i]);
            start = i + 1;
            _output.Write(Encoding.ASCII.GetBytes(c switch
            {
                (byte)'"' => "\\\"",
                (byte)'\\' => "\\\\",
                (byte)'/' => "\\/",
                (byte)'\b' => "\\b",
                (byte)'\t' => "\\t",
                (byte)'\n' => "\\n",
                (byte)'\f' => "\\f",
                (byte)'\r' => "\\r",
                _ => $"\\u{(int)c:x4}",
            }));
        }

        _output.Write(text[start..]);
        _output.Write("\""u8);
    }
}
