using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>HRANDFIELD and HSCAN: some fields of a hash.</summary>
internal static class HashIteration
{
    public static void HRandField(CommandContext context, CommandArgs args)
    {
        if (args.Count == 2)
        {
            if (!HashAccess.TryRead(context, args[1], out HashValue? whole))
                return;
            if (whole == null)
                context.Reply.Null();
            else
                context.Reply.BulkString(RandomField(context, whole).Name);
            return;
        }
        if (!TryCount(context, args, "withvalues"u8, out long count, out bool hasValues)
            || !HashAccess.TryRead(context, args[1], out HashValue? hash))
            return;
        if (hash == null || count == 0)
            context.Reply.EmptyArray();
        else if (count < 0)
            ReplyWithRepeats(context, hash, -count, hasValues);
        else
            ReplyDistinct(context, hash, count, hasValues);
    }

    public static void HScan(CommandContext context, CommandArgs args)
    {
        if (!ScanOptions.TryParseCursor(context, args[2], out ulong cursor)
            || !HashAccess.TryRead(context, args[1], out HashValue? hash))
            return;
        if (hash == null)
        {
            CollectionScan.ReplyEmpty(context);
            return;
        }
        if (!ScanOptions.TryParseOptions(context, args, 3, allowType: false, cursor, out ScanOptions options))
            return;
        if (hash.Packed != null)
            ScanPacked(context, hash, options);
        else
            ScanTable(context, hash, options);
    }

    /// <summary>"count [WITHVALUES]", of ZRANDMEMBER "count [WITHSCORES]"; false after an error reply.</summary>
    public static bool TryCount(CommandContext context, CommandArgs args, ReadOnlySpan<byte> with, out long count, out bool isWith)
    {
        isWith = args.Count == 4 && args.Is(3, with);
        if (!context.TryInteger(args[2], out count))
            return false;
        if (count == long.MinValue)
        {
            context.Reply.Error("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"u8);
            return false;
        }
        if (args.Count > 4 || (args.Count == 4 && !isWith))
        {
            context.Reply.Error(Errors.Syntax);
            return false;
        }
        if (isWith && count is < -long.MaxValue / 2 or > long.MaxValue / 2)
        {
            context.Reply.Error(Errors.OutOfRange);
            return false;
        }
        return true;
    }

    private static void ReplyWithRepeats(CommandContext context, HashValue hash, long count, bool hasValues)
    {
        ReplyHeader(context.Reply, count, hasValues);
        if (context.Reply.IsMuted)
            return;
        for (; count > 0; count--)
            ReplyField(context.Reply, RandomField(context, hash), hasValues);
    }

    private static void ReplyDistinct(CommandContext context, HashValue hash, long count, bool hasValues)
    {
        int size = hash.CountAt(context.Now);
        ReplyHeader(context.Reply, Math.Min(count, size), hasValues);
        if (count >= size)
        {
            for (HashCursor at = hash.Walk(context.Now); at.MoveNext();)
                ReplyField(context.Reply, new HashField(at.Field, at.Value), hasValues);
            return;
        }
        IReadOnlySet<int> picked = Sample.Distinct(context.Random, (int)count, size);
        if (hash.Packed == null && hash.Expiry == null)
        {
            foreach (int index in picked)
                ReplyField(context.Reply, hash.FieldAt(index), hasValues);
            return;
        }
        HashCursor next = hash.Walk(context.Now);
        for (int index = 0; next.MoveNext(); index++)
        {
            if (picked.Contains(index))
                ReplyField(context.Reply, new HashField(next.Field, next.Value), hasValues);
        }
    }

    private static HashField RandomField(CommandContext context, HashValue hash)
    {
        // Due fields are absent; when nearly all are due, the first live one has to do.
        const int MaxTries = 100;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (int tries = 0; tries < MaxTries; tries++)
        {
            HashField field = hash.FieldAt(context.Random.Next(hash.Count));
            if (!hash.IsDue(field.Name.AsText(scratch), context.Now))
                return field;
        }
        HashCursor at = hash.Walk(context.Now);
        at.MoveNext();
        return new HashField(at.Field, at.Value);
    }

    /// <summary>A small hash comes whole, whatever COUNT says.</summary>
    private static void ScanPacked(CommandContext context, HashValue hash, ScanOptions options)
    {
        CollectionScan.ReplyCursor(context, 0);
        int place = context.Reply.BeginDeferred();
        int count = 0;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (HashCursor at = hash.Walk(context.Now); at.MoveNext();)
        {
            ReadOnlySpan<byte> name = at.Field.AsText(scratch);
            if (!options.Matches(name))
                continue;
            context.Reply.BulkString(name);
            context.Reply.BulkString(at.Value);
            count += 2;
        }
        context.Reply.EndDeferred(place, '*', count);
    }

    private static void ScanTable(CommandContext context, HashValue hash, ScanOptions options)
    {
        List<int> found = CollectionScan.Collect(options, hash.Scan, out ulong cursor);
        CollectionScan.ReplyCursor(context, cursor);
        int place = context.Reply.BeginDeferred();
        int count = 0;
        foreach (int index in found)
        {
            HashField pair = hash.FieldAt(index);
            if (!options.Matches(pair.Name.Text) || hash.IsDue(pair.Name.Text, context.Now))
                continue;
            context.Reply.BulkString(pair.Name);
            context.Reply.BulkString(pair.Value);
            count += 2;
        }
        context.Reply.EndDeferred(place, '*', count);
    }

    private static void ReplyHeader(RespWriter reply, long count, bool hasValues) =>
        reply.ArrayHeader((int)Math.Min(hasValues && reply.Version == 2 ? count * 2 : count, int.MaxValue));

    private static void ReplyField(RespWriter reply, HashField field, bool hasValue)
    {
        if (hasValue && reply.Version == 3)
            reply.ArrayHeader(2);
        reply.BulkString(field.Name);
        if (hasValue)
            reply.BulkString(field.Value);
    }
}
