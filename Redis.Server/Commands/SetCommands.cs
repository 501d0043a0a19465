using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>SADD, SMEMBERS and their kin: https://redis.io/docs/latest/commands/?group=set</summary>
internal static class SetCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("sadd", -3, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.Fast, AclCategories.Set, SAdd,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("srem", -3, CommandFlags.Write | CommandFlags.Fast, AclCategories.Set, SRem,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Delete)),
        new("sismember", 3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Set, SIsMember,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("smismember", -3, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Set, SMIsMember,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("scard", 2, CommandFlags.ReadOnly | CommandFlags.Fast, AclCategories.Set, SCard,
            Keys.At(1, KeyFlags.ReadOnly)),
        new("smembers", 2, CommandFlags.ReadOnly, AclCategories.Set, SMembers,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("spop", -2, CommandFlags.Write | CommandFlags.Fast, AclCategories.Set, SetRandom.SPop,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete)),
        new("srandmember", -2, CommandFlags.ReadOnly, AclCategories.Set, SetRandom.SRandMember,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("smove", 4, CommandFlags.Write | CommandFlags.Fast, AclCategories.Set, SMove,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Delete), Keys.At(2, KeyFlags.ReadWrite | KeyFlags.Insert)),
        new("sinter", -2, CommandFlags.ReadOnly, AclCategories.Set, SetAlgebra.SInter,
            Keys.Range(1, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("sinterstore", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Set, SetAlgebra.SInterStore,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update), Keys.Range(2, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("sintercard", -3, CommandFlags.ReadOnly | CommandFlags.MovableKeys, AclCategories.Set, SetAlgebra.SInterCard,
            Keys.Counted(1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("sunion", -2, CommandFlags.ReadOnly, AclCategories.Set, SetAlgebra.SUnion,
            Keys.Range(1, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("sunionstore", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Set, SetAlgebra.SUnionStore,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update), Keys.Range(2, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("sdiff", -2, CommandFlags.ReadOnly, AclCategories.Set, SetAlgebra.SDiff,
            Keys.Range(1, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("sdiffstore", -3, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Set, SetAlgebra.SDiffStore,
            Keys.At(1, KeyFlags.Overwrite | KeyFlags.Update), Keys.Range(2, -1, KeyFlags.ReadOnly | KeyFlags.Access)),
        new("sscan", -3, CommandFlags.ReadOnly, AclCategories.Set, SScan,
            Keys.At(1, KeyFlags.ReadOnly | KeyFlags.Access)),
    ];

    /// <summary>After members went: says so, and removes the key when none are left.</summary>
    public static void Removed(CommandContext context, ReadOnlySpan<byte> key, SetValue set, ReadOnlySpan<byte> name)
    {
        context.Keyspace.Notify(EventClass.Set, name, key);
        if (set.Count == 0)
        {
            context.Keyspace.Remove(key);
            context.Keyspace.Notify(EventClass.Generic, "del"u8, key);
        }
        context.Keyspace.Modified(key);
    }

    /// <summary>Replies with all members.</summary>
    public static void ReplyAll(RespWriter reply, SetValue? set)
    {
        int count = set?.Count ?? 0;
        reply.SetHeader(count);
        for (int index = 0; index < count; index++)
            reply.BulkString(set![index]);
    }

    private static void SAdd(CommandContext context, CommandArgs args)
    {
        if (!context.TryWrite(args[1], out SetValue? set))
            return;
        if (set == null)
        {
            set = SetValue.CreateFor(args[2]);
            context.Keyspace.Set(args[1], new RedisValue(set));
        }
        int added = 0;
        for (int index = 2; index < args.Count; index++)
            added += set.Add(args[index], context.Options) ? 1 : 0;
        if (added > 0)
            context.Keyspace.Modified(args[1], EventClass.Set, "sadd"u8);
        context.Reply.Integer(added);
    }

    private static void SRem(CommandContext context, CommandArgs args)
    {
        if (!context.TryWrite(args[1], out SetValue? set))
            return;
        int removed = 0;
        for (int index = 2; index < args.Count && set is { Count: > 0 }; index++)
            removed += set.Remove(args[index]) ? 1 : 0;
        if (removed > 0)
            Removed(context, args[1], set!, "srem"u8);
        context.Reply.Integer(removed);
    }

    private static void SMove(CommandContext context, CommandArgs args)
    {
        RedisValue from = context.Keyspace.FindForWrite(args[1]);
        RedisValue to = context.Keyspace.FindForWrite(args[2]);
        if (from.IsNone)
        {
            context.Reply.Integer(0);
            return;
        }
        if (from.Object is not SetValue source || (!to.IsNone && to.Object is not SetValue))
        {
            context.Reply.Error(Errors.WrongType);
            return;
        }
        if (ReferenceEquals(source, to.Object))
        {
            context.Reply.Integer(source.Contains(args[3]));
            return;
        }
        if (!source.Remove(args[3]))
        {
            context.Reply.Integer(0);
            return;
        }
        Removed(context, args[1], source, "srem"u8);
        if (to.Object is not SetValue target)
        {
            target = SetValue.CreateFor(args[3]);
            context.Keyspace.Set(args[2], new RedisValue(target));
        }
        if (target.Add(args[3], context.Options))
            context.Keyspace.Modified(args[2], EventClass.Set, "sadd"u8);
        context.Reply.Integer(1);
    }

    private static void SIsMember(CommandContext context, CommandArgs args)
    {
        if (context.TryRead(args[1], out SetValue? set))
            context.Reply.Integer(set != null && set.Contains(args[2]));
    }

    private static void SMIsMember(CommandContext context, CommandArgs args)
    {
        if (!context.TryRead(args[1], out SetValue? set))
            return;
        context.Reply.ArrayHeader(args.Count - 2);
        for (int index = 2; index < args.Count; index++)
            context.Reply.Integer(set != null && set.Contains(args[index]));
    }

    private static void SCard(CommandContext context, CommandArgs args)
    {
        if (context.TryRead(args[1], out SetValue? set))
            context.Reply.Integer(set?.Count ?? 0);
    }

    private static void SMembers(CommandContext context, CommandArgs args)
    {
        if (context.TryRead(args[1], out SetValue? set))
            ReplyAll(context.Reply, set);
    }

    private static void SScan(CommandContext context, CommandArgs args)
    {
        if (!ScanOptions.TryParseCursor(context, args[2], out ulong cursor) || !context.TryRead(args[1], out SetValue? set))
            return;
        if (set == null)
        {
            CollectionScan.ReplyEmpty(context);
            return;
        }
        if (!ScanOptions.TryParseOptions(context, args, 3, allowType: false, cursor, out ScanOptions options))
            return;
        List<int> found = CollectionScan.Collect(options, set.Scan, out cursor);
        CollectionScan.ReplyCursor(context, cursor);
        int place = context.Reply.BeginDeferred();
        int count = 0;
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        foreach (int index in found)
        {
            ReadOnlySpan<byte> member = set[index].AsText(scratch);
            if (!options.Matches(member))
                continue;
            context.Reply.BulkString(member);
            count++;
        }
        context.Reply.EndDeferred(place, '*', count);
    }
}
