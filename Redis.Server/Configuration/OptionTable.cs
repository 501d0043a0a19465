using System.Text;
using Redis.Server.Keyspace;

namespace Redis.Server.Configuration;

/// <summary>
/// Every directive of the server, one row each, with its present value; CONFIG GET and CONFIG SET work on it. The typed
/// faces of the same rows are the properties of <see cref="ServerOptions"/> and its sections.
/// </summary>
internal sealed class OptionTable
{
    private readonly List<Option> _options = [];
    private readonly Dictionary<string, Option> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Func<IReadOnlyList<Option>, string?>> _appliers = [];
    private readonly Lock _changing = new();
    private OptionSection _section;

    /// <summary>Raised once for each option that CONFIG SET changed, on the caller's thread.</summary>
    public event Action<Option>? Changed;

    public IReadOnlyList<Option> All => _options;

    /// <summary>Set by the host when the node is a member of a cluster: from then on some options stand still.</summary>
    public bool IsMember { get; set; }

    /// <summary>Set from enable-protected-configs at start.</summary>
    public bool ProtectedMayChange { get; set; }

    public Option? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The rows added from here on belong to this chapter.</summary>
    public void Begin(OptionSection section) => _section = section;

    public T Add<T>(T option) where T : Option
    {
        option.Section = _section;
        _options.Add(option);
        _byName.Add(option.Name, option);
        if (option.Alias is not null) _byName.Add(option.Alias, option);
        return option;
    }

    /// <summary>
    /// Adds a step to every CONFIG SET: it is told which options have just changed and returns null, or why that cannot
    /// be applied; then the old values come back and it is told once more.
    /// </summary>
    public void OnApply(Func<IReadOnlyList<Option>, string?> applier) => _appliers.Add(applier);

    /// <summary>What CONFIG GET answers: each option at most once a name, in the table's order. A name comes back as it was asked for.</summary>
    public List<(string Name, string Value)> Get(IReadOnlyList<string> patterns)
    {
        List<(string, string)> found = [];
        foreach (Option option in _options)
        {
            if (NameIn(option, option.Name, patterns) is { } name) found.Add((name, option.Text));
            if (option.Alias is not null && NameIn(option, option.Alias, patterns) is { } alias) found.Add((alias, option.Text));
        }
        return found;
    }

    /// <summary>CONFIG SET: all of the pairs or none. Returns null, or the error reply.</summary>
    public string? Set(IReadOnlyList<(string Name, string Value)> pairs)
    {
        lock (_changing)
        {
            List<Option> targets = [];
            string? refusal = FindTargets(pairs, targets);
            if (refusal is not null) return refusal;

            object?[] captured = [.. targets.Select(t => t.Capture())];
            string[] before = [.. targets.Select(t => t.Text)];
            refusal = SetAll(pairs, targets);
            List<Option> changed = [.. targets.Where((t, i) => t.Text != before[i])];
            if (refusal is null && Apply(changed) is { } reason)
                refusal = changed.Count == 0 ? $"ERR {reason}" : Failed(changed[0].Name, reason);
            if (refusal is not null)
            {
                for (int i = 0; i < targets.Count; i++) targets[i].Restore(captured[i]);
                if (changed.Count > 0) Apply(changed);
                return refusal;
            }
            foreach (Option option in changed.Distinct()) Changed?.Invoke(option);
            return null;
        }
    }

    private static string Failed(string name, string reason) =>
        $"ERR CONFIG SET failed (possibly related to argument '{name}') - {reason}";

    private static string? NameIn(Option option, string name, IReadOnlyList<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            bool isGlob = pattern.AsSpan().ContainsAny('*', '?', '[');
            if (!isGlob && name.Equals(pattern, StringComparison.OrdinalIgnoreCase)) return pattern;
            if (isGlob && !option.Has(OptionFlags.Hidden) && Glob.Matches(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(name), ignoreCase: true)) return name;
        }
        return null;
    }

    private string? FindTargets(IReadOnlyList<(string Name, string Value)> pairs, List<Option> targets)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in pairs)
        {
            Option? option = Find(name);
            if (option is null) return $"ERR Unknown option or number of arguments for CONFIG SET - '{name}'";
            bool isRestated = option.Has(OptionFlags.Ours | OptionFlags.FixedAfterInit) && option.Text == value;
            if (option.Has(OptionFlags.Immutable) && !isRestated) return Failed(name, "can't set immutable config");
            if (option.Has(OptionFlags.Protected) && !ProtectedMayChange) return Failed(name, "can't set protected config");
            if (option.Has(OptionFlags.FixedAfterInit) && IsMember && !isRestated)
                return Failed(name, "Configuration change is not allowed after init/join for this parameter");
            if (!names.Add(name)) return Failed(name, "duplicate parameter");
            targets.Add(option);
        }
        return null;
    }

    private static string? SetAll(IReadOnlyList<(string Name, string Value)> pairs, List<Option> targets)
    {
        for (int i = 0; i < targets.Count; i++)
        {
            string value = pairs[i].Value;
            IReadOnlyList<string> words = targets[i].Has(OptionFlags.MultiWord) ? value.Split(' ') : [value];
            if (targets[i].Set(words) is { } reason) return Failed(pairs[i].Name, reason);
        }
        return null;
    }

    private string? Apply(List<Option> changed)
    {
        string? refusal = null;
        foreach (Func<IReadOnlyList<Option>, string?> applier in _appliers) refusal ??= applier(changed);
        return refusal;
    }
}
