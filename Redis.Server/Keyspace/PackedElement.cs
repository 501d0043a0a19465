using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>One element of a <see cref="ListPack"/>: an integer or bytes. A text that is exactly the decimal form of a 64-bit integer always becomes the integer, as in Redis.</summary>
internal readonly ref struct PackedElement
{
    private readonly ReadOnlySpan<byte> _text;

    public PackedElement(long integer)
    {
        Integer = integer;
        IsInteger = true;
    }

    private PackedElement(ReadOnlySpan<byte> text) => _text = text;

    public bool IsInteger { get; }

    public long Integer { get; }

    /// <summary>The bytes of an element that is not an integer.</summary>
    public ReadOnlySpan<byte> Text => _text;

    /// <summary>The element that stands for <paramref name="text"/>.</summary>
    public static PackedElement Of(ReadOnlySpan<byte> text) =>
        Numbers.TryParseInteger(text, out long integer) ? new PackedElement(integer) : new PackedElement(text);

    /// <summary>Bytes that are stored as bytes.</summary>
    public static PackedElement OfBytes(ReadOnlySpan<byte> text) => new(text);

    /// <summary>The element as bytes; <paramref name="scratch"/> holds the digits of an integer.</summary>
    public ReadOnlySpan<byte> AsText(Span<byte> scratch)
    {
        if (!IsInteger)
            return _text;
        return scratch[..Numbers.FormatInteger(Integer, scratch)];
    }

    public byte[] ToArray()
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        return AsText(scratch).ToArray();
    }

    public bool Equals(PackedElement other) =>
        IsInteger == other.IsInteger && (IsInteger ? Integer == other.Integer : _text.SequenceEqual(other._text));
}
