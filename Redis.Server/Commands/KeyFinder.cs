using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>A key among a command's arguments.</summary>
/// <param name="Position">Which argument.</param>
/// <param name="Flags">What the command does with it.</param>
internal readonly record struct KeyPosition(int Position, KeyFlags Flags);

/// <summary>Finds the keys of a command by its key specifications (Redis's getKeysUsingKeySpecs).</summary>
internal static class KeyFinder
{
    /// <summary>Adds the keys to <paramref name="keys"/>; false when the arguments do not fit the specifications.</summary>
    public static bool TryFind(Command command, CommandArgs args, List<KeyPosition> keys)
    {
        foreach (KeySpec spec in command.Keys)
        {
            // What no specification describes, the few commands that have it describe themselves.
            if (spec.Begin == BeginSearch.Unknown)
                return TryFindSortStore(args, keys);
            if (!TryFindFirst(spec, args, out int first))
                continue;
            if (!TryAdd(spec, command, args, first, keys))
                return false;
        }

        return true;
    }

    private static bool TryFindFirst(KeySpec spec, CommandArgs args, out int first)
    {
        first = spec.Position;
        if (spec.Begin == BeginSearch.Index)
            return true;
        bool isForward = spec.StartFrom > 0;
        int end = isForward ? args.Count - 1 : 1;
        byte[] word = System.Text.Encoding.ASCII.GetBytes(spec.Word);
        for (int i = isForward ? spec.StartFrom : args.Count + spec.StartFrom; isForward ? i < end : i > end; i += isForward ? 1 : -1)
        {
            if (!args.Is(i, word))
                continue;
            first = i + 1;
            return true;
        }

        return false;
    }

    private static bool TryAdd(KeySpec spec, Command command, CommandArgs args, int first, List<KeyPosition> keys)
    {
        long last;
        if (spec.Find == FindKeys.Range)
        {
            last = spec.LastKey >= 0 ? first + spec.LastKey
                : spec.Limit == 0 ? args.Count + spec.LastKey
                : first + (args.Count - first) / spec.Limit + spec.LastKey;
        }
        else
        {
            int countAt = first + spec.CountAt;
            if (countAt >= args.Count || !Numbers.TryParseInteger(args[countAt], out long count) || count is < 0 or > int.MaxValue)
                return false;
            first += spec.FirstKey;
            last = first + (count - 1) * spec.Step;
        }

        if (last >= args.Count || last < first)
            return false;
        KeyFlags flags = (spec.Flags & KeyFlags.VariableFlags) == 0 ? spec.Flags : FlagsOf(command, args);
        for (int i = first; i <= last; i += spec.Step)
            keys.Add(new KeyPosition(i, flags));
        return true;
    }

    /// <summary>SET and BITFIELD, which do other things to their key with other options.</summary>
    private static KeyFlags FlagsOf(Command command, CommandArgs args)
    {
        bool isSet = command.Name == "set";
        bool reads = false, writes = false;
        for (int i = isSet ? 3 : 2; i < args.Count; i++)
        {
            reads |= args.Is(i, "get"u8);
            writes |= args.Is(i, "set"u8) || args.Is(i, "incrby"u8);
        }

        if (isSet)
            return reads ? KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update : KeyFlags.Overwrite | KeyFlags.Update;
        return writes ? KeyFlags.ReadWrite | KeyFlags.Access | KeyFlags.Update : KeyFlags.ReadOnly | KeyFlags.Access;
    }

    /// <summary>SORT … STORE key; the last STORE counts. The keys of BY and GET depend on the data.</summary>
    private static bool TryFindSortStore(CommandArgs args, List<KeyPosition> keys)
    {
        if (keys.Count > 0)
            keys.RemoveAll(key => key.Position > 1);
        int store = -1;
        for (int i = 2; i < args.Count; i++)
        {
            if (args.Is(i, "limit"u8))
                i += 2;
            else if (args.Is(i, "get"u8) || args.Is(i, "by"u8))
                i++;
            else if (args.Is(i, "store"u8) && i + 1 < args.Count)
                store = i + 1;
        }

        if (store >= 0)
            keys.Add(new KeyPosition(store, KeyFlags.Overwrite | KeyFlags.Update));
        return true;
    }
}
