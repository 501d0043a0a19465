using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>ZUNION, ZINTER, ZDIFF, and the forms that store or count the result.</summary>
internal static class SortedSetAlgebra
{
    private delegate SortedSetTable Operation(SortedSetAlgebraQuery query);

    public static void ZUnion(CommandContext context, CommandArgs args) => Reply(context, args, Unite);

    public static void ZInter(CommandContext context, CommandArgs args) => Reply(context, args, Intersect);

    public static void ZDiff(CommandContext context, CommandArgs args) => Reply(context, args, Subtract);

    public static void ZUnionStore(CommandContext context, CommandArgs args) => Store(context, args, Unite, "zunionstore"u8);

    public static void ZInterStore(CommandContext context, CommandArgs args) => Store(context, args, Intersect, "zinterstore"u8);

    public static void ZDiffStore(CommandContext context, CommandArgs args) => Store(context, args, Subtract, "zdiffstore"u8);

    public static void ZInterCard(CommandContext context, CommandArgs args)
    {
        if (SortedSetAlgebraQuery.Parse(context, args, 1, AlgebraForm.Count, isDifference: false) is not { } query)
            return;
        SortBySize(query.Sources);
        long count = 0;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (SortedSetSourceCursor at = query.Sources[0].Walk(); count < query.Limit && at.MoveNext();)
            count += TryIntersect(query, at.Member.AsText(scratch), at.Score, out _) ? 1 : 0;
        context.Reply.Integer(count);
    }

    /// <summary>Gives <paramref name="key"/> the result, or removes it when there is none, and replies with the number of members.</summary>
    public static void Store(CommandContext context, ReadOnlySpan<byte> key, SortedSetValue? result, ReadOnlySpan<byte> name)
    {
        if (result is { Count: > 0 })
        {
            context.Keyspace.Set(key, new RedisValue(result));
            context.Keyspace.Modified(key, EventClass.SortedSet, name);
        }
        else if (context.Keyspace.Remove(key))
        {
            context.Keyspace.Modified(key, EventClass.Generic, "del"u8);
        }
        context.Reply.Integer(result?.Count ?? 0);
    }

    private static void Store(CommandContext context, CommandArgs args, Operation operation, ReadOnlySpan<byte> name)
    {
        if (SortedSetAlgebraQuery.Parse(context, args, 2, AlgebraForm.Store, operation == Subtract) is { } query)
            Store(context, args[1], SortedSetValue.FromTable(operation(query), context.Options), name);
    }

    private static void Reply(CommandContext context, CommandArgs args, Operation operation)
    {
        if (SortedSetAlgebraQuery.Parse(context, args, 1, AlgebraForm.Reply, operation == Subtract) is not { } query)
            return;
        SortedSetTable result = operation(query);
        SortedSetReplies.Header(context.Reply, result.Count, query.HasScores);
        if (result.Count == 0)
            return;
        ScoreTreeCursor at = result.Order.Seek(0);
        for (int left = result.Count; left > 0; left--, at.MoveNext())
            SortedSetReplies.Entry(context.Reply, PackedElement.OfBytes(at.Member), at.Score, query.HasScores);
    }

    private static SortedSetTable Intersect(SortedSetAlgebraQuery query)
    {
        SortBySize(query.Sources);
        SortedSetTable result = new();
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (SortedSetSourceCursor at = query.Sources[0].Walk(); at.MoveNext();)
        {
            ReadOnlySpan<byte> member = at.Member.AsText(scratch);
            if (TryIntersect(query, member, at.Score, out double score))
                result.Set(member, score);
        }
        return result;
    }

    private static bool TryIntersect(SortedSetAlgebraQuery query, ReadOnlySpan<byte> member, double first, out double score)
    {
        SortedSetSource[] sources = query.Sources;
        score = sources[0].Weigh(first);
        for (int index = 1; index < sources.Length; index++)
        {
            if (!sources[index].TryGetScore(member, out double other))
                return false;
            score = Combine(score, other * sources[index].Weight, query.Aggregate);
        }
        return true;
    }

    private static SortedSetTable Unite(SortedSetAlgebraQuery query)
    {
        SortBySize(query.Sources);
        Dict<double> scores = new();
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        foreach (SortedSetSource source in query.Sources)
        {
            for (SortedSetSourceCursor at = source.Walk(); at.MoveNext();)
            {
                double weighed = source.Weigh(at.Score);
                ref double score = ref scores.GetOrAdd(at.Member.AsText(scratch), out bool existed);
                score = existed ? Combine(score, weighed, query.Aggregate) : weighed;
            }
        }
        SortedSetTable result = new();
        for (int index = 0; index < scores.Count; index++)
            result.Set(scores.KeyAt(index), scores.ValueAt(index));
        return result;
    }

    private static SortedSetTable Subtract(SortedSetAlgebraQuery query)
    {
        SortedSetSource[] sources = query.Sources;
        SortedSetTable result = new();
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        long total = 0;
        for (int index = 0; index < sources.Length; index++)
        {
            if (index > 0 && ReferenceEquals(sources[index].Value, sources[0].Value))
                return result;
            total += sources[index].Count;
        }
        // As Redis: look every member up in every input, or copy the first and take the others away, whichever is less work.
        bool isLookup = (long)sources[0].Count * sources.Length / 2 <= total;
        for (SortedSetSourceCursor at = sources[0].Walk(); at.MoveNext();)
        {
            ReadOnlySpan<byte> member = at.Member.AsText(scratch);
            if (!isLookup || !IsInAny(sources, member))
                result.Set(member, at.Score);
        }
        for (int other = 1; !isLookup && other < sources.Length && result.Count > 0; other++)
        {
            for (SortedSetSourceCursor at = sources[other].Walk(); at.MoveNext();)
                result.Remove(at.Member.AsText(scratch));
        }
        return result;
    }

    private static bool IsInAny(SortedSetSource[] sources, ReadOnlySpan<byte> member)
    {
        for (int other = 1; other < sources.Length; other++)
        {
            if (sources[other].TryGetScore(member, out _))
                return true;
        }
        return false;
    }

    private static double Combine(double score, double other, Aggregate aggregate)
    {
        if (aggregate == Aggregate.Sum)
        {
            double sum = score + other;
            return double.IsNaN(sum) ? 0 : sum;
        }
        bool isOther = aggregate == Aggregate.Min ? other < score : other > score;
        return isOther ? other : score;
    }

    /// <summary>Smallest first, equal ones in the order given: the order in which scores are added up shows in their last digits.</summary>
    private static void SortBySize(SortedSetSource[] sources)
    {
        long[] order = new long[sources.Length];
        for (int index = 0; index < sources.Length; index++)
            order[index] = ((long)sources[index].Count << 32) | (uint)index;
        Array.Sort(order, sources);
    }
}
