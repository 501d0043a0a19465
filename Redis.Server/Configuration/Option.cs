namespace Redis.Server.Configuration;

/// <summary>One directive: its name, what it accepts, and its present value. Rows of the <see cref="OptionTable"/>.</summary>
internal abstract class Option(string name, OptionFlags flags, string summary)
{
    public string Name { get; } = name;

    /// <summary>Redis's other name of the same directive (hash-max-ziplist-entries), or null.</summary>
    public string? Alias { get; init; }

    public OptionFlags Flags { get; } = flags;

    /// <summary>One sentence for --help and the configuration reference.</summary>
    public string Summary { get; } = summary;

    public OptionSection Section { get; set; }

    /// <summary>The values it accepts, for people: "yes/no", "1..65535 ms".</summary>
    public abstract string Accepts { get; }

    /// <summary>The present value as CONFIG GET answers it.</summary>
    public abstract string Text { get; }

    public abstract string DefaultText { get; }

    public bool IsDefault => Text == DefaultText;

    public bool Has(OptionFlags flag) => (Flags & flag) != 0;

    /// <summary>Takes a new value. Returns null, or Redis's words for what is wrong with it; then the old value stays.</summary>
    public abstract string? Set(IReadOnlyList<string> words);

    /// <summary>The present value, to be handed back to <see cref="Restore"/> when a CONFIG SET of several options fails.</summary>
    public abstract object? Capture();

    public abstract void Restore(object? captured);

    /// <summary>The lines that set the present value in a configuration file.</summary>
    public virtual IEnumerable<string> FileLines =>
        [Has(OptionFlags.MultiWord) && Text.Length > 0 ? $"{Name} {Text}" : $"{Name} {Words.Quote(Text)}"];
}

/// <summary>An option whose value has the type <typeparamref name="T"/>.</summary>
internal abstract class Option<T>(string name, T initial, OptionFlags flags, string summary) : Option(name, flags, summary)
{
    /// <summary>Read by any thread at any time: one reference or one machine word.</summary>
    public T Value { get; private set; } = initial;

    public T Default { get; } = initial;

    public override string Text => Format(Value);

    public override string DefaultText => Format(Default);

    /// <summary>The one value a Raft cluster can work with, and why; null when any will do.</summary>
    public (T Value, string Because)? MustBe { get; init; }

    public sealed override string? Set(IReadOnlyList<string> words)
    {
        if (Parse(words, out T value) is { } error) return error;
        if (MustBe is { } required && !EqualityComparer<T>.Default.Equals(value, required.Value))
            return $"must be {Words.Quote(Format(required.Value))}: {required.Because}";
        Value = value;
        return null;
    }

    public sealed override object? Capture() => Value;

    public sealed override void Restore(object? captured) => Value = (T)captured!;

    /// <summary>Null and the value, or what is wrong in Redis's words.</summary>
    protected abstract string? Parse(IReadOnlyList<string> words, out T value);

    protected abstract string Format(T value);
}
