namespace Redis.Server.Protocol;

/// <summary>Where a value ends in the RESP bytes of a complete reply.</summary>
internal static class ReplyLength
{
    /// <summary>Length of the first value in <paramref name="reply"/>, all that it contains included.</summary>
    /// <exception cref="FormatException">The bytes are no complete value.</exception>
    public static int Of(ReadOnlySpan<byte> reply)
    {
        int length = 0;
        long left = 1;
        while (left > 0)
        {
            (int line, long content, long items) = Head(reply[length..]);
            left += items - 1;
            length = content <= reply.Length - length - line
                ? length + line + (int)content
                : throw new FormatException("A reply that ends too early.");
        }

        return length;
    }

    /// <summary>Of an array: length of its first line, and how many items follow. Null: the reply is none, or a null one.</summary>
    public static (int Line, int Items)? OfArrayHead(ReadOnlySpan<byte> reply)
    {
        if (reply is not [(byte)'*', not (byte)'-', ..])
        {
            return null;
        }

        (int line, _, long items) = Head(reply);
        return (line, (int)items);
    }

    /// <summary>A value's first line: its length, the bytes that belong to it behind the line, and the values in it.</summary>
    private static (int Line, long Content, long Items) Head(ReadOnlySpan<byte> value)
    {
        int line = value.IndexOf("\r\n"u8) + 2;
        if (line < 3)
        {
            throw new FormatException("A reply without the end of its first line.");
        }

        long number = 0;
        bool isCounted = value[0] is (byte)'$' or (byte)'=' or (byte)'!' or (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%';
        if (isCounted && !Numbers.TryParseInteger(value[1..(line - 2)], out number))
        {
            throw new FormatException("A reply with an impossible length.");
        }

        return value[0] switch
        {
            (byte)'$' or (byte)'=' or (byte)'!' => (line, number < 0 ? 0 : number + 2, 0),
            (byte)'*' or (byte)'~' or (byte)'>' => (line, 0, Math.Max(number, 0)),
            (byte)'%' => (line, 0, 2 * Math.Max(number, 0)),
            _ => (line, 0, 0),
        };
    }
}
