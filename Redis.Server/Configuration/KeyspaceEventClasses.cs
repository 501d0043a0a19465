using System.Text;

namespace Redis.Server.Configuration;

/// <summary>Classes of keyspace notifications; the letters are those of Redis's notify-keyspace-events.</summary>
[Flags]
internal enum KeyspaceEventClasses
{
    None = 0,
    Keyspace = 1 << 0,   // K
    Keyevent = 1 << 1,   // E
    Generic = 1 << 2,    // g
    String = 1 << 3,     // $
    List = 1 << 4,       // l
    Set = 1 << 5,        // s
    Hash = 1 << 6,       // h
    SortedSet = 1 << 7,  // z
    Expired = 1 << 8,    // x
    Evicted = 1 << 9,    // e
    Stream = 1 << 10,    // t
    KeyMiss = 1 << 11,   // m
    Module = 1 << 12,    // d
    New = 1 << 13,       // n

    /// <summary>"A": everything but key misses and new keys.</summary>
    All = Generic | String | List | Set | Hash | SortedSet | Expired | Evicted | Stream | Module,
}

internal sealed class KeyspaceEventsOption(string name, OptionFlags flags, string summary)
    : Option<KeyspaceEventClasses>(name, KeyspaceEventClasses.None, flags, summary)
{
    // In the order in which Redis prints them back.
    private static readonly (char Letter, KeyspaceEventClasses Class)[] Letters =
    [
        ('g', KeyspaceEventClasses.Generic),
        ('$', KeyspaceEventClasses.String),
        ('l', KeyspaceEventClasses.List),
        ('s', KeyspaceEventClasses.Set),
        ('h', KeyspaceEventClasses.Hash),
        ('z', KeyspaceEventClasses.SortedSet),
        ('x', KeyspaceEventClasses.Expired),
        ('e', KeyspaceEventClasses.Evicted),
        ('t', KeyspaceEventClasses.Stream),
        ('d', KeyspaceEventClasses.Module),
        ('n', KeyspaceEventClasses.New),
        ('K', KeyspaceEventClasses.Keyspace),
        ('E', KeyspaceEventClasses.Keyevent),
        ('m', KeyspaceEventClasses.KeyMiss),
    ];

    public override string Accepts => "letters of Ag$lshzxeKEtmdn";

    protected override string? Parse(IReadOnlyList<string> words, out KeyspaceEventClasses value)
    {
        value = KeyspaceEventClasses.None;
        if (words.Count != 1) return "wrong number of arguments";
        foreach (char letter in words[0])
        {
            int index = Array.FindIndex(Letters, l => l.Letter == letter);
            if (letter == 'A') value |= KeyspaceEventClasses.All;
            else if (index >= 0) value |= Letters[index].Class;
            else return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
        }
        return null;
    }

    protected override string Format(KeyspaceEventClasses value)
    {
        StringBuilder text = new();
        bool all = (value & KeyspaceEventClasses.All) == KeyspaceEventClasses.All;
        if (all) text.Append('A');
        foreach ((char letter, KeyspaceEventClasses bit) in Letters)
        {
            // Redis prints "n" only beside single classes, not beside A.
            bool covered = all && ((bit & KeyspaceEventClasses.All) != 0 || bit == KeyspaceEventClasses.New);
            if ((value & bit) != 0 && !covered) text.Append(letter);
        }
        return text.ToString();
    }
}
