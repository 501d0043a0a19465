using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>ZADD, ZRANGE and their kin: https://redis.io/docs/latest/commands/?group=sorted-set</summary>
internal static class SortedSetCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("zadd", -4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.SortedSet, SortedSetAdd.ZAdd,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("zincrby", 4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.SortedSet, SortedSetAdd.ZIncrBy,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update)),
        new("zrem", -3, CommandFlags.Write | CommandFlags.Fast, AclCategories.SortedSet, ZRem,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("zcard", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.SortedSet, ZCard,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("zscore", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.SortedSet, ZScore,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zmscore", -3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.SortedSet, ZMScore,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrank", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.SortedSet, ZRank,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrevrank", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.SortedSet, ZRevRank,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zcount", 4, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.SortedSet, SortedSetRanges.ZCount,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zlexcount", 4, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.SortedSet, SortedSetRanges.ZLexCount,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrange", -4, CommandFlags.ReadOnly, AclCategories.SortedSet, SortedSetRanges.ZRange,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrangestore", -5, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.SortedSet, SortedSetRanges.ZRangeStore,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update), Keys.At(2, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrevrange", -4, CommandFlags.ReadOnly, AclCategories.SortedSet, SortedSetRanges.ZRevRange,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrangebyscore", -4, CommandFlags.ReadOnly, AclCategories.SortedSet, SortedSetRanges.ZRangeByScore,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrevrangebyscore", -4, CommandFlags.ReadOnly, AclCategories.SortedSet, SortedSetRanges.ZRevRangeByScore,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrangebylex", -4, CommandFlags.ReadOnly, AclCategories.SortedSet, SortedSetRanges.ZRangeByLex,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrevrangebylex", -4, CommandFlags.ReadOnly, AclCategories.SortedSet, SortedSetRanges.ZRevRangeByLex,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zremrangebyrank", 4, CommandFlags.Write, AclCategories.SortedSet, SortedSetRanges.ZRemRangeByRank,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("zremrangebyscore", 4, CommandFlags.Write, AclCategories.SortedSet, SortedSetRanges.ZRemRangeByScore,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("zremrangebylex", 4, CommandFlags.Write, AclCategories.SortedSet, SortedSetRanges.ZRemRangeByLex,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("zpopmin", -2, CommandFlags.Write | CommandFlags.Fast, AclCategories.SortedSet, SortedSetPops.ZPopMin,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
        new("zpopmax", -2, CommandFlags.Write | CommandFlags.Fast, AclCategories.SortedSet, SortedSetPops.ZPopMax,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
        new("zmpop", -4, CommandFlags.Write | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetPops.ZMPop,
            Keys.Counted(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
        new("zunion", -3, CommandFlags.ReadOnly | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetAlgebra.ZUnion,
            Keys.Counted(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zunionstore", -4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetAlgebra.ZUnionStore,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update), Keys.Counted(2, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zinter", -3, CommandFlags.ReadOnly | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetAlgebra.ZInter,
            Keys.Counted(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zinterstore", -4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetAlgebra.ZInterStore,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update), Keys.Counted(2, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zintercard", -3, CommandFlags.ReadOnly | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetAlgebra.ZInterCard,
            Keys.Counted(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zdiff", -3, CommandFlags.ReadOnly | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetAlgebra.ZDiff,
            Keys.Counted(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zdiffstore", -4, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.MovableKeys, AclCategories.SortedSet, SortedSetAlgebra.ZDiffStore,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update), Keys.Counted(2, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zrandmember", -2, CommandFlags.ReadOnly, AclCategories.SortedSet, SortedSetRandom.ZRandMember,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("zscan", -3, CommandFlags.ReadOnly, AclCategories.SortedSet, ZScan,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
    ];

    /// <summary>After members went: says so, and removes the key when none are left.</summary>
    public static void Removed(CommandContext context, ReadOnlySpan<byte> key, SortedSetValue set, ReadOnlySpan<byte> name)
    {
        context.Keyspace.Notify(EventClass.SortedSet, name, key);
        if (set.Count == 0)
        {
            context.Keyspace.Remove(key);
            context.Keyspace.Notify(EventClass.Generic, "del"u8, key);
        }
        context.Keyspace.Modified(key);
    }

    private static void ZRem(CommandContext context, CommandArgs args)
    {
        if (!context.TryWrite(args[1], out SortedSetValue? set))
            return;
        int removed = 0;
        for (int index = 2; index < args.Count && set is { Count: > 0 }; index++)
            removed += set.Remove(args[index]) ? 1 : 0;
        if (removed > 0)
            Removed(context, args[1], set!, "zrem"u8);
        context.Reply.Integer(removed);
    }

    private static void ZCard(CommandContext context, CommandArgs args)
    {
        if (context.TryRead(args[1], out SortedSetValue? set))
            context.Reply.Integer(set?.Count ?? 0);
    }

    private static void ZScore(CommandContext context, CommandArgs args)
    {
        if (context.TryRead(args[1], out SortedSetValue? set))
            ReplyScore(context, set, args[2]);
    }

    private static void ZMScore(CommandContext context, CommandArgs args)
    {
        if (!context.TryRead(args[1], out SortedSetValue? set))
            return;
        context.Reply.ArrayHeader(args.Count - 2);
        for (int index = 2; index < args.Count; index++)
            ReplyScore(context, set, args[index]);
    }

    private static void ZRank(CommandContext context, CommandArgs args) => ReplyRank(context, args, isReverse: false);

    private static void ZRevRank(CommandContext context, CommandArgs args) => ReplyRank(context, args, isReverse: true);

    private static void ReplyScore(CommandContext context, SortedSetValue? set, ReadOnlySpan<byte> member)
    {
        if (set != null && set.TryGetScore(member, out double score))
            context.Reply.Double(score);
        else
            context.Reply.Null();
    }

    private static void ReplyRank(CommandContext context, CommandArgs args, bool isReverse)
    {
        if (!context.TryRead(args[1], out SortedSetValue? set))
            return;
        int rank = set?.RankOf(args[2]) ?? -1;
        if (rank < 0)
            context.Reply.Null();
        else
            context.Reply.Integer(isReverse ? set!.Count - 1 - rank : rank);
    }

    private static void ZScan(CommandContext context, CommandArgs args)
    {
        if (!ScanOptions.TryParseCursor(context, args[2], out ulong cursor) || !context.TryRead(args[1], out SortedSetValue? set))
            return;
        if (set == null)
        {
            CollectionScan.ReplyEmpty(context);
            return;
        }
        if (!ScanOptions.TryParseOptions(context, args, 3, allowType: false, cursor, out ScanOptions options))
            return;
        if (set.Packed is { } pack)
            ScanPacked(context, pack, options);
        else
            ScanTable(context, set.Table!.Members, options);
    }

    /// <summary>A small set comes whole, whatever COUNT says; its scores as they are stored.</summary>
    private static void ScanPacked(CommandContext context, ListPack pack, ScanOptions options)
    {
        CollectionScan.ReplyCursor(context, 0);
        int place = context.Reply.BeginDeferred();
        int count = 0;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (int at = pack.First; at != ListPack.None; at = pack.Next(at))
        {
            ReadOnlySpan<byte> member = pack[at].AsText(scratch);
            at = pack.Next(at);
            if (!options.Matches(member))
                continue;
            context.Reply.BulkString(member);
            context.Reply.BulkString(pack[at]);
            count += 2;
        }
        context.Reply.EndDeferred(place, '*', count);
    }

    private static void ScanTable(CommandContext context, Dict<double> members, ScanOptions options)
    {
        List<int> found = CollectionScan.Collect(options, members.Scan, out ulong cursor);
        CollectionScan.ReplyCursor(context, cursor);
        int place = context.Reply.BeginDeferred();
        int count = 0;
        foreach (int index in found)
        {
            if (!options.Matches(members.KeyAt(index)))
                continue;
            context.Reply.BulkString(members.KeyAt(index));
            context.Reply.BulkDouble(members.ValueAt(index));
            count += 2;
        }
        context.Reply.EndDeferred(place, '*', count);
    }
}
