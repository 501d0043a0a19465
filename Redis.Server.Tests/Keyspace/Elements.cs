using System.Globalization;
using System.Text;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

/// <summary>Elements made from numbers: integers of every width and texts about every length where the encoding changes.</summary>
internal static class Elements
{
    private static readonly int[] Lengths = [0, 1, 5, 20, 21, 62, 63, 64, 65, 126, 127, 128, 4094, 4095, 4096, 4097, 16379, 16380, 16384, 70_000];

    public static byte[] Of(int number)
    {
        uint bits = (uint)number * 2654435761;
        return (bits >> 29) switch
        {
            0 or 1 => Encoding.ASCII.GetBytes(((long)number << (int)(bits & 31)).ToString(CultureInfo.InvariantCulture)),
            2 => Encoding.ASCII.GetBytes((number & 0xFF).ToString(CultureInfo.InvariantCulture)),
            3 => Text(Lengths[bits % (uint)Lengths.Length], number),
            _ => Text((int)(bits % 30), number),
        };
    }

    public static byte[] ToArray(PackedElement element) => element.ToArray();

    private static byte[] Text(int length, int number)
    {
        byte[] text = new byte[length];
        text.AsSpan().Fill((byte)('a' + (number & 7)));
        return text;
    }
}
