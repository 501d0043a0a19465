using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>By what ZRANGE and its kin select.</summary>
internal enum RangeKind
{
    /// <summary>Not said yet: by rank unless BYSCORE or BYLEX follows.</summary>
    Unsaid,
    Rank,
    Score,
    Lex,
}

/// <summary>A parsed "key min max [BYSCORE|BYLEX] [REV] [LIMIT offset count] [WITHSCORES]".</summary>
internal ref struct RangeQuery
{
    private RangeKind _kind;
    private bool? _isReverse;
    private long _offset;
    private long _limit = -1;
    private long _start;
    private long _end;
    private ScoreRange _scores;
    private LexRange _members;

    private RangeQuery(RangeKind kind, bool? isReverse)
    {
        _kind = kind;
        _isReverse = isReverse;
    }

    public bool HasScores { get; private set; }

    public readonly bool IsReverse => _isReverse == true;

    /// <param name="context">Gets the error reply.</param>
    /// <param name="args">The command.</param>
    /// <param name="key">Where the key stands that is read.</param>
    /// <param name="kind">What the command's name says of the kind.</param>
    /// <param name="isReverse">What the command's name says of the direction; null lets REV decide.</param>
    /// <param name="isStored">ZRANGESTORE, which has no WITHSCORES.</param>
    /// <param name="query">What was asked for.</param>
    /// <returns>False after an error reply.</returns>
    public static bool TryParse(
        CommandContext context, CommandArgs args, int key, RangeKind kind, bool? isReverse, bool isStored, out RangeQuery query)
    {
        query = new RangeQuery(kind, isReverse);
        for (int index = key + 3; index < args.Count; index++)
        {
            if (args.Is(index, "limit"u8) && index + 2 < args.Count)
            {
                if (!context.TryInteger(args[index + 1], out query._offset) || !context.TryInteger(args[index + 2], out query._limit))
                    return false;
                index += 2;
            }
            else if (!query.TryWord(args, index, isStored))
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
        }
        if (query._kind == RangeKind.Unsaid)
            query._kind = RangeKind.Rank;
        return query.IsConsistent(context) && query.TryBounds(context, args, key);
    }

    /// <summary>The ranks that the query selects, after LIMIT.</summary>
    public readonly RankRange Select(SortedSetValue set)
    {
        RankRange range = _kind switch
        {
            RangeKind.Score => set.Within(_scores),
            RangeKind.Lex => set.Within(_members),
            _ => ByRank(set.Count),
        };
        if (_kind == RangeKind.Rank)
            return range;
        if (_offset < 0 || _offset >= range.Count)
            return RankRange.Empty;
        int left = range.Count - (int)_offset;
        int count = _limit < 0 ? left : (int)Math.Min(_limit, left);
        return new RankRange(IsReverse ? range.First + left - count : range.First + (int)_offset, count);
    }

    private readonly RankRange ByRank(int length)
    {
        (long first, long count) = ListReplies.Clamp(_start, _end, length);
        return new RankRange((int)(IsReverse ? length - first - count : first), (int)count);
    }

    private bool TryWord(CommandArgs args, int index, bool isStored)
    {
        if (!isStored && args.Is(index, "withscores"u8))
            HasScores = true;
        else if (_isReverse == null && args.Is(index, "rev"u8))
            _isReverse = true;
        else if (_kind == RangeKind.Unsaid && args.Is(index, "bylex"u8))
            _kind = RangeKind.Lex;
        else if (_kind == RangeKind.Unsaid && args.Is(index, "byscore"u8))
            _kind = RangeKind.Score;
        else
            return false;
        return true;
    }

    private readonly bool IsConsistent(CommandContext context)
    {
        if (_limit != -1 && _kind == RangeKind.Rank)
            context.Reply.Error("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"u8);
        else if (HasScores && _kind == RangeKind.Lex)
            context.Reply.Error("ERR syntax error, WITHSCORES not supported in combination with BYLEX"u8);
        else
            return true;
        return false;
    }

    private bool TryBounds(CommandContext context, CommandArgs args, int key)
    {
        if (_kind == RangeKind.Rank)
            return context.TryInteger(args[key + 1], out _start) && context.TryInteger(args[key + 2], out _end);
        // Backwards, the larger end comes first.
        int min = IsReverse ? key + 2 : key + 1;
        int max = IsReverse ? key + 1 : key + 2;
        return _kind == RangeKind.Score
            ? RangeArguments.TryScores(context, args[min], args[max], out _scores)
            : RangeArguments.TryMembers(context, args[min], args[max], out _members);
    }
}
