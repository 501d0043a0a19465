using System.Buffers;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>struct: Roberto Ierusalimschy's library for packing, as Redis has it.</summary>
internal sealed class StructLibrary
{
    private const int MaxIntegerSize = 32;
    private const int MaxAlign = 8;

    private readonly ArrayBufferWriter<byte> _output = new();

    public IEnumerable<(string Name, LuaFunction Function)> Functions => [("pack", Pack), ("unpack", Unpack), ("size", Size)];

    /// <summary>Reads a format option by option.</summary>
    private ref struct Format(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _position;
        private int _align = 1;

        public char Option { get; private set; }

        public int Size { get; private set; }

        public bool IsBigEndian { get; private set; }

        public bool Next()
        {
            if (_position >= _text.Length || _text[_position] == 0)
                return false;
            Option = (char)_text[_position++];
            Size = Option switch
            {
                'b' or 'B' or 'x' => 1,
                'h' or 'H' => 2,
                'l' or 'L' or 'T' or 'd' => 8,
                'f' => 4,
                'c' => Number(1),
                'i' or 'I' => IntegerSize(),
                _ => 0,
            };
            return true;
        }

        /// <summary>Bytes to skip at <paramref name="position"/> before the option's value.</summary>
        public readonly int Padding(long position)
        {
            if (Size == 0 || Option == 'c')
                return 0;
            int align = Math.Min(Size, _align);
            return align > 1 ? (int)(align - (position & (align - 1))) & (align - 1) : 0;
        }

        /// <summary>An option that is no value.</summary>
        public void Control(string function)
        {
            switch (Option)
            {
                case ' ':
                    break;
                case '>':
                    IsBigEndian = true;
                    break;
                case '<':
                    IsBigEndian = false;
                    break;
                case '!':
                    int align = Number(MaxAlign);
                    _align = int.IsPow2(align) ? align : throw new LuaErrorException($"alignment {align} is not a power of 2");
                    break;
                default:
                    throw LuaErrorException.Argument(1, function, $"invalid format option '{Option}'");
            }
        }

        private int IntegerSize()
        {
            int size = Number(sizeof(int));
            return size <= MaxIntegerSize ? size : throw new LuaErrorException($"integral size {size} is larger than limit of {MaxIntegerSize}");
        }

        private int Number(int absent)
        {
            if (_position >= _text.Length || !char.IsAsciiDigit((char)_text[_position]))
                return absent;
            int value = 0;
            while (_position < _text.Length && char.IsAsciiDigit((char)_text[_position]))
            {
                int digit = _text[_position++] - '0';
                if (value > (int.MaxValue - digit) / 10)
                    throw new LuaErrorException("integral size overflow");
                value = value * 10 + digit;
            }

            return value;
        }
    }

    private int Pack(LuaThread lua)
    {
        Format format = new(Arguments.Text(lua, 1, "pack"));
        _output.ResetWrittenCount();
        lua.PushNil(); // stands for a missing argument, as in the original
        int argument = 2;
        while (format.Next())
        {
            for (int padding = format.Padding(_output.WrittenCount); padding > 0; padding--)
                Zero();
            switch (format.Option)
            {
                case 'b' or 'B' or 'h' or 'H' or 'l' or 'L' or 'T' or 'i' or 'I':
                    double number = Arguments.Number(lua, argument++, "pack");
                    WriteInteger(number < 0 ? (ulong)LuaNumbers.Truncate(number) : Unsigned(number), format.Size, format.IsBigEndian);
                    break;
                case 'x':
                    Zero();
                    break;
                case 'f':
                    WriteInteger(BitConverter.SingleToUInt32Bits((float)Arguments.Number(lua, argument++, "pack")), 4, format.IsBigEndian);
                    break;
                case 'd':
                    WriteInteger(BitConverter.DoubleToUInt64Bits(Arguments.Number(lua, argument++, "pack")), 8, format.IsBigEndian);
                    break;
                case 'c' or 's':
                    ReadOnlySpan<byte> text = Arguments.Text(lua, argument++, "pack");
                    int size = format.Size == 0 ? text.Length : format.Size;
                    if (text.Length < size)
                        throw LuaErrorException.Argument(argument, "pack", "string too short");
                    _output.Write(text[..size]);
                    if (format.Option == 's')
                        Zero();
                    break;
                default:
                    format.Control("pack");
                    break;
            }
        }

        lua.Push(_output.WrittenSpan);
        return 1;
    }

