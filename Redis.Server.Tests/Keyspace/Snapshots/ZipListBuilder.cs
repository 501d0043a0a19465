using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Redis.Server.Tests.Keyspace.Snapshots;

/// <summary>Ziplists and zipmaps as redis-server wrote them before 7.0, from the comments at the head of its ziplist.c and zipmap.c.</summary>
internal static class ZipListBuilder
{
    public static byte[] ZipList(params IReadOnlyList<string> elements)
    {
        using MemoryStream body = new();
        int previous = 0, last = 0;
        foreach (string element in elements)
        {
            last = (int)body.Length;
            WriteLengthBefore(body, previous);
            byte[] bytes = Encoding.Latin1.GetBytes(element);
            if (long.TryParse(element, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number.ToString(CultureInfo.InvariantCulture) == element)
                WriteInteger(body, number);
            else
                WriteString(body, bytes);
            previous = (int)body.Length - last;
        }

        byte[] list = new byte[10 + body.Length + 1];
        BinaryPrimitives.WriteInt32LittleEndian(list, list.Length);
        BinaryPrimitives.WriteInt32LittleEndian(list.AsSpan(4), 10 + last);
        BinaryPrimitives.WriteUInt16LittleEndian(list.AsSpan(8), (ushort)Math.Min(elements.Count, ushort.MaxValue));
        body.ToArray().CopyTo(list, 10);
        list[^1] = 0xFF;
        return list;
    }

    /// <summary>Keys and values by turns.</summary>
    public static byte[] ZipMap(params IReadOnlyList<string> pairs)
    {
        using MemoryStream map = new();
        map.WriteByte((byte)Math.Min(pairs.Count / 2, 254));
        for (int i = 0; i < pairs.Count; i++)
        {
            byte[] bytes = Encoding.Latin1.GetBytes(pairs[i]);
            WriteLengthOf(map, bytes.Length);
            if (i % 2 == 1)
                map.WriteByte(2); // unused bytes behind the value
            map.Write(bytes);
            if (i % 2 == 1)
                map.Write([0, 0]);
        }

        map.WriteByte(0xFF);
        return map.ToArray();
    }

    private static void WriteLengthOf(MemoryStream map, int length)
    {
        if (length < 254)
        {
            map.WriteByte((byte)length);
            return;
        }

        map.WriteByte(254);
        WriteLittleEndian(map, length, 4);
    }

    private static void WriteLengthBefore(MemoryStream list, int length)
    {
        if (length < 254)
        {
            list.WriteByte((byte)length);
            return;
        }

        list.WriteByte(254);
        WriteLittleEndian(list, length, 4);
    }

    private static void WriteString(MemoryStream list, byte[] bytes)
    {
        if (bytes.Length < 64)
        {
            list.WriteByte((byte)bytes.Length);
        }
        else if (bytes.Length < 16384)
        {
            list.WriteByte((byte)(0x40 | bytes.Length >> 8));
            list.WriteByte((byte)bytes.Length);
        }
        else
        {
            Span<byte> length = stackalloc byte[5];
            length[0] = 0x80;
            BinaryPrimitives.WriteInt32BigEndian(length[1..], bytes.Length);
            list.Write(length);
        }

        list.Write(bytes);
    }

    private static void WriteInteger(MemoryStream list, long number)
    {
        (byte encoding, int length) = number switch
        {
            >= 0 and <= 12 => ((byte)(0xF1 + number), 0),
            >= sbyte.MinValue and <= sbyte.MaxValue => ((byte)0xFE, 1),
            >= short.MinValue and <= short.MaxValue => ((byte)0xC0, 2),
            >= -(1 << 23) and < 1 << 23 => ((byte)0xF0, 3),
            >= int.MinValue and <= int.MaxValue => ((byte)0xD0, 4),
            _ => ((byte)0xE0, 8),
        };
        list.WriteByte(encoding);
        WriteLittleEndian(list, number, length);
    }

    private static void WriteLittleEndian(MemoryStream stream, long number, int length)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        stream.Write(bytes[..length]);
    }
}
