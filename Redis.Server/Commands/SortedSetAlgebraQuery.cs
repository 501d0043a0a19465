using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>How ZUNION and ZINTER make one score of several.</summary>
internal enum Aggregate
{
    Sum,
    Min,
    Max,
}

/// <summary>What a command of the ZUNION family does with its inputs.</summary>
internal enum AlgebraForm
{
    /// <summary>ZUNION, ZINTER, ZDIFF: replies with the result; WITHSCORES is allowed.</summary>
    Reply,

    /// <summary>ZUNIONSTORE and kin.</summary>
    Store,

    /// <summary>ZINTERCARD: counts, up to LIMIT.</summary>
    Count,
}

/// <summary>A parsed "numkeys key … [WEIGHTS w …] [AGGREGATE SUM|MIN|MAX] [WITHSCORES] [LIMIT n]".</summary>
internal sealed class SortedSetAlgebraQuery
{
    public required SortedSetSource[] Sources { get; init; }

    public Aggregate Aggregate { get; private set; }

    public bool HasScores { get; private set; }

    /// <summary>Most members to count; long.MaxValue without LIMIT.</summary>
    public long Limit { get; private set; } = long.MaxValue;

    /// <summary>Parses from the number of keys, at argument <paramref name="at"/>, on; null after an error reply.</summary>
    public static SortedSetAlgebraQuery? Parse(CommandContext context, CommandArgs args, int at, AlgebraForm form, bool isDifference)
    {
        if (!context.TryInteger(args[at], out long keys))
            return null;
        if (keys < 1)
        {
            string name = System.Text.Encoding.ASCII.GetString(args[0]).ToLowerInvariant();
            context.Reply.Error($"ERR at least 1 input key is needed for '{name}' command");
            return null;
        }
        if (keys > args.Count - at - 1)
        {
            context.Reply.Error(Errors.Syntax);
            return null;
        }
        if (!TryReadAll(context, args, at + 1, (int)keys, out SortedSetSource[] sources))
            return null;
        SortedSetAlgebraQuery query = new() { Sources = sources };
        int index = at + 1 + (int)keys;
        while (index < args.Count)
        {
            if (!query.TryOption(context, args, ref index, form, isDifference))
                return null;
        }
        return query;
    }

    private static bool TryReadAll(CommandContext context, CommandArgs args, int first, int count, out SortedSetSource[] sources)
    {
        sources = new SortedSetSource[count];
        for (int index = 0; index < count; index++)
        {
            RedisValue value = context.Keyspace.Find(args[first + index]);
            if (!value.IsNone && value.Object is not (SortedSetValue or SetValue))
            {
                context.Reply.Error(Errors.WrongType);
                return false;
            }
            sources[index] = new SortedSetSource(value.Object, 1);
        }
        return true;
    }

    private bool TryOption(CommandContext context, CommandArgs args, ref int index, AlgebraForm form, bool isDifference)
    {
        int left = args.Count - index;
        bool isWeighed = !isDifference && form != AlgebraForm.Count;
        if (isWeighed && left > Sources.Length && args.Is(index, "weights"u8))
            return TryWeights(context, args, ref index);
        if (isWeighed && left > 1 && args.Is(index, "aggregate"u8))
            return TryAggregate(context, args, ref index);
        if (form == AlgebraForm.Reply && args.Is(index, "withscores"u8))
        {
            HasScores = true;
            index++;
            return true;
        }
        if (form == AlgebraForm.Count && left > 1 && args.Is(index, "limit"u8))
        {
            if (!context.TryInteger(args[index + 1], 0, long.MaxValue, out long limit, "ERR LIMIT can't be negative"u8))
                return false;
            Limit = limit == 0 ? long.MaxValue : limit;
            index += 2;
            return true;
        }
        context.Reply.Error(Errors.Syntax);
        return false;
    }

    private bool TryWeights(CommandContext context, CommandArgs args, ref int index)
    {
        index++;
        for (int source = 0; source < Sources.Length; source++, index++)
        {
            if (!Numbers.TryParseDouble(args[index], out double weight))
            {
                context.Reply.Error("ERR weight value is not a float"u8);
                return false;
            }
            Sources[source] = Sources[source] with { Weight = weight };
        }
        return true;
    }

    private bool TryAggregate(CommandContext context, CommandArgs args, ref int index)
    {
        if (args.Is(index + 1, "sum"u8))
            Aggregate = Aggregate.Sum;
        else if (args.Is(index + 1, "min"u8))
            Aggregate = Aggregate.Min;
        else if (args.Is(index + 1, "max"u8))
            Aggregate = Aggregate.Max;
        else
        {
            context.Reply.Error(Errors.Syntax);
            return false;
        }
        index += 2;
        return true;
    }
}
