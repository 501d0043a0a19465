namespace Redis.Server.Keyspace;

/// <summary>A range of scores, each end included or not.</summary>
internal readonly record struct ScoreRange(double Min, bool IsMinExcluded, double Max, bool IsMaxExcluded)
{
    public bool IsEmpty => Min > Max || (Min == Max && (IsMinExcluded || IsMaxExcluded));

    /// <summary>Where the range begins.</summary>
    public ScoreBound Start => new(Min, IsMinExcluded);

    /// <summary>Where the range ends.</summary>
    public ScoreBound End => new(Max, !IsMaxExcluded);
}

/// <summary>The place just before all entries with a score, or just behind them.</summary>
internal readonly struct ScoreBound : IScoreBound
{
    private readonly double _score;
    private readonly bool _isBehind;

    public ScoreBound(double score, bool isBehind)
    {
        _score = score;
        _isBehind = isBehind;
    }

    public bool IsAbove(double score, scoped ReadOnlySpan<byte> member) => score < _score || (_isBehind && score == _score);
}
