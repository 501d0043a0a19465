using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>SORT and SORT_RO: https://redis.io/docs/latest/commands/sort/</summary>
internal static class SortCommands
{
    private const AclCategories Categories =
        AclCategories.Set | AclCategories.SortedSet | AclCategories.List | AclCategories.Dangerous;

    private const KeyFlags Reads = KeyFlags.ReadOnly | KeyFlags.Access;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("sort", -2, CommandFlags.Write | CommandFlags.DenyOom | CommandFlags.MovableKeys, Categories, Sort,
            Keys.At(1, Reads), Keys.Unknown(Reads), Keys.Unknown(KeyFlags.Overwrite | KeyFlags.Update)),
        new("sort_ro", -2, CommandFlags.ReadOnly | CommandFlags.MovableKeys, Categories, SortReadOnly,
            Keys.At(1, Reads), Keys.Unknown(Reads)),
    ];

    public static void Sort(CommandContext context, CommandArgs args) => Run(context, args, mayStore: true);

    public static void SortReadOnly(CommandContext context, CommandArgs args) => Run(context, args, mayStore: false);

    private static void Run(CommandContext context, CommandArgs args, bool mayStore)
    {
        if (SortOptions.TryRead(context, args, mayStore) is not { } options)
            return;
        RedisValue source = context.Keyspace.Find(args[1]);
        if (!source.IsNone && source.Type is not (RedisType.List or RedisType.Set or RedisType.SortedSet))
        {
            context.Reply.Error(Errors.WrongType);
            return;
        }

        // Redis's SORT turns a small sorted set into a large one for good; SORT_RO does here what its name says.
        if (mayStore && source.Object is SortedSetValue { Packed: not null })
            ((SortedSetValue)context.Keyspace.FindForWrite(args[1]).Object!).ConvertToTable();

        bool isSorted = options.By is not { IsConstant: true };
        if (!isSorted && source.Type == RedisType.Set && options.StoreAt != 0)
        {
            // A set has no order that would be worth storing.
            isSorted = options.IsAlphabetic = true;
            options.By = null;
        }

        // Unsorted, a list and a sorted set are in their own order, from the end when descending; a set has none to turn round.
        Range limit = Limit(options, source.Object?.Count ?? 0);
        SortItem[] items = Elements(source, isSorted ? Range.All : limit, isReversed: !isSorted && options.IsDescending && source.Type != RedisType.Set);
        if (isSorted && !TrySort(context, options, items))
        {
            context.Reply.Error("ERR One or more scores can't be converted into double"u8);
            return;
        }

        ReadOnlySpan<SortItem> wanted = isSorted ? items.AsSpan()[limit] : items;
        if (options.StoreAt == 0)
            Reply(context, options, wanted);
        else
            Store(context, args[options.StoreAt], options, wanted);
    }

    /// <summary>The elements of this range, of which the one from the end, turned round, when reversed.</summary>
    private static SortItem[] Elements(in RedisValue source, Range range, bool isReversed)
    {
        int length = source.Object?.Count ?? 0;
        (int first, int count) = range.GetOffsetAndLength(length);
        first = isReversed ? length - first - count : first;
        SortItem[] items = new SortItem[count];
        int next = 0;
        switch (source.Object)
        {
            case QuickList list:
                for (QuickListCursor at = list.Seek(first); next < count; at = at.Next())
                    items[next++].Element = at.Element.ToArray();
                break;
            case SetValue set:
                for (; next < count; next++)
                    items[next].Element = set[first + next].ToArray();
                break;
            case SortedSetValue set when count > 0:
                SortedSetCursor cursor = set.Seek(first);
                for (; next < count; next++)
                {
                    items[next].Element = cursor.Member.ToArray();
                    if (next + 1 < count)
                        cursor.MoveNext();
                }

                break;
        }

        if (isReversed)
            Array.Reverse(items);
        return items;
    }

    /// <summary>Sorts; what is equal stays in the order it was in. False if something to compare as a number is none.</summary>
    private static bool TrySort(CommandContext context, SortOptions options, SortItem[] items)
    {
        bool isNumeric = true;
        for (int i = 0; i < items.Length; i++)
        {
            ref SortItem item = ref items[i];
            item.Position = i;
            item.By = options.By == null ? item.Element : options.By.Find(context, item.Element);
            // Redis compares what it does not store as C strings (strcoll).
            if (options.IsAlphabetic && options.StoreAt == 0 && item.By != null && Array.IndexOf(item.By, (byte)0) is >= 0 and int end)
                item.By = item.By[..end];
            if (!options.IsAlphabetic && item.By != null)
                isNumeric &= TryScore(item.By, out item.Score);
        }

        if (!isNumeric)
            return false;
        int direction = options.IsDescending ? -1 : 1;
        Comparison<SortItem> compare = options.IsAlphabetic ? CompareBytes : CompareScores;
        Array.Sort(items, (a, b) =>
        {
            int order = direction * compare(a, b);
            return order != 0 ? order : a.Position - b.Position;
        });
        return true;
    }

    private static int CompareScores(SortItem a, SortItem b)
        => a.Score != b.Score ? a.Score.CompareTo(b.Score) : a.Element.AsSpan().SequenceCompareTo(b.Element);

    private static int CompareBytes(SortItem a, SortItem b)
    {
        if (a.By == null || b.By == null)
            return (a.By == null ? 0 : 1) - (b.By == null ? 0 : 1);
        return a.By.AsSpan().SequenceCompareTo(b.By);
    }

    /// <summary>C's strtod over the text up to its first NUL, as Redis's SORT uses it: leading space is skipped, nothing at all is 0.</summary>
    private static bool TryScore(ReadOnlySpan<byte> text, out double score)
    {
        int end = text.IndexOf((byte)0);
        text = end < 0 ? text : text[..end];
        score = 0;
        return text.IsEmpty || Numbers.TryParseDouble(text.TrimStart(" \t\n\v\f\r"u8), out score);
    }

    /// <summary>Which of the elements LIMIT lets through.</summary>
    private static Range Limit(SortOptions options, int length)
    {
        int start = (int)Math.Clamp(options.LimitStart, 0, length);
        long count = options.LimitCount < 0 ? length : options.LimitCount;
        return start..(int)Math.Min(length, start + Math.Min(count, length));
    }

    private static void Reply(CommandContext context, SortOptions options, ReadOnlySpan<SortItem> items)
    {
        context.Reply.ArrayHeader(items.Length * Math.Max(1, options.Get.Count));
        foreach (ref readonly SortItem item in items)
        {
            if (options.Get.Count == 0)
                context.Reply.BulkString(item.Element);
            foreach (SortPattern pattern in options.Get)
            {
                if (pattern.Find(context, item.Element) is { } found)
                    context.Reply.BulkString(found);
                else
                    context.Reply.Null();
            }
        }
    }

    private static void Store(CommandContext context, ReadOnlySpan<byte> key, SortOptions options, ReadOnlySpan<SortItem> items)
    {
        QuickList list = new(context.Options.ListMaxListpackSize);
        foreach (ref readonly SortItem item in items)
        {
            if (options.Get.Count == 0)
                list.PushTail(item.Element, context.Options);
            foreach (SortPattern pattern in options.Get)
                list.PushTail(pattern.Find(context, item.Element) ?? [], context.Options);
        }

        int count = list.Count;
        if (count > 0)
        {
            context.Keyspace.Set(key, new RedisValue(list));
            context.Keyspace.Modified(key, EventClass.List, "sortstore"u8);
        }
        else if (context.Keyspace.Remove(key))
        {
            context.Keyspace.Modified(key, EventClass.Generic, "del"u8);
        }

        context.Reply.Integer(count);
    }

    private struct SortItem
    {
        public byte[] Element;
        public byte[]? By;
        public double Score;
        public int Position;
    }
}
