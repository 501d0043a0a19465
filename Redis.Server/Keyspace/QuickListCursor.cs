namespace Redis.Server.Keyspace;

/// <summary>One element of a <see cref="QuickList"/>; the default value stands for none. Changes to the list make it invalid.</summary>
internal readonly struct QuickListCursor
{
    private readonly QuickListNode? _node;

    public QuickListCursor(QuickListNode node, int index, int position)
    {
        _node = node;
        Index = index;
        Position = position;
    }

    public bool IsValid => _node != null;

    public QuickListNode Node => _node!;

    /// <summary>Index within the node.</summary>
    public int Index { get; }

    /// <summary>Position within the node's pack.</summary>
    public int Position { get; }

    public PackedElement Element => _node!.Pack[Position];

    public QuickListCursor Next()
    {
        int position = _node!.Pack.Next(Position);
        if (position != ListPack.None)
            return new QuickListCursor(_node, Index + 1, position);
        QuickListNode? next = _node.Next;
        return next == null ? default : new QuickListCursor(next, 0, next.Pack.First);
    }

    public QuickListCursor Previous()
    {
        int position = _node!.Pack.Previous(Position);
        if (position != ListPack.None)
            return new QuickListCursor(_node, Index - 1, position);
        QuickListNode? previous = _node.Previous;
        return previous == null ? default : new QuickListCursor(previous, previous.Count - 1, previous.Pack.Last);
    }
}
