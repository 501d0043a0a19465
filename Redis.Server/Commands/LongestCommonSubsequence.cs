using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>LCS: https://redis.io/docs/latest/commands/lcs/, by the table of all prefixes' lengths.</summary>
internal static class LongestCommonSubsequence
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("lcs", -3, CommandFlags.ReadOnly, AclCategories.String, Run, Keys.Range(1, 1, KeyFlags.ReadOnly | KeyFlags.Access)),
    ];

    private static void Run(CommandContext context, CommandArgs args)
    {
        RedisValue first = context.Keyspace.Find(args[1]), second = context.Keyspace.Find(args[2]);
        if ((!first.IsNone && !first.IsString) || (!second.IsNone && !second.IsString))
        {
            context.Reply.Error("ERR The specified keys must contain string values"u8);
            return;
        }

        if (!TryOptions(context, args, out Options options))
            return;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength], otherScratch = stackalloc byte[Numbers.MaxIntegerLength];
        ReadOnlySpan<byte> a = first.IsNone ? default : first.AsSpan(scratch), b = second.IsNone ? default : second.AsSpan(otherScratch);
        long cells = (a.Length + 1L) * (b.Length + 1L);
        if (cells * sizeof(uint) > context.Options.ProtoMaxBulkLen)
        {
            context.Reply.Error("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len"u8);
            return;
        }

        uint[] table = Fill(a, b, (int)cells);
        if (options.WantsRanges)
            ReplyRanges(context.Reply, a, b, table, options);
        else if (options.WantsLength)
            context.Reply.Integer(table[^1]);
        else
            ReplyText(context.Reply, a, b, table);
    }

    private static bool TryOptions(CommandContext context, CommandArgs args, out Options options)
    {
        options = default;
        for (int i = 3; i < args.Count; i++)
        {
            if (args.Is(i, "idx"u8))
            {
                options.WantsRanges = true;
            }
            else if (args.Is(i, "len"u8))
            {
                options.WantsLength = true;
            }
            else if (args.Is(i, "withmatchlen"u8))
            {
                options.WithLengths = true;
            }
            else if (args.Is(i, "minmatchlen"u8) && i + 1 < args.Count)
            {
                if (!context.TryInteger(args[++i], out options.ShortestRange))
                    return false;
            }
            else
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
        }

        if (!options.WantsRanges || !options.WantsLength)
            return true;
        context.Reply.Error("ERR If you want both the length and indexes, please just use IDX."u8);
        return false;
    }

    /// <summary>For each pair of prefixes the length of what they have in common; a row for each prefix of <paramref name="a"/>.</summary>
    private static uint[] Fill(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int cells)
    {
        uint[] table = new uint[cells];
        int width = b.Length + 1;
        for (int i = 1; i <= a.Length; i++)
        {
            Span<uint> above = table.AsSpan((i - 1) * width, width), row = table.AsSpan(i * width, width);
            for (int j = 1; j < width; j++)
                row[j] = a[i - 1] == b[j - 1] ? above[j - 1] + 1 : Math.Max(above[j], row[j - 1]);
        }

        return table;
    }

    /// <summary>One step back towards the beginnings; true when it was over a byte that both have.</summary>
    private static bool StepBack(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, uint[] table, ref int i, ref int j)
    {
        if (a[i - 1] == b[j - 1])
        {
            i--;
            j--;
            return true;
        }

        int width = b.Length + 1;
        if (table[(i - 1) * width + j] > table[i * width + j - 1])
            i--;
        else
            j--;
        return false;
    }

    private static void ReplyText(RespWriter reply, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, uint[] table)
    {
        byte[] text = new byte[table[^1]];
        int at = text.Length;
        for (int i = a.Length, j = b.Length; i > 0 && j > 0;)
        {
            if (StepBack(a, b, table, ref i, ref j))
                text[--at] = a[i];
        }

        reply.BulkString(text);
    }

    /// <summary>The ranges of bytes that follow each other in both, last ones first.</summary>
    private static void ReplyRanges(RespWriter reply, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, uint[] table, in Options options)
    {
        reply.MapHeader(2);
        reply.BulkString("matches"u8);
        int place = reply.BeginDeferred();
        int count = 0, length = 0, startA = 0, startB = 0;
        for (int i = a.Length, j = b.Length; i > 0 && j > 0;)
        {
            bool isMatch = StepBack(a, b, table, ref i, ref j);
            if (isMatch)
            {
                length++;
                (startA, startB) = (i, j);
            }

            // A step aside ends the range that the steps before it made; so does the beginning of a string.
            if (length == 0 || (isMatch && i > 0 && j > 0))
                continue;
            if (length >= options.ShortestRange)
            {
                WriteRange(reply, startA, startB, length, options.WithLengths);
                count++;
            }

            length = 0;
        }

        reply.EndDeferred(place, '*', count);
        reply.BulkString("len"u8);
        reply.Integer(table[^1]);
    }

    private static void WriteRange(RespWriter reply, int startA, int startB, int length, bool withLength)
    {
        reply.ArrayHeader(withLength ? 3 : 2);
        reply.ArrayHeader(2);
        reply.Integer(startA);
        reply.Integer(startA + length - 1);
        reply.ArrayHeader(2);
        reply.Integer(startB);
        reply.Integer(startB + length - 1);
        if (withLength)
            reply.Integer(length);
    }

    private struct Options
    {
        public bool WantsRanges;
        public bool WantsLength;
        public bool WithLengths;
        public long ShortestRange;
    }
}
