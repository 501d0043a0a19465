using System.Buffers;
using System.Buffers.Binary;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>cmsgpack: lua-cmsgpack 0.4.0 as Redis has it.</summary>
internal sealed class MessagePackLibrary(LuaMachine machine)
{
    private const int MaxNesting = 16;

    private readonly ArrayBufferWriter<byte> _output = new();

    public IEnumerable<(string Name, LuaFunction Function)> Functions =>
        [("pack", Pack), ("unpack", lua => Unpack(lua, "unpack", int.MaxValue, 0, isAll: true)), ("unpack_one", UnpackOne), ("unpack_limit", UnpackLimit)];

    private int Pack(LuaThread lua)
    {
        int count = lua.Top;
        if (count == 0)
            throw LuaErrorException.Argument(0, "pack", "MessagePack pack needs input.");
        lua.TryReserve(4);
        _output.ResetWrittenCount();
        for (int i = 1; i <= count; i++)
        {
            lua.PushCopy(i);
            Append(lua, 0);
            lua.Pop();
        }

        machine.Spend(lua, _output.WrittenCount / 16);
        lua.Push(_output.WrittenSpan);
        return 1;
    }

    /// <summary>The value on top.</summary>
    private void Append(LuaThread lua, int level)
    {
        switch (lua.TypeOf(-1))
        {
            case LuaType.String:
                AppendText(lua.Bytes(-1));
                break;
            case LuaType.Boolean:
                Byte(lua.IsTrue(-1) ? 0xC3 : 0xC2);
                break;
            case LuaType.Number:
                AppendNumber(lua.Number(-1));
                break;
            case LuaType.Table when level < MaxNesting:
                AppendTable(lua, level);
                break;
            default:
                Byte(0xC0);
                break;
        }
    }

    private void Byte(int value) => _output.Write([(byte)value]);

    private void Head(int kind, long value, int bytes)
    {
        Span<byte> head = stackalloc byte[9];
        head[0] = (byte)kind;
        for (int i = bytes; i > 0; i--, value >>= 8)
            head[i] = (byte)value;
        _output.Write(head[..(bytes + 1)]);
    }

    private void AppendText(ReadOnlySpan<byte> text)
    {
        if (text.Length < 32)
            Byte(0xA0 | text.Length);
        else if (text.Length <= 0xFF)
            Head(0xD9, text.Length, 1);
        else if (text.Length <= 0xFFFF)
            Head(0xDA, text.Length, 2);
        else
            Head(0xDB, text.Length, 4);
        _output.Write(text);
    }

    private void AppendNumber(double value)
    {
        if (value >= -9223372036854775808.0 && value < 9223372036854775808.0 && value == Math.Floor(value))
        {
            AppendInteger((long)value);
            return;
        }

        float single = (float)value;
        if (single == value)
            Head(0xCA, BitConverter.SingleToInt32Bits(single), 4);
        else
            Head(0xCB, BitConverter.DoubleToInt64Bits(value), 8);
    }

    private void AppendInteger(long value)
    {
        switch (value)
        {
            case >= 0 and <= 127:
                Byte((int)value);
                break;
            case >= 0 and <= 0xFF:
                Head(0xCC, value, 1);
                break;
            case >= 0 and <= 0xFFFF:
                Head(0xCD, value, 2);
                break;
            case >= 0 and <= 0xFFFFFFFF:
                Head(0xCE, value, 4);
                break;
            case >= 0:
                Head(0xCF, value, 8);
                break;
            case >= -32:
                Byte((int)value);
                break;
            case >= sbyte.MinValue:
                Head(0xD0, value, 1);
                break;
            case >= short.MinValue:
                Head(0xD1, value, 2);
                break;
            case >= int.MinValue:
                Head(0xD2, value, 4);
                break;
            default:
                Head(0xD3, value, 8);
                break;
        }
    }

    private void AppendTable(LuaThread lua, int level)
    {
        lua.TryReserve(4);
        Arguments.ChargeTable(machine, lua, _output.WrittenCount);
        bool isArray = true;
        double max = 0;
        int count = 0;
        lua.PushNil();
        while (lua.Next(-2))
        {
            lua.Pop();
            double key = lua.TypeOf(-1) == LuaType.Number ? lua.Number(-1) : 0;
            isArray &= key > 0 && key == Math.Floor(key);
            max = Math.Max(max, key);
            count++;
        }

        if (isArray && max == count)
            AppendArray(lua, level, count);
        else
            AppendMap(lua, level, count);
    }

    private void AppendArray(LuaThread lua, int level, int count)
    {
        if (count <= 15)
            Byte(0x90 | count);
        else
            Head(count <= 0xFFFF ? 0xDC : 0xDD, count, count <= 0xFFFF ? 2 : 4);
        for (int i = 1; i <= count; i++)
        {
            lua.GetRaw(-1, i);
            Append(lua, level + 1);
            lua.Pop();
        }
    }

    private void AppendMap(LuaThread lua, int level, int count)
    {
        if (count <= 15)
            Byte(0x80 | count);
        else
            Head(count <= 0xFFFF ? 0xDE : 0xDF, count, count <= 0xFFFF ? 2 : 4);
        lua.PushNil();
        while (lua.Next(-2))
        {
            lua.PushCopy(-2);
            Append(lua, level + 1);
            lua.Pop();
            Append(lua, level + 1);
            lua.Pop();
        }
    }

