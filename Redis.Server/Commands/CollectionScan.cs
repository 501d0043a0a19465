using System.Globalization;
using Redis.Server.Keyspace;

namespace Redis.Server.Commands;

/// <summary>What HSCAN, SSCAN and ZSCAN share: a step over a table, of about COUNT elements.</summary>
internal static class CollectionScan
{
    /// <summary>Takes one step from a cursor: appends the elements' numbers and answers the next cursor.</summary>
    internal delegate ulong Step(ulong cursor, List<int> found);

    /// <summary>Scans as far as COUNT asks, but, as Redis, no more than ten times as many buckets.</summary>
    public static List<int> Collect(in ScanOptions options, Step step, out ulong cursor)
    {
        List<int> found = [];
        long steps = options.Count > long.MaxValue / 10 ? long.MaxValue : options.Count * 10;
        cursor = options.Cursor;
        do
        {
            cursor = step(cursor, found);
        }
        while (cursor != 0 && steps-- > 0 && found.Count < options.Count);
        return found;
    }

    /// <summary>The reply's first half: an array of two, the cursor. The elements follow.</summary>
    public static void ReplyCursor(CommandContext context, ulong cursor)
    {
        context.Reply.ArrayHeader(2);
        context.Reply.BulkString(cursor.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The reply for a key that is absent.</summary>
    public static void ReplyEmpty(CommandContext context)
    {
        ReplyCursor(context, 0);
        context.Reply.EmptyArray();
    }
}
