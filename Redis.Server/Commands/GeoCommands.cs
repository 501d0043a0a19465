using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Points in sorted sets: https://redis.io/docs/latest/commands/?group=geo (searches: <see cref="GeoSearchCommands"/>)</summary>
internal static class GeoCommands
{
    private const KeyFlags Reads = KeyFlags.ReadOnly | KeyFlags.Access;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("geoadd", -5, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Geo, GeoAdd,
            Keys.At(1, KeyFlags.ReadWrite | KeyFlags.Update)),
        new("geodist", -4, CommandFlags.ReadOnly, AclCategories.Geo, GeoDist, Keys.At(1, Reads)),
        new("geohash", -2, CommandFlags.ReadOnly, AclCategories.Geo, GeoHashText, Keys.At(1, Reads)),
        new("geopos", -2, CommandFlags.ReadOnly, AclCategories.Geo, GeoPos, Keys.At(1, Reads)),
    ];

    public static void GeoAdd(CommandContext context, CommandArgs args)
    {
        GeoAddOptions options = GeoAddOptions.Read(args, out int first);
        if ((args.Count - first) % 3 != 0 || (options.OnlyNew && options.OnlyOld))
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        for (int i = first; i < args.Count; i += 3)
        {
            if (!GeoArguments.TryPoint(context, args, i, out _))
                return;
        }

        if (first == args.Count)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        if (!context.TryWrite(args[1], out SortedSetValue? set))
            return;
        if (set == null && options.OnlyOld)
        {
            context.Reply.Integer(0);
            return;
        }

        bool isNew = set == null;
        set ??= SortedSetValue.Create(context.Options, entries: 1, longest: args[first + 2].Length);
        (int added, int updated) = Add(context, args, first, options, set);
        if (isNew)
            context.Keyspace.Set(args[1], new RedisValue(set));
        if (added + updated > 0)
            context.Keyspace.Modified(args[1], EventClass.SortedSet, "zadd"u8);
        context.Reply.Integer(options.CountsChanges ? added + updated : added);
    }

    public static void GeoDist(CommandContext context, CommandArgs args)
    {
        double unit = 1;
        if (args.Count > 5)
        {
            context.Reply.Error(Errors.Syntax);
            return;
        }

        if ((args.Count == 5 && !GeoArguments.TryUnit(context, args[4], out unit)) || !context.TryRead(args[1], out SortedSetValue? set))
            return;
        if (set != null && set.TryGetScore(args[2], out double a) && set.TryGetScore(args[3], out double b))
            GeoArguments.ReplyDistance(context.Reply, GeoShape.Distance(GeoHash.PointOf(a), GeoHash.PointOf(b)) / unit);
        else
            context.Reply.Null();
    }

    public static void GeoHashText(CommandContext context, CommandArgs args)
    {
        if (!context.TryRead(args[1], out SortedSetValue? set))
            return;
        Span<byte> text = stackalloc byte[GeoHash.TextLength];
        context.Reply.ArrayHeader(args.Count - 2);
        for (int i = 2; i < args.Count; i++)
        {
            if (set != null && set.TryGetScore(args[i], out double score))
            {
                GeoHash.WriteText(GeoHash.PointOf(score), text);
                context.Reply.BulkString(text);
            }
            else
            {
                context.Reply.Null();
            }
        }
    }

    public static void GeoPos(CommandContext context, CommandArgs args)
    {
        if (!context.TryRead(args[1], out SortedSetValue? set))
            return;
        context.Reply.ArrayHeader(args.Count - 2);
        for (int i = 2; i < args.Count; i++)
        {
            if (set != null && set.TryGetScore(args[i], out double score))
                GeoArguments.ReplyPoint(context.Reply, GeoHash.PointOf(score));
            else
                context.Reply.NullArray();
        }
    }

    private static (int Added, int Updated) Add(
        CommandContext context, CommandArgs args, int first, GeoAddOptions options, SortedSetValue set)
    {
        int added = 0;
        int updated = 0;
        for (int i = first; i < args.Count; i += 3)
        {
            GeoArguments.TryPoint(context, args, i, out GeoPoint point);
            double score = GeoHash.Encode(point).FirstScore;
            bool exists = set.TryGetScore(args[i + 2], out double old);
            if (exists ? options.OnlyNew || old == score : options.OnlyOld)
                continue;
            set.Set(args[i + 2], score, context.Options);
            added += exists ? 0 : 1;
            updated += exists ? 1 : 0;
        }

        return (added, updated);
    }

    private readonly record struct GeoAddOptions(bool OnlyNew, bool OnlyOld, bool CountsChanges)
    {
        public static GeoAddOptions Read(CommandArgs args, out int first)
        {
            GeoAddOptions options = default;
            for (first = 2; first < args.Count; first++)
            {
                if (Ascii.EqualsIgnoreCase(args[first], "nx"u8))
                    options = options with { OnlyNew = true };
                else if (Ascii.EqualsIgnoreCase(args[first], "xx"u8))
                    options = options with { OnlyOld = true };
                else if (Ascii.EqualsIgnoreCase(args[first], "ch"u8))
                    options = options with { CountsChanges = true };
                else
                    break;
            }

            return options;
        }
    }
}
