using Redis.Server.Keyspace;

namespace Redis.Server.Commands;

/// <summary>One input of ZUNION, ZINTER or ZDIFF: a sorted set, a set (all scores are 1), or nothing; and its weight.</summary>
internal readonly record struct SortedSetSource(RedisObject? Value, double Weight)
{
    public int Count => Value?.Count ?? 0;

    public bool TryGetScore(ReadOnlySpan<byte> member, out double score)
    {
        score = 1;
        return Value switch
        {
            SortedSetValue sorted => sorted.TryGetScore(member, out score),
            SetValue set => set.Contains(member),
            _ => false,
        };
    }

    /// <summary>The score times the weight; 0 for an infinite score times 0.</summary>
    public double Weigh(double score)
    {
        double weighed = score * Weight;
        return double.IsNaN(weighed) ? 0 : weighed;
    }

    public SortedSetSourceCursor Walk() => new(Value);
}

/// <summary>Walks the members of an input with their scores.</summary>
internal ref struct SortedSetSourceCursor
{
    private readonly SetValue? _set;
    private readonly int _count;
    private SortedSetCursor _sorted;
    private int _index = -1;

    public SortedSetSourceCursor(RedisObject? value)
    {
        _count = value?.Count ?? 0;
        _set = value as SetValue;
        if (value is SortedSetValue sorted)
            _sorted = sorted.Seek(0);
    }

    public readonly PackedElement Member => _set == null ? _sorted.Member : _set[_index];

    public readonly double Score => _set == null ? _sorted.Score : 1;

    public bool MoveNext()
    {
        if (++_index >= _count)
            return false;
        if (_set == null && _index > 0)
            _sorted.MoveNext();
        return true;
    }
}
