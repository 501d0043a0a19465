using System.Text;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Oracle;

/// <summary>One reply: the bytes on the wire, and the tree they make.</summary>
internal sealed class Reply
{
    private Reply(char kind, byte[] text, Reply[] elements, byte[] raw)
    {
        Kind = kind;
        Text = text;
        Elements = elements;
        Raw = raw;
    }

    /// <summary>The first byte: + - : $ * % ~ , # _ …</summary>
    public char Kind { get; }

    /// <summary>What stands behind it; of a bulk string its bytes.</summary>
    public byte[] Text { get; }

    /// <summary>The parts of an array, set or map (a map's keys and values alternate).</summary>
    public Reply[] Elements { get; }

    /// <summary>The reply as it came.</summary>
    public byte[] Raw { get; }

    /// <summary>Whether this is a null of any kind.</summary>
    public bool IsNull => Kind == '_' || Raw.AsSpan().SequenceEqual("$-1\r\n"u8) || Raw.AsSpan().SequenceEqual("*-1\r\n"u8);

    /// <summary>The text as Latin-1.</summary>
    public string AsString => Encoding.Latin1.GetString(Text);

    /// <summary>Reads one reply from <paramref name="input"/>; null when it is not all there.</summary>
    public static Reply? TryRead(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        int end = input.IndexOf("\r\n"u8);
        if (end < 0)
            return null;
        char kind = (char)input[0];
        byte[] text = input[1..end].ToArray();
        consumed = end + 2;
        long length = Numbers.TryParseInteger(text, out long parsed) ? parsed : -1;
        Reply[] elements = [];
        if (kind is '$' or '=' or '!' && length >= 0)
        {
            if (input.Length < consumed + length + 2)
                return null;
            text = input.Slice(consumed, (int)length).ToArray();
            consumed += (int)length + 2;
        }
        else if (kind is '*' or '~' or '>' or '%' && length > 0)
        {
            elements = new Reply[kind == '%' ? length * 2 : length];
            for (int i = 0; i < elements.Length; i++)
            {
                if (TryRead(input[consumed..], out int one) is not { } element)
                    return null;
                elements[i] = element;
                consumed += one;
            }
        }

        return new Reply(kind, text, elements, input[..consumed].ToArray());
    }

    public override string ToString() => Request.Quote(Raw);
}
