namespace Redis.Server.Tests.Oracle;

/// <summary>Which commands' replies may differ in bytes from Redis's, and how far: what the families say, and what reading a whole dataset needs.</summary>
internal sealed class ReplyTable
{
    private const string Clocks = "the clocks differ by the time a batch takes";

    private readonly Dictionary<string, ReplyRule> _rules = new()
    {
        ["keys"] = ReplyRule.AnyOrder("the order of keys is that of a hash table"),
        ["smembers"] = ReplyRule.AnyOrder("the order of members is that of a hash table"),
        ["hgetall"] = ReplyRule.AnyOrderOfPairs("the order of fields is that of a hash table"),
        ["ttl"] = ReplyRule.Near(2, Clocks),
        ["pttl"] = ReplyRule.Near(2000, Clocks),
        ["expiretime"] = ReplyRule.Near(2, Clocks),
        ["pexpiretime"] = ReplyRule.Near(2000, Clocks),
    };

    public ReplyTable(IEnumerable<CommandFamily> families)
    {
        foreach ((string name, ReplyRule rule) in families.SelectMany(family => family.Rules))
            _rules[name] = rule;
    }

    /// <summary>This rule for a command, whatever its family says.</summary>
    public ReplyTable With(string name, ReplyRule rule)
    {
        _rules[name] = rule;
        return this;
    }

    public bool AreAlike(Request request, Reply ours, Reply theirs) =>
        ours.Raw.AsSpan().SequenceEqual(theirs.Raw) || (_rules.TryGetValue(request.Name, out ReplyRule? rule) && rule.Accepts(ours, theirs));
}
