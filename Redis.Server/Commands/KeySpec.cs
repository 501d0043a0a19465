namespace Redis.Server.Commands;

/// <summary>What a command does with keys: flags of Redis 7 key specifications.</summary>
[Flags]
internal enum KeyFlags
{
    None = 0,

    /// <summary>RO: reads the value.</summary>
    ReadOnly = 1 << 0,

    /// <summary>RW: reads and changes the value.</summary>
    ReadWrite = 1 << 1,

    /// <summary>OW: writes it whatever it was.</summary>
    Overwrite = 1 << 2,

    /// <summary>RM: removes it.</summary>
    Remove = 1 << 3,

    /// <summary>access: returns or uses its data.</summary>
    Access = 1 << 4,

    /// <summary>update: its data depends on the old.</summary>
    Update = 1 << 5,

    /// <summary>insert: adds without looking at the old.</summary>
    Insert = 1 << 6,

    /// <summary>delete: removes data of it.</summary>
    Delete = 1 << 7,

    /// <summary>not_key: not a key, but routed like one (channels).</summary>
    NotKey = 1 << 8,

    /// <summary>incomplete: the specification does not find all keys.</summary>
    Incomplete = 1 << 9,

    /// <summary>variable_flags: other options, other flags.</summary>
    VariableFlags = 1 << 10,
}

/// <summary>How a <see cref="KeySpec"/> finds its first key.</summary>
internal enum BeginSearch
{
    /// <summary>At a fixed position.</summary>
    Index,

    /// <summary>Behind a word.</summary>
    Keyword,

    /// <summary>Not to be told from the arguments.</summary>
    Unknown,
}

/// <summary>How a <see cref="KeySpec"/> goes on from its first key.</summary>
internal enum FindKeys
{
    /// <summary>Up to a last key, in steps.</summary>
    Range,

    /// <summary>An argument says how many follow.</summary>
    KeyNum,

    /// <summary>Not to be told from the arguments.</summary>
    Unknown,
}

/// <summary>Where some of a command's keys stand among its arguments: the key specifications of Redis 7.</summary>
internal sealed record KeySpec(KeyFlags Flags, BeginSearch Begin, FindKeys Find)
{
    /// <summary>Position of the first key (Index), or of the count (KeyNum).</summary>
    public int Position { get; init; }

    /// <summary>The word before the first key (Keyword).</summary>
    public string Word { get; init; } = "";

    /// <summary>Where to begin looking for the word; negative: from the end, backwards.</summary>
    public int StartFrom { get; init; }

    /// <summary>Range: the last key, relative to the first; negative: from the end of the arguments.</summary>
    public int LastKey { get; init; }

    /// <summary>Distance from key to key.</summary>
    public int Step { get; init; } = 1;

    /// <summary>Range with LastKey -1: keys are the first 1/Limit of the rest (0 and 1: all).</summary>
    public int Limit { get; init; }

    /// <summary>KeyNum: the count, relative to the position.</summary>
    public int CountAt { get; init; }

    /// <summary>KeyNum: the first key, relative to the position.</summary>
    public int FirstKey { get; init; }
}

/// <summary>Makes key specifications for the rows.</summary>
internal static class Keys
{
    /// <summary>One key at <paramref name="position"/>.</summary>
    public static KeySpec At(int position, KeyFlags flags) =>
        new(flags, BeginSearch.Index, FindKeys.Range) { Position = position };

    /// <summary>From <paramref name="position"/> to <paramref name="last"/> (relative; negative: from the end), every <paramref name="step"/>.</summary>
    public static KeySpec Range(int position, int last, KeyFlags flags, int step = 1, int limit = 0) =>
        new(flags, BeginSearch.Index, FindKeys.Range) { Position = position, LastKey = last, Step = step, Limit = limit };

    /// <summary>A count at <paramref name="position"/>, then that many keys, the first <paramref name="first"/> further.</summary>
    public static KeySpec Counted(int position, KeyFlags flags, int first = 1, int step = 1) =>
        new(flags, BeginSearch.Index, FindKeys.KeyNum) { Position = position, FirstKey = first, Step = step };

    /// <summary>One key behind <paramref name="word"/>, looked for from <paramref name="startFrom"/>.</summary>
    public static KeySpec Behind(string word, int startFrom, KeyFlags flags) =>
        new(flags, BeginSearch.Keyword, FindKeys.Range) { Word = word, StartFrom = startFrom };

    /// <summary>Keys behind <paramref name="word"/> up to <paramref name="last"/>, the first 1/<paramref name="limit"/> of the rest (XREAD, MIGRATE).</summary>
    public static KeySpec BehindRange(string word, int startFrom, int last, KeyFlags flags, int limit = 0) =>
        new(flags, BeginSearch.Keyword, FindKeys.Range) { Word = word, StartFrom = startFrom, LastKey = last, Limit = limit };

    /// <summary>Keys that no specification describes.</summary>
    public static KeySpec Unknown(KeyFlags flags) => new(flags, BeginSearch.Unknown, FindKeys.Unknown);
}
