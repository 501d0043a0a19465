using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>ZADD and ZINCRBY.</summary>
internal static class SortedSetAdd
{
    [Flags]
    private enum Options
    {
        None = 0,
        OnlyNew = 1,
        OnlyExisting = 2,
        OnlyGreater = 4,
        OnlyLess = 8,
        CountChanged = 16,
        Increment = 32,
    }

    private enum Outcome
    {
        Nothing,
        Unchanged,
        Updated,
        Added,
        NotANumber,
    }

    public static void ZAdd(CommandContext context, CommandArgs args) => Add(context, args, Options.None);

    public static void ZIncrBy(CommandContext context, CommandArgs args) => Add(context, args, Options.Increment);

    private static void Add(CommandContext context, CommandArgs args, Options options)
    {
        int first = 2;
        while (first < args.Count && TryOption(args, first, ref options))
            first++;
        if (!AreValid(context, options, args.Count - first) || !AreScores(context, args, first)
            || !context.TryWrite(args[1], out SortedSetValue? set))
            return;
        if (set == null)
        {
            if (options.HasFlag(Options.OnlyExisting))
            {
                ReplyNothing(context, options);
                return;
            }
            set = SortedSetValue.Create(context.Options, 1, args[first + 1].Length);
            context.Keyspace.Set(args[1], new RedisValue(set));
        }
        AddAll(context, args, first, options, set);
    }

    private static void AddAll(CommandContext context, CommandArgs args, int first, Options options, SortedSetValue set)
    {
        int added = 0, updated = 0;
        double score = 0;
        Outcome outcome = Outcome.Nothing;
        for (int index = first; index < args.Count && outcome != Outcome.NotANumber; index += 2)
        {
            _ = Numbers.TryParseDouble(args[index], out score);
            outcome = AddOne(context, set, args[index + 1], ref score, options);
            added += outcome == Outcome.Added ? 1 : 0;
            updated += outcome == Outcome.Updated ? 1 : 0;
        }
        if (outcome == Outcome.NotANumber)
            context.Reply.Error("ERR resulting score is not a number (NaN)"u8);
        else if (!options.HasFlag(Options.Increment))
            context.Reply.Integer(options.HasFlag(Options.CountChanged) ? added + updated : added);
        else if (outcome == Outcome.Nothing)
            context.Reply.Null();
        else
            context.Reply.Double(score);
        if (added + updated > 0)
            context.Keyspace.Modified(args[1], EventClass.SortedSet, options.HasFlag(Options.Increment) ? "zincr"u8 : "zadd"u8);
    }

    private static Outcome AddOne(CommandContext context, SortedSetValue set, ReadOnlySpan<byte> member, ref double score, Options options)
    {
        if (!set.TryGetScore(member, out double current))
        {
            if (options.HasFlag(Options.OnlyExisting))
                return Outcome.Nothing;
            set.Set(member, score, context.Options);
            return Outcome.Added;
        }
        if (options.HasFlag(Options.OnlyNew))
            return Outcome.Nothing;
        if (options.HasFlag(Options.Increment))
            score += current;
        if (double.IsNaN(score))
            return Outcome.NotANumber;
        if ((options.HasFlag(Options.OnlyLess) && score >= current) || (options.HasFlag(Options.OnlyGreater) && score <= current))
            return Outcome.Nothing;
        if (score == current)
            return Outcome.Unchanged;
        set.Set(member, score, context.Options);
        return Outcome.Updated;
    }

    private static bool TryOption(CommandArgs args, int index, ref Options options)
    {
        Options option = args.Is(index, "nx"u8) ? Options.OnlyNew
            : args.Is(index, "xx"u8) ? Options.OnlyExisting
            : args.Is(index, "ch"u8) ? Options.CountChanged
            : args.Is(index, "incr"u8) ? Options.Increment
            : args.Is(index, "gt"u8) ? Options.OnlyGreater
            : args.Is(index, "lt"u8) ? Options.OnlyLess
            : Options.None;
        options |= option;
        return option != Options.None;
    }

    private static bool AreValid(CommandContext context, Options options, int arguments)
    {
        const Options Either = Options.OnlyNew | Options.OnlyExisting;
        Options bounds = options & (Options.OnlyNew | Options.OnlyGreater | Options.OnlyLess);
        ReadOnlySpan<byte> error = default;
        if (arguments % 2 != 0 || arguments == 0)
            error = Errors.Syntax;
        else if ((options & Either) == Either)
            error = "ERR XX and NX options at the same time are not compatible"u8;
        else if (int.PopCount((int)bounds) > 1)
            error = "ERR GT, LT, and/or NX options at the same time are not compatible"u8;
        else if (options.HasFlag(Options.Increment) && arguments > 2)
            error = "ERR INCR option supports a single increment-element pair"u8;
        if (error.IsEmpty)
            return true;
        context.Reply.Error(error);
        return false;
    }

    /// <summary>All scores are checked before any is used.</summary>
    private static bool AreScores(CommandContext context, CommandArgs args, int first)
    {
        for (int index = first; index < args.Count; index += 2)
        {
            if (!context.TryDouble(args[index], out _))
                return false;
        }
        return true;
    }

    private static void ReplyNothing(CommandContext context, Options options)
    {
        if (options.HasFlag(Options.Increment))
            context.Reply.Null();
        else
            context.Reply.Integer(0);
    }
}
