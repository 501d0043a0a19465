namespace Redis.Server.Tests.Security;

/// <summary>Makes up ACL rules, right ones and wrong ones, from a seed.</summary>
/// <param name="seed">The same rules for the same seed.</param>
/// <param name="unknown">Commands that only one of the servers knows: left out.</param>
internal sealed class AclRuleWords(int seed, IReadOnlySet<string> unknown)
{
    private static readonly string[] Flags =
        ["on", "off", "ON", "nopass", "resetpass", "resetkeys", "resetchannels", "reset", "clearselectors", "sanitize-payload", "skip-sanitize-payload",
        "allkeys", "allchannels", "allcommands", "nocommands", "nonsense", "", "(", ")", "%", "+", "-", "@all", "+@", "-@", "~", "&"];

    private static readonly string[] Commands =
        ["get", "SET", "del", "mget", "config", "config|get", "config|GET", "config|", "config|nope", "client|id", "acl|whoami", "select|0", "SELECT|1", "select",
        "get|x", "nope", "nope|x", "config|get|x", "sort", "publish", "subscribe", "psubscribe", "object|encoding", "object", "multi", "zunionstore", "copy"];

    private static readonly string[] Categories =
        ["all", "read", "write", "string", "hash", "set", "sortedset", "list", "keyspace", "fast", "pubsub", "dangerous", "nope", "READ"];

    private static readonly string[] Patterns = ["*", "a", "a*", "b:?", "key:*", "[ab]", "a b", "x\ty", "", "\\*"];

    private const string Hash = "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90";

    private readonly string[] _commands = [.. Commands.Where(command => !unknown.Contains(command.Split('|')[0].ToLowerInvariant()))];
    private readonly Random _random = new(seed);

    public string[] Rules(int most)
    {
        string[] rules = new string[_random.Next(1, most + 1)];
        for (int i = 0; i < rules.Length; i++)
            rules[i] = Rule();
        return rules;
    }

    public string Pick(params string[] words) => words[_random.Next(words.Length)];

    private string Rule() => _random.Next(14) switch
    {
        0 => Pick(Flags),
        1 or 2 => "+" + Pick(_commands),
        3 => "-" + Pick(_commands),
        4 => "+@" + Pick(Categories),
        5 => "-@" + Pick(Categories),
        6 => "~" + Pick(Patterns),
        7 => Pick("%R~", "%W~", "%RW~", "%WR~", "%r~", "%RR~", "%X~", "%R") + Pick(Patterns),
        8 => "&" + Pick(Patterns),
        9 => ">" + Pick("one", "two", ""),
        10 => "<" + Pick("one", "two", "three"),
        11 => Pick("#", "!") + Pick(Hash, Hash[1..], Hash.ToUpperInvariant()),
        12 => $"({Pick("+get", "+@read", "-@all", "nope", "")} {Pick("~a*", "%R~b", "allkeys", "&c")})",
        _ => Pick("(+get", "~a)", "on"),
    };
}
