using System.Buffers.Binary;

namespace Redis.Server.Keyspace;

/// <summary>
/// How Redis 7 writes one listpack entry: an encoding byte with the length or the value, the data, and the size of both backwards
/// so that the pack can be read from its end ("listpack.md" of antirez/listpack).
/// </summary>
internal static class ListPackCodec
{
    public const byte End = 0xFF;
    private const byte Text6 = 0x80;
    private const byte Integer13 = 0xC0;
    private const byte Text12 = 0xE0;
    private const byte Text32 = 0xF0;
    private const byte Integer16 = 0xF1;
    private const byte Integer24 = 0xF2;
    private const byte Integer32 = 0xF3;
    private const byte Integer64 = 0xF4;

    /// <summary>Bytes of encoding and data, without the backward length.</summary>
    public static int SizeOf(PackedElement element)
    {
        if (!element.IsInteger)
            return element.Text.Length + (element.Text.Length < 64 ? 1 : element.Text.Length < 4096 ? 2 : 5);
        return element.Integer switch
        {
            >= 0 and <= 127 => 1,
            >= -4096 and <= 4095 => 2,
            >= short.MinValue and <= short.MaxValue => 3,
            >= -8388608 and <= 8388607 => 4,
            >= int.MinValue and <= int.MaxValue => 5,
            _ => 9,
        };
    }

    /// <summary>Bytes that the backward length of an entry of <paramref name="size"/> takes.</summary>
    public static int BackLengthSize(int size) => size switch
    {
        <= 127 => 1,
        < 16383 => 2,
        < 2097151 => 3,
        < 268435455 => 4,
        _ => 5,
    };

    /// <summary>Writes a whole entry of <see cref="SizeOf"/> = <paramref name="size"/>.</summary>
    public static void Write(Span<byte> to, PackedElement element, int size)
    {
        if (element.IsInteger)
            WriteInteger(to, element.Integer, size);
        else
            WriteText(to, element.Text);
        WriteBackLength(to[size..], size);
    }

    /// <summary>Bytes of encoding and data of the entry at the start of <paramref name="at"/>; 0 when the encoding is unknown.</summary>
    public static int SizeAt(ReadOnlySpan<byte> at)
    {
        byte encoding = at[0];
        if (encoding < Text6)
            return 1;
        if (encoding < Integer13)
            return 1 + (encoding & 0x3F);
        if (encoding < Text12)
            return 2;
        if (encoding < Text32)
            return 2 + ((encoding & 0x0F) << 8 | at[1]);
        return encoding switch
        {
            Text32 => 5 + (int)BinaryPrimitives.ReadUInt32LittleEndian(at[1..]),
            Integer16 => 3,
            Integer24 => 4,
            Integer32 => 5,
            Integer64 => 9,
            _ => 0,
        };
    }

    public static PackedElement Read(ReadOnlySpan<byte> at)
    {
        byte encoding = at[0];
        if (encoding < Text6)
            return new PackedElement(encoding);
        if (encoding < Integer13)
            return PackedElement.OfBytes(at.Slice(1, encoding & 0x3F));
        if (encoding < Text12)
            return new PackedElement((((encoding & 0x1F) << 8 | at[1]) << 19) >> 19);
        if (encoding < Text32)
            return PackedElement.OfBytes(at.Slice(2, (encoding & 0x0F) << 8 | at[1]));
        return encoding switch
        {
            Text32 => PackedElement.OfBytes(at.Slice(5, (int)BinaryPrimitives.ReadUInt32LittleEndian(at[1..]))),
            Integer16 => new PackedElement(BinaryPrimitives.ReadInt16LittleEndian(at[1..])),
            Integer24 => new PackedElement((at[1] << 8 | at[2] << 16 | at[3] << 24) >> 8),
            Integer32 => new PackedElement(BinaryPrimitives.ReadInt32LittleEndian(at[1..])),
            _ => new PackedElement(BinaryPrimitives.ReadInt64LittleEndian(at[1..])),
        };
    }

    /// <summary>The size written backwards before <paramref name="end"/>; -1 when it is not a length.</summary>
    public static int ReadBackLength(ReadOnlySpan<byte> bytes, int end)
    {
        long size = 0;
        for (int shift = 0; shift <= 28 && end > 0; shift += 7)
        {
            byte part = bytes[--end];
            size |= (long)(part & 127) << shift;
            if ((part & 128) == 0)
                return size <= int.MaxValue ? (int)size : -1;
        }
        return -1;
    }

    private static void WriteInteger(Span<byte> to, long value, int size)
    {
        switch (size)
        {
            case 1:
                to[0] = (byte)value;
                break;
            case 2:
                to[0] = (byte)(Integer13 | ((value >> 8) & 0x1F));
                to[1] = (byte)value;
                break;
            case 3:
                to[0] = Integer16;
                BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)value);
                break;
            case 4:
                to[0] = Integer24;
                BinaryPrimitives.WriteInt16LittleEndian(to[1..], (short)value);
                to[3] = (byte)(value >> 16);
                break;
            case 5:
                to[0] = Integer32;
                BinaryPrimitives.WriteInt32LittleEndian(to[1..], (int)value);
                break;
            default:
                to[0] = Integer64;
                BinaryPrimitives.WriteInt64LittleEndian(to[1..], value);
                break;
        }
    }

    private static void WriteText(Span<byte> to, ReadOnlySpan<byte> text)
    {
        if (text.Length < 64)
        {
            to[0] = (byte)(Text6 | text.Length);
            text.CopyTo(to[1..]);
        }
        else if (text.Length < 4096)
        {
            to[0] = (byte)(Text12 | text.Length >> 8);
            to[1] = (byte)text.Length;
            text.CopyTo(to[2..]);
        }
        else
        {
            to[0] = Text32;
            BinaryPrimitives.WriteInt32LittleEndian(to[1..], text.Length);
            text.CopyTo(to[5..]);
        }
    }

    private static void WriteBackLength(Span<byte> to, int size)
    {
        int width = BackLengthSize(size);
        for (int index = width - 1; index >= 0; index--)
        {
            to[index] = (byte)((size & 127) | (index == 0 ? 0 : 128));
            size >>= 7;
        }
    }
}
