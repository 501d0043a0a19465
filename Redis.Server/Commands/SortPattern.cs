using Redis.Server.Keyspace;

namespace Redis.Server.Commands;

/// <summary>A pattern of SORT's BY and GET: "#" is the element itself; else '*' stands for the element in a key's name, and what follows
/// "->" behind it is a field of the hash there.</summary>
internal sealed class SortPattern
{
    private readonly bool _isElement;
    private readonly bool _hasStar;
    private readonly byte[] _prefix = [];
    private readonly byte[] _suffix = [];
    private readonly byte[]? _field;
    private byte[] _key = [];

    public SortPattern(ReadOnlySpan<byte> text)
    {
        _isElement = text.SequenceEqual("#"u8);
        int star = text.IndexOf((byte)'*');
        _hasStar = star >= 0;
        if (!_hasStar)
            return;
        _prefix = text[..star].ToArray();
        ReadOnlySpan<byte> rest = text[(star + 1)..];
        int arrow = rest.IndexOf("->"u8);
        if (arrow >= 0 && arrow + 2 < rest.Length)
        {
            _field = rest[(arrow + 2)..].ToArray();
            rest = rest[..arrow];
        }

        _suffix = rest.ToArray();
    }

    /// <summary>Whether all elements have the same: BY such a pattern means not to sort.</summary>
    public bool IsConstant => !_hasStar;

    /// <summary>What the pattern gives for an element; null if the key or field is not there or of another type.</summary>
    public byte[]? Find(CommandContext context, byte[] element)
    {
        if (_isElement)
            return element;
        if (!_hasStar)
            return null;
        RedisValue value = context.Keyspace.Find(KeyFor(element));
        if (_field == null)
            return value.IsString ? value.ToArray() : null;
        return value.Object is HashValue hash && hash.TryGet(_field, context.Now, out PackedElement found) ? found.ToArray() : null;
    }

    private ReadOnlySpan<byte> KeyFor(byte[] element)
    {
        int length = _prefix.Length + element.Length + _suffix.Length;
        if (_key.Length < length)
            _key = new byte[length * 2];
        _prefix.CopyTo(_key, 0);
        element.CopyTo(_key, _prefix.Length);
        _suffix.CopyTo(_key, _prefix.Length + element.Length);
        return _key.AsSpan(0, length);
    }
}
