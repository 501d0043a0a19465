namespace Redis.Server.Keyspace;

/// <summary>An entry of a sorted set that walks both ways, in either encoding. Changes to the set make it invalid.</summary>
internal ref struct SortedSetCursor
{
    private readonly SortedSetPack _pack;
    private readonly bool _isPacked;
    private int _position;
    private ScoreTreeCursor _entry;

    public SortedSetCursor(SortedSetPack pack, int position)
    {
        _pack = pack;
        _position = position;
        _isPacked = true;
    }

    public SortedSetCursor(ScoreTreeCursor entry) => _entry = entry;

    public readonly PackedElement Member => _isPacked ? _pack.Pack[_position] : PackedElement.OfBytes(_entry.Member);

    public readonly double Score => _isPacked ? _pack.ScoreAt(_position) : _entry.Score;

    public void MoveNext()
    {
        if (_isPacked)
            _position = _pack.Pack.Next(_pack.Pack.Next(_position));
        else
            _entry.MoveNext();
    }

    public void MovePrevious()
    {
        if (!_isPacked)
        {
            _entry.MovePrevious();
            return;
        }
        int score = _pack.Pack.Previous(_position);
        _position = score == ListPack.None ? ListPack.None : _pack.Pack.Previous(score);
    }
}
