using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>SINTER, SUNION, SDIFF, and the forms that store or count the result.</summary>
internal static class SetAlgebra
{
    public static void SInter(CommandContext context, CommandArgs args)
    {
        if (TryReadAll(context, args, 1, args.Count - 1, out SetValue?[] sets))
            ReplyIntersection(context.Reply, sets);
    }

    public static void SInterStore(CommandContext context, CommandArgs args)
    {
        if (TryReadAll(context, args, 2, args.Count - 2, out SetValue?[] sets))
            Store(context, args[1], Intersect(sets, context.Options), "sinterstore"u8);
    }

    public static void SInterCard(CommandContext context, CommandArgs args)
    {
        if (!context.TryInteger(args[1], 1, long.MaxValue, out long keys, "ERR numkeys should be greater than 0"u8))
            return;
        if (keys > args.Count - 2)
        {
            context.Reply.Error("ERR Number of keys can't be greater than number of args"u8);
            return;
        }
        if (!TryLimit(context, args, 2 + (int)keys, out long limit) || !TryReadAll(context, args, 2, (int)keys, out SetValue?[] sets))
            return;
        IntersectionCursor at = new(sets);
        long count = 0;
        while (count < limit && at.MoveNext())
            count++;
        context.Reply.Integer(count);
    }

    public static void SUnion(CommandContext context, CommandArgs args)
    {
        if (TryReadAll(context, args, 1, args.Count - 1, out SetValue?[] sets))
            SetCommands.ReplyAll(context.Reply, Unite(sets, context.Options));
    }

    public static void SUnionStore(CommandContext context, CommandArgs args)
    {
        if (TryReadAll(context, args, 2, args.Count - 2, out SetValue?[] sets))
            Store(context, args[1], Unite(sets, context.Options), "sunionstore"u8);
    }

    public static void SDiff(CommandContext context, CommandArgs args)
    {
        if (TryReadAll(context, args, 1, args.Count - 1, out SetValue?[] sets))
            SetCommands.ReplyAll(context.Reply, Subtract(sets, context.Options));
    }

    public static void SDiffStore(CommandContext context, CommandArgs args)
    {
        if (TryReadAll(context, args, 2, args.Count - 2, out SetValue?[] sets))
            Store(context, args[1], Subtract(sets, context.Options), "sdiffstore"u8);
    }

    /// <summary>"[LIMIT n]" from argument <paramref name="at"/> on; no limit is long.MaxValue. False after an error reply.</summary>
    public static bool TryLimit(CommandContext context, CommandArgs args, int at, out long limit)
    {
        limit = 0;
        for (int index = at; index < args.Count; index += 2)
        {
            if (!args.Is(index, "limit"u8) || index + 1 == args.Count)
            {
                context.Reply.Error(Errors.Syntax);
                return false;
            }
            if (!context.TryInteger(args[index + 1], 0, long.MaxValue, out limit, "ERR LIMIT can't be negative"u8))
                return false;
        }
        if (limit == 0)
            limit = long.MaxValue;
        return true;
    }

    private static bool TryReadAll(CommandContext context, CommandArgs args, int first, int count, out SetValue?[] sets)
    {
        sets = new SetValue?[count];
        for (int index = 0; index < count; index++)
        {
            if (!context.TryRead(args[first + index], out sets[index]))
                return false;
        }
        return true;
    }

    private static void Store(CommandContext context, ReadOnlySpan<byte> key, SetValue result, ReadOnlySpan<byte> name)
    {
        if (result.Count > 0)
        {
            context.Keyspace.Set(key, new RedisValue(result));
            context.Keyspace.Modified(key, EventClass.Set, name);
        }
        else if (context.Keyspace.Remove(key))
        {
            context.Keyspace.Modified(key, EventClass.Generic, "del"u8);
        }
        context.Reply.Integer(result.Count);
    }

    private static void ReplyIntersection(RespWriter reply, SetValue?[] sets)
    {
        int place = reply.BeginDeferred();
        int count = 0;
        for (IntersectionCursor at = new(sets); at.MoveNext(); count++)
            reply.BulkString(at.Member);
        reply.EndDeferred(place, '~', count);
    }

    private static SetValue Intersect(SetValue?[] sets, DataOptions options)
    {
        SetValue result = SetValue.CreateIntegers();
        for (IntersectionCursor at = new(sets); at.MoveNext();)
            result.Add(at.Member, options);
        return result;
    }

    private static SetValue Unite(SetValue?[] sets, DataOptions options)
    {
        SetValue result = SetValue.CreateIntegers();
        foreach (SetValue? set in sets)
        {
            for (int index = 0; index < set?.Count; index++)
                result.Add(set[index], options);
        }
        return result;
    }

    private static SetValue Subtract(SetValue?[] sets, DataOptions options)
    {
        SetValue result = SetValue.CreateIntegers();
        if (sets[0] is not { } first || Array.IndexOf(sets, first, 1) > 0)
            return result;
        long total = 0;
        int present = 0;
        foreach (SetValue? set in sets)
        {
            total += set?.Count ?? 0;
            present += set == null ? 0 : 1;
        }
        // As Redis: look every member up in every set, or copy the first and take the others away, whichever is less work.
        if ((long)first.Count * present / 2 <= total)
        {
            Array.Sort(sets, 1, sets.Length - 1, Comparer<SetValue?>.Create((a, b) => (b?.Count ?? 0).CompareTo(a?.Count ?? 0)));
            for (int index = 0; index < first.Count; index++)
            {
                if (!IsInAny(sets, first[index]))
                    result.Add(first[index], options);
            }
            return result;
        }
        for (int index = 0; index < first.Count; index++)
            result.Add(first[index], options);
        for (int other = 1; other < sets.Length && result.Count > 0; other++)
        {
            for (int index = 0; index < sets[other]?.Count; index++)
                result.Remove(sets[other]![index]);
        }
        return result;
    }

    private static bool IsInAny(SetValue?[] sets, PackedElement member)
    {
        for (int other = 1; other < sets.Length; other++)
        {
            if (sets[other] is { } set && set.Contains(member))
                return true;
        }
        return false;
    }

    /// <summary>Walks the members of the smallest set that all others have.</summary>
    private ref struct IntersectionCursor
    {
        private readonly SetValue?[] _sets;
        private readonly int _count;
        private int _index = -1;

        public IntersectionCursor(SetValue?[] sets)
        {
            _sets = sets;
            int smallest = 0;
            for (int index = 1; index < sets.Length; index++)
            {
                if ((sets[index]?.Count ?? 0) < (sets[smallest]?.Count ?? 0))
                    smallest = index;
            }
            (sets[0], sets[smallest]) = (sets[smallest], sets[0]);
            _count = sets[0]?.Count ?? 0;
        }

        public readonly PackedElement Member => _sets[0]![_index];

        public bool MoveNext()
        {
            while (++_index < _count)
            {
                if (IsInAll())
                    return true;
            }
            return false;
        }

        private readonly bool IsInAll()
        {
            PackedElement member = Member;
            for (int other = 1; other < _sets.Length; other++)
            {
                if (!ReferenceEquals(_sets[other], _sets[0]) && !_sets[other]!.Contains(member))
                    return false;
            }
            return true;
        }
    }
}
