using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>ZRANGE in all its forms, ZRANGESTORE, ZREMRANGEBY… and the counts.</summary>
internal static class SortedSetRanges
{
    public static void ZRange(CommandContext context, CommandArgs args) => Reply(context, args, RangeKind.Unsaid, isReverse: null);

    public static void ZRevRange(CommandContext context, CommandArgs args) => Reply(context, args, RangeKind.Rank, isReverse: true);

    public static void ZRangeByScore(CommandContext context, CommandArgs args) => Reply(context, args, RangeKind.Score, isReverse: false);

    public static void ZRevRangeByScore(CommandContext context, CommandArgs args) => Reply(context, args, RangeKind.Score, isReverse: true);

    public static void ZRangeByLex(CommandContext context, CommandArgs args) => Reply(context, args, RangeKind.Lex, isReverse: false);

    public static void ZRevRangeByLex(CommandContext context, CommandArgs args) => Reply(context, args, RangeKind.Lex, isReverse: true);

    public static void ZRangeStore(CommandContext context, CommandArgs args)
    {
        if (!RangeQuery.TryParse(context, args, 2, RangeKind.Unsaid, isReverse: null, isStored: true, out RangeQuery query)
            || !context.TryRead(args[2], out SortedSetValue? source))
            return;
        RankRange range = source == null ? RankRange.Empty : query.Select(source);
        if (range.Count == 0)
        {
            SortedSetAlgebra.Store(context, args[1], null, "zrangestore"u8);
            return;
        }
        SortedSetValue result = SortedSetValue.Create(context.Options, range.Count, 0);
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        SortedSetCursor at = source!.Seek(range.First);
        for (int left = range.Count; left > 0; left--, at.MoveNext())
            result.Set(at.Member.AsText(scratch), at.Score, context.Options);
        SortedSetAlgebra.Store(context, args[1], result, "zrangestore"u8);
    }

    public static void ZRemRangeByRank(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[2], out long start) || !context.TryInteger(args[3], out long end)
            || !context.TryWrite(args[1], out SortedSetValue? set))
            return;
        (start, long count) = ListReplies.Clamp(start, end, set?.Count ?? 0);
        Remove(context, args[1], set, new RankRange((int)start, (int)count), "zremrangebyrank"u8);
    }

    public static void ZRemRangeByScore(CommandContext context, CommandArgs args)
    {
        if (RangeArguments.TryScores(context, args[2], args[3], out ScoreRange range) && context.TryWrite(args[1], out SortedSetValue? set))
            Remove(context, args[1], set, set?.Within(range) ?? RankRange.Empty, "zremrangebyscore"u8);
    }

    public static void ZRemRangeByLex(CommandContext context, CommandArgs args)
    {
        if (RangeArguments.TryMembers(context, args[2], args[3], out LexRange range) && context.TryWrite(args[1], out SortedSetValue? set))
            Remove(context, args[1], set, set?.Within(range) ?? RankRange.Empty, "zremrangebylex"u8);
    }

    public static void ZCount(CommandContext context, CommandArgs args)
    {
        if (RangeArguments.TryScores(context, args[2], args[3], out ScoreRange range) && context.TryRead(args[1], out SortedSetValue? set))
            context.Reply.Integer(set?.Within(range).Count ?? 0);
    }

    public static void ZLexCount(CommandContext context, CommandArgs args)
    {
        if (RangeArguments.TryMembers(context, args[2], args[3], out LexRange range) && context.TryRead(args[1], out SortedSetValue? set))
            context.Reply.Integer(set?.Within(range).Count ?? 0);
    }

    private static void Reply(CommandContext context, CommandArgs args, RangeKind kind, bool? isReverse)
    {
        if (!RangeQuery.TryParse(context, args, 1, kind, isReverse, isStored: false, out RangeQuery query)
            || !context.TryRead(args[1], out SortedSetValue? set))
            return;
        RankRange range = set == null ? RankRange.Empty : query.Select(set);
        SortedSetReplies.Range(context.Reply, set, range, query.IsReverse, query.HasScores);
    }

    private static void Remove(CommandContext context, ReadOnlySpan<byte> key, SortedSetValue? set, RankRange range, ReadOnlySpan<byte> name)
    {
        if (range.Count > 0)
        {
            set!.RemoveRange(range);
            SortedSetCommands.Removed(context, key, set, name);
        }
        context.Reply.Integer(range.Count);
    }
}
