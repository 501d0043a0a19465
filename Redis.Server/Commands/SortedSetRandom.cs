using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>ZRANDMEMBER.</summary>
internal static class SortedSetRandom
{
    public static void ZRandMember(CommandContext context, CommandArgs args)
    {
        if (args.Count == 2)
        {
            if (!context.TryRead(args[1], out SortedSetValue? whole))
                return;
            if (whole == null)
                context.Reply.Null();
            else
                context.Reply.BulkString(whole.Seek(context.Random.Next(whole.Count)).Member);
            return;
        }
        if (!HashIteration.TryCount(context, args, "withscores"u8, out long count, out bool hasScores)
            || !context.TryRead(args[1], out SortedSetValue? set))
            return;
        if (set == null || count == 0)
            context.Reply.EmptyArray();
        else if (count < 0)
            ReplyWithRepeats(context, set, -count, hasScores);
        else if (count >= set.Count)
            SortedSetReplies.Range(context.Reply, set, new RankRange(0, set.Count), isReverse: false, hasScores);
        else
            ReplyDistinct(context, set, (int)count, hasScores);
    }

    private static void ReplyWithRepeats(CommandContext context, SortedSetValue set, long count, bool hasScores)
    {
        SortedSetReplies.Header(context.Reply, count, hasScores);
        for (; count > 0 && !context.Reply.IsMuted; count--)
        {
            SortedSetCursor at = set.Seek(context.Random.Next(set.Count));
            SortedSetReplies.Entry(context.Reply, at.Member, at.Score, hasScores);
        }
    }

    private static void ReplyDistinct(CommandContext context, SortedSetValue set, int count, bool hasScores)
    {
        SortedSetReplies.Header(context.Reply, count, hasScores);
        foreach (int rank in Sample.Distinct(context.Random, count, set.Count))
        {
            SortedSetCursor at = set.Seek(rank);
            SortedSetReplies.Entry(context.Reply, at.Member, at.Score, hasScores);
        }
    }
}
