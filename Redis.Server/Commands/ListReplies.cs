using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Ranges of lists as replies.</summary>
internal static class ListReplies
{
    /// <summary>Redis's index ranges: negative from the end, both ends included, cut to what is there.</summary>
    public static (long Start, long Count) Clamp(long start, long end, long length)
    {
        if (start < 0)
            start = Math.Max(start + length, 0);
        if (end < 0)
            end += length;
        end = Math.Min(end, length - 1);
        return start > end ? (Math.Min(start, length), 0) : (start, end - start + 1);
    }

    /// <summary>An array of <paramref name="count"/> elements from <paramref name="at"/> on, going away from <paramref name="origin"/>.</summary>
    public static void Range(RespWriter reply, QuickListCursor at, int count, ListEnd origin)
    {
        reply.ArrayHeader(count);
        if (reply.IsMuted)
            return;
        for (; count > 0; count--)
        {
            reply.BulkString(at.Element);
            at = origin == ListEnd.Head ? at.Next() : at.Previous();
        }
    }
}
