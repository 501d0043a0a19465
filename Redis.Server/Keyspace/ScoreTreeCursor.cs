namespace Redis.Server.Keyspace;

/// <summary>A place in a <see cref="ScoreTree"/> that walks both ways. Changes to the tree make it invalid.</summary>
internal struct ScoreTreeCursor
{
    private ScoreTreeLeaf? _leaf;
    private int _index;

    public ScoreTreeCursor(ScoreTreeLeaf leaf, int index)
    {
        _leaf = leaf;
        _index = index;
    }

    public readonly double Score => _leaf![_index].Score;

    public readonly byte[] Member => _leaf![_index].Member;

    public void MoveNext()
    {
        if (++_index < _leaf!.Count)
            return;
        _leaf = _leaf.Next;
        _index = 0;
    }

    public void MovePrevious()
    {
        if (--_index >= 0)
            return;
        _leaf = _leaf!.Previous;
        _index = (_leaf?.Count ?? 0) - 1;
    }
}
