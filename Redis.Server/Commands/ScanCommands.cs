using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Finding keys: KEYS, SCAN, RANDOMKEY.</summary>
internal static class ScanCommands
{
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new("keys", 2, CommandFlags.ReadOnly, AclCategories.Keyspace | AclCategories.Dangerous, ListKeys),
        new("scan", -2, CommandFlags.ReadOnly, AclCategories.Keyspace, Scan),
        new("randomkey", 1, CommandFlags.ReadOnly, AclCategories.Keyspace, RandomKey),
    ];

    public static void ListKeys(CommandContext context, CommandArgs args)
    {
        Keyspace.Keyspace keyspace = context.Keyspace;
        ReadOnlySpan<byte> pattern = args[1];
        bool matchesAll = pattern.SequenceEqual("*"u8);
        int place = context.Reply.BeginDeferred();
        int count = 0;
        for (int i = 0; i < keyspace.Count; i++)
        {
            if ((!matchesAll && !Glob.Matches(pattern, keyspace.KeyAt(i))) || keyspace.IsDueAt(i))
                continue;
            context.Reply.BulkString(keyspace.KeyAt(i));
            count++;
        }

        context.Reply.EndDeferred(place, '*', count);
    }

    public static void Scan(CommandContext context, CommandArgs args)
    {
        if (!ScanOptions.TryParse(context, args, 1, allowType: true, out ScanOptions options))
            return;
        Keyspace.Keyspace keyspace = context.Keyspace;
        List<int> found = [];
        ulong cursor = options.Cursor;
        // As in Redis, sparse tables must not make one call long.
        long steps = options.Count > long.MaxValue / 10 ? long.MaxValue : options.Count * 10;
        do
        {
            cursor = keyspace.Scan(cursor, found);
        }
        while (cursor != 0 && steps-- > 0 && found.Count < options.Count);

        context.Reply.ArrayHeader(2);
        context.Reply.BulkString(cursor.ToString(System.Globalization.CultureInfo.InvariantCulture));
        int place = context.Reply.BeginDeferred();
        int count = 0;
        foreach (int index in found)
        {
            ReadOnlySpan<byte> key = keyspace.KeyAt(index);
            if (!options.Matches(key) || !options.MatchesType(keyspace.ValueAt(index).Type) || keyspace.IsDueAt(index))
                continue;
            context.Reply.BulkString(key);
            count++;
        }

        context.Reply.EndDeferred(place, '*', count);
    }

    public static void RandomKey(CommandContext context, CommandArgs args)
    {
        Keyspace.Keyspace keyspace = context.Keyspace;
        // Due keys are absent; when nearly all are due, Redis too gives up looking after 100 tries.
        const int MaxTries = 100;
        for (int tries = 0; tries < MaxTries && keyspace.Count > 0; tries++)
        {
            int index = context.Random.Next(keyspace.Count);
            if (keyspace.IsDueAt(index))
                continue;
            context.Reply.BulkString(keyspace.KeyAt(index));
            return;
        }

        context.Reply.Null();
    }
}
