using Redis.Server.Protocol;

namespace Redis.Server.Keyspace;

/// <summary>A field of a hash and its value.</summary>
internal readonly ref struct HashField
{
    public HashField(PackedElement name, PackedElement value)
    {
        Name = name;
        Value = value;
    }

    public PackedElement Name { get; }

    public PackedElement Value { get; }
}

/// <summary>Walks the fields of a hash, in either encoding, leaving out those that are due. Changes to the hash make it invalid.</summary>
internal ref struct HashCursor
{
    private readonly ListPack _pack;
    private readonly Dict<byte[]>? _table;
    private readonly ExpiryTable? _expiry;
    private readonly long _now;
    private int _next;
    private int _current;

    public HashCursor(ListPack pack, ExpiryTable? expiry, long now)
    {
        _pack = pack;
        _next = pack.First;
        _expiry = expiry;
        _now = now;
    }

    public HashCursor(Dict<byte[]> table, ExpiryTable? expiry, long now)
    {
        _table = table;
        _expiry = expiry;
        _now = now;
    }

    public readonly PackedElement Field => _table == null ? _pack[_current] : PackedElement.OfBytes(_table.KeyArrayAt(_current));

    public readonly PackedElement Value => _table == null ? _pack[_pack.Next(_current)] : PackedElement.OfBytes(_table.ValueAt(_current));

    public bool MoveNext()
    {
        while (Step())
        {
            if (_expiry == null || !IsDue())
                return true;
        }
        return false;
    }

    private bool Step()
    {
        _current = _next;
        if (_table != null)
            return _next++ < _table.Count;
        if (_current == ListPack.None)
            return false;
        _next = _pack.Next(_pack.Next(_current));
        return true;
    }

    private readonly bool IsDue()
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        return _expiry!.IsDue(Field.AsText(scratch), _now);
    }
}
