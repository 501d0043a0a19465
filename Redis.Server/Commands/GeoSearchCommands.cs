using System.Runtime.InteropServices;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>GEOSEARCH, GEOSEARCHSTORE and the GEORADIUS commands they replace.</summary>
internal static class GeoSearchCommands
{
    private const KeyFlags Reads = KeyFlags.ReadOnly | KeyFlags.Access;
    private const KeyFlags Stores = KeyFlags.Overwrite | KeyFlags.Update;
    private const CommandFlags MayStore = CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.MovableKeys;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("geosearch", -7, CommandFlags.ReadOnly, AclCategories.Geo, GeoSearch, Keys.At(1, Reads)),
        new("geosearchstore", -8, CommandFlags.Write | CommandFlags.DenyOom, AclCategories.Geo, GeoSearchStore,
            Keys.At(1, Stores), Keys.At(2, Reads)),
        new("georadius", -6, MayStore, AclCategories.Geo, GeoRadius,
            Keys.At(1, Reads), Keys.Behind("STORE", 6, Stores), Keys.Behind("STOREDIST", 6, Stores)),
        new("georadius_ro", -6, CommandFlags.ReadOnly, AclCategories.Geo, GeoRadiusReadOnly, Keys.At(1, Reads)),
        new("georadiusbymember", -5, MayStore, AclCategories.Geo, GeoRadiusByMember,
            Keys.At(1, Reads), Keys.Behind("STORE", 5, Stores), Keys.Behind("STOREDIST", 5, Stores)),
        new("georadiusbymember_ro", -5, CommandFlags.ReadOnly, AclCategories.Geo, GeoRadiusByMemberReadOnly, Keys.At(1, Reads)),
    ];

    public static void GeoSearch(CommandContext context, CommandArgs args) => Run(context, args, GeoQueryKind.Search);

    public static void GeoSearchStore(CommandContext context, CommandArgs args) => Run(context, args, GeoQueryKind.SearchStore);

    public static void GeoRadius(CommandContext context, CommandArgs args) => Run(context, args, GeoQueryKind.Radius);

    public static void GeoRadiusReadOnly(CommandContext context, CommandArgs args) => Run(context, args, GeoQueryKind.RadiusReadOnly);

    public static void GeoRadiusByMember(CommandContext context, CommandArgs args) => Run(context, args, GeoQueryKind.RadiusByMember);

    public static void GeoRadiusByMemberReadOnly(CommandContext context, CommandArgs args)
        => Run(context, args, GeoQueryKind.RadiusByMemberReadOnly);

    private static void Run(CommandContext context, CommandArgs args, GeoQueryKind kind)
    {
        if (!context.TryRead(args[kind == GeoQueryKind.SearchStore ? 2 : 1], out SortedSetValue? source)
            || !GeoQuery.TryRead(context, args, kind, source, out GeoQuery query))
            return;
        List<GeoMatch> matches = source == null ? [] : Search(source, query);
        if (query.Order != 0)
            Sort(matches, query.Order);
        int count = (int)Math.Min(matches.Count, query.Count == 0 ? int.MaxValue : query.Count);
        ReadOnlySpan<GeoMatch> wanted = CollectionsMarshal.AsSpan(matches)[..count];
        if (query.StoreAt == 0)
            Reply(context.Reply, query, wanted);
        else
            Store(context, args[query.StoreAt], query, wanted, kind);
    }

    private static List<GeoMatch> Search(SortedSetValue source, GeoQuery query)
    {
        GeoShape shape = query.Shape;
        List<GeoMatch> matches = [];
        GeoHash last = default;
        foreach (GeoHash cell in shape.Cells())
        {
            // Cells of a huge shape meet on the other side of the world.
            if (cell.IsNone || cell == last)
                continue;
            if (query.TakesAny && matches.Count >= query.Count)
                break;
            SearchCell(source, cell, shape, query.TakesAny ? query.Count : long.MaxValue, matches);
            last = cell;
        }

        return matches;
    }

    private static void SearchCell(SortedSetValue source, GeoHash cell, GeoShape shape, long limit, List<GeoMatch> matches)
    {
        RankRange ranks = source.Within(new ScoreRange(cell.FirstScore, IsMinExcluded: false, cell.EndScore, IsMaxExcluded: true));
        if (ranks.Count == 0)
            return;
        SortedSetCursor at = source.Seek(ranks.First);
        for (int left = ranks.Count; left > 0 && matches.Count < limit; left--)
        {
            double score = at.Score;
            GeoPoint point = GeoHash.PointOf(score);
            if (shape.Contains(point, out double distance))
                matches.Add(new GeoMatch(at.Member.ToArray(), score, point, distance));
            if (left > 1)
                at.MoveNext();
        }
    }

    /// <summary>Nearest or farthest first; what is equally far stays in the order found.</summary>
    private static void Sort(List<GeoMatch> matches, int order)
    {
        Span<GeoMatch> unsorted = CollectionsMarshal.AsSpan(matches);
        for (int i = 0; i < unsorted.Length; i++)
            unsorted[i] = unsorted[i] with { Found = i };
        matches.Sort((a, b) => a.Distance != b.Distance ? order * a.Distance.CompareTo(b.Distance) : a.Found - b.Found);
    }

    private static void Reply(RespWriter reply, GeoQuery query, ReadOnlySpan<GeoMatch> matches)
    {
        int extras = (query.WithDistance ? 1 : 0) + (query.WithHash ? 1 : 0) + (query.WithPoint ? 1 : 0);
        reply.ArrayHeader(matches.Length);
        foreach (ref readonly GeoMatch match in matches)
        {
            if (extras > 0)
                reply.ArrayHeader(extras + 1);
            reply.BulkString(match.Member);
            if (query.WithDistance)
                GeoArguments.ReplyDistance(reply, match.Distance / query.Unit);
            if (query.WithHash)
                reply.Integer((long)match.Score);
            if (query.WithPoint)
                GeoArguments.ReplyPoint(reply, match.Point);
        }
    }

    private static void Store(
        CommandContext context, ReadOnlySpan<byte> key, GeoQuery query, ReadOnlySpan<GeoMatch> matches, GeoQueryKind kind)
    {
        if (matches.Length > 0)
        {
            int longest = 0;
            foreach (ref readonly GeoMatch match in matches)
                longest = Math.Max(longest, match.Member.Length);
            SortedSetValue set = SortedSetValue.Create(context.Options, matches.Length, longest);
            foreach (ref readonly GeoMatch match in matches)
                set.Set(match.Member, query.StoresDistance ? match.Distance / query.Unit : match.Score, context.Options);
            context.Keyspace.Set(key, new RedisValue(set));
            context.Keyspace.Modified(
                key, EventClass.SortedSet, kind == GeoQueryKind.SearchStore ? "geosearchstore"u8 : "georadiusstore"u8);
        }
        else if (context.Keyspace.Remove(key))
        {
            context.Keyspace.Modified(key, EventClass.Generic, "del"u8);
        }

        context.Reply.Integer(matches.Length);
    }

    private readonly record struct GeoMatch(byte[] Member, double Score, GeoPoint Point, double Distance, int Found = 0);
}