    private int UnpackOne(LuaThread lua)
    {
        long offset = Arguments.Integer(lua, 2, "unpack_one", 0);
        return Unpack(lua, "unpack_one", 1, offset, isAll: false);
    }

    private int UnpackLimit(LuaThread lua)
    {
        long limit = LuaNumbers.Truncate(Arguments.Number(lua, 2, "unpack_limit")), offset = Arguments.Integer(lua, 3, "unpack_limit", 0);
        return Unpack(lua, "unpack_limit", limit, offset, isAll: limit == 0 && offset == 0);
    }

    private int Unpack(LuaThread lua, string function, long limit, long offset, bool isAll)
    {
        ReadOnlySpan<byte> data = Arguments.Text(lua, 1, function);
        lua.Top = 1;
        if (offset < 0 || limit < 0)
            throw new LuaErrorException($"Invalid request to unpack with offset of {offset} and limit of {data.Length}.");
        if (offset > data.Length)
            throw new LuaErrorException($"Start offset {offset} greater than input length {data.Length}.");
        machine.Spend(lua, data.Length / 4);
        int position = (int)offset, count = 0;
        for (; position < data.Length && (isAll || count < limit); count++)
        {
            if (!lua.TryReserve(4))
                throw new LuaErrorException("Too many results to unpack");
            PushNext(lua, data, ref position, 0);
        }

        if (isAll)
            return count;
        lua.Push(position < data.Length ? (double)position : -1.0);
        lua.Insert(2);
        return count + 1;
    }

    private static void PushNext(LuaThread lua, ReadOnlySpan<byte> data, ref int position, int depth)
    {
        int kind = Take(data, ref position, 1)[0];
        switch (kind)
        {
            case <= 0x7F:
                lua.Push((double)kind);
                break;
            case >= 0xE0:
                lua.Push((double)(sbyte)kind);
                break;
            case <= 0x8F:
                PushMap(lua, data, ref position, kind & 15, depth);
                break;
            case <= 0x9F:
                PushArray(lua, data, ref position, kind & 15, depth);
                break;
            case <= 0xBF:
                lua.Push(Take(data, ref position, kind & 31));
                break;
            case 0xC0:
                lua.PushNil();
                break;
            case 0xC2 or 0xC3:
                lua.Push(kind == 0xC3);
                break;
            case 0xCA:
                lua.Push((double)BinaryPrimitives.ReadSingleBigEndian(Take(data, ref position, 4)));
                break;
            case 0xCB:
                lua.Push(BinaryPrimitives.ReadDoubleBigEndian(Take(data, ref position, 8)));
                break;
            case >= 0xCC and <= 0xCF:
                lua.Push((double)(long)ReadUnsigned(data, ref position, 1 << (kind - 0xCC))); // Lua 5.1 has no other integers
                break;
            case >= 0xD0 and <= 0xD3:
                int bits = 8 << (kind - 0xD0);
                lua.Push((double)((long)ReadUnsigned(data, ref position, bits / 8) << (64 - bits) >> (64 - bits)));
                break;
            case 0xD9 or 0xDA or 0xDB:
                PushText(lua, data, ref position, 1 << (kind - 0xD9));
                break;
            case 0xDC or 0xDD:
                PushArray(lua, data, ref position, (long)ReadUnsigned(data, ref position, kind == 0xDC ? 2 : 4), depth);
                break;
            case 0xDE or 0xDF:
                PushMap(lua, data, ref position, (long)ReadUnsigned(data, ref position, kind == 0xDE ? 2 : 4), depth);
                break;
            default:
                throw new LuaErrorException("Bad data format in input.");
        }
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> data, ref int position, long length)
    {
        if (length > data.Length - position)
            throw new LuaErrorException("Missing bytes in input.");
        ReadOnlySpan<byte> taken = data.Slice(position, (int)length);
        position += (int)length;
        return taken;
    }

    private static ulong ReadUnsigned(ReadOnlySpan<byte> data, ref int position, int bytes)
    {
        ulong value = 0;
        foreach (byte b in Take(data, ref position, bytes))
            value = value << 8 | b;
        return value;
    }

    private static void PushText(LuaThread lua, ReadOnlySpan<byte> data, ref int position, int lengthBytes)
    {
        long length = (long)ReadUnsigned(data, ref position, lengthBytes);
        lua.Push(Take(data, ref position, length));
    }

    private static void Descend(LuaThread lua, int depth)
    {
        if (depth > 1000 || !lua.TryReserve(4))
            throw new LuaErrorException("Bad data format in input.");
        lua.NewTable();
    }

    private static void PushArray(LuaThread lua, ReadOnlySpan<byte> data, ref int position, long count, int depth)
    {
        Descend(lua, depth);
        for (long i = 1; i <= count; i++)
        {
            PushNext(lua, data, ref position, depth + 1);
            lua.SetRaw(-2, i);
        }
    }

    private static void PushMap(LuaThread lua, ReadOnlySpan<byte> data, ref int position, long count, int depth)
    {
        Descend(lua, depth);
        for (long i = 0; i < count; i++)
        {
            PushNext(lua, data, ref position, depth + 1);
            bool isKey = lua.TypeOf(-1) != LuaType.Nil && !(lua.TypeOf(-1) == LuaType.Number && double.IsNaN(lua.Number(-1)));
            if (!isKey)
                throw new LuaErrorException("Bad data format in input.");
            PushNext(lua, data, ref position, depth + 1);
            lua.SetRaw(-3);
        }
    }
}