    private void Zero() => _output.Write("\0"u8);

    /// <summary>A cast to 64 bits without sign, as compilers for x86-64 do it.</summary>
    private static ulong Unsigned(double value) => double.IsNaN(value) ? 1UL << 63 : value >= 18446744073709551616.0 ? 0 : (ulong)value;

    private void WriteInteger(ulong value, int size, bool isBigEndian)
    {
        Span<byte> bytes = stackalloc byte[size];
        for (int i = 0; i < size; i++)
            bytes[isBigEndian ? size - 1 - i : i] = i < 8 ? (byte)(value >> (8 * i)) : (byte)0;
        _output.Write(bytes);
    }

    private static int Unpack(LuaThread lua)
    {
        Format format = new(Arguments.Text(lua, 1, "unpack"));
        ReadOnlySpan<byte> data = Arguments.Text(lua, 2, "unpack");
        long position = Arguments.Integer(lua, 3, "unpack", 1) - 1;
        if (position == -1)
            throw LuaErrorException.Argument(3, "unpack", "offset must be 1 or greater");
        if (position < 0)
            position = long.MaxValue / 2; // C counts without sign
        int results = 0;
        while (format.Next())
        {
            position += format.Padding(position);
            int size = format.Size;
            Require(data, position, size);
            if (!lua.TryReserve(2))
                throw new LuaErrorException("too many results");
            switch (format.Option)
            {
                case 'b' or 'B' or 'h' or 'H' or 'l' or 'L' or 'T' or 'i' or 'I':
                    lua.Push(ReadInteger(data.Slice((int)position, size), format.IsBigEndian, char.IsAsciiLetterLower(format.Option)));
                    results++;
                    break;
                case 'x':
                    break;
                case 'f':
                    lua.Push((double)BitConverter.UInt32BitsToSingle((uint)ReadBits(data.Slice((int)position, size), format.IsBigEndian)));
                    results++;
                    break;
                case 'd':
                    lua.Push(BitConverter.UInt64BitsToDouble(ReadBits(data.Slice((int)position, size), format.IsBigEndian)));
                    results++;
                    break;
                case 'c' when size == 0:
                    if (results == 0 || !lua.TryNumber(-1, out double length))
                        throw new LuaErrorException("format 'c0' needs a previous size");
                    size = (int)length;
                    lua.Pop();
                    Require(data, position, size);
                    lua.Push(data.Slice((int)position, size));
                    break;
                case 'c':
                    lua.Push(data.Slice((int)position, size));
                    results++;
                    break;
                case 's':
                    int end = data[(int)position..].IndexOf((byte)0);
                    if (end < 0)
                        throw new LuaErrorException("unfinished string in data");
                    lua.Push(data.Slice((int)position, end));
                    size = end + 1;
                    results++;
                    break;
                default:
                    format.Control("unpack");
                    break;
            }

            position += size;
        }

        lua.Push((double)(position + 1));
        return results + 1;
    }

    private static void Require(ReadOnlySpan<byte> data, long position, int size)
    {
        if (size < 0 || size > data.Length || position > data.Length - size)
            throw LuaErrorException.Argument(2, "unpack", "data string too short");
    }

    private static ulong ReadBits(ReadOnlySpan<byte> bytes, bool isBigEndian)
    {
        ulong value = 0;
        for (int i = 0; i < bytes.Length; i++)
            value = value << 8 | bytes[isBigEndian ? i : bytes.Length - 1 - i];
        return value;
    }

    private static double ReadInteger(ReadOnlySpan<byte> bytes, bool isBigEndian, bool isSigned)
    {
        ulong value = ReadBits(bytes, isBigEndian);
        if (!isSigned)
            return value;
        int unused = Math.Max(64 - 8 * bytes.Length, 0);
        return (long)value << unused >> unused;
    }

    private static int Size(LuaThread lua)
    {
        Format format = new(Arguments.Text(lua, 1, "size"));
        long position = 0;
        while (format.Next())
        {
            position += format.Padding(position);
            if (format.Option == 's')
                throw LuaErrorException.Argument(1, "size", "option 's' has no fixed size");
            if (format.Option == 'c' && format.Size == 0)
                throw LuaErrorException.Argument(1, "size", "option 'c0' has no fixed size");
            if (!char.IsAsciiLetterOrDigit(format.Option))
                format.Control("size");
            position += format.Size;
        }

        lua.Push((double)position);
        return 1;
    }
}
