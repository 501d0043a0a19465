using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Members with and without scores as replies: with scores a flat array in RESP2, an array of pairs in RESP3.</summary>
internal static class SortedSetReplies
{
    public static void Header(RespWriter reply, long count, bool hasScores) =>
        reply.ArrayHeader((int)Math.Min(hasScores && reply.Version == 2 ? count * 2 : count, int.MaxValue));

    public static void Entry(RespWriter reply, PackedElement member, double score, bool hasScore)
    {
        if (hasScore && reply.Version == 3)
            reply.ArrayHeader(2);
        reply.BulkString(member);
        if (hasScore)
            reply.Double(score);
    }

    /// <summary>An array of the entries of a range, from its last to its first when <paramref name="isReverse"/>.</summary>
    public static void Range(RespWriter reply, SortedSetValue? set, RankRange range, bool isReverse, bool hasScores)
    {
        Header(reply, range.Count, hasScores);
        if (range.Count == 0 || reply.IsMuted)
            return;
        SortedSetCursor at = set!.Seek(isReverse ? range.Last : range.First);
        for (int left = range.Count; left > 0; left--)
        {
            Entry(reply, at.Member, at.Score, hasScores);
            if (isReverse)
                at.MovePrevious();
            else
                at.MoveNext();
        }
    }
}
