namespace Redis.Server.Configuration;

/// <summary>One of some names; several of them when the enum is a set of flags and the option takes several words.</summary>
internal sealed class EnumOption<T>(string name, T initial, (string Name, T Value)[] names, OptionFlags flags, string summary)
    : Option<T>(name, initial, flags, summary)
    where T : struct, Enum
{
    public override string Accepts => string.Join(" | ", names.Select(n => n.Name));

    protected override string? Parse(IReadOnlyList<string> words, out T value)
    {
        value = default;
        if (words.Count == 0 || (words.Count > 1 && !Has(OptionFlags.MultiWord))) return "wrong number of arguments";
        long bits = 0;
        foreach (string word in words)
        {
            int index = Array.FindIndex(names, n => n.Name.Equals(word, StringComparison.OrdinalIgnoreCase));
            if (index < 0) return $"argument(s) must be one of the following: {string.Join(", ", names.Select(n => n.Name))}";
            bits |= ToBits(names[index].Value);
        }
        value = (T)Enum.ToObject(typeof(T), bits);
        return null;
    }

    protected override string Format(T value)
    {
        int exact = Array.FindIndex(names, n => n.Value.Equals(value));
        if (exact >= 0) return names[exact].Name;
        long bits = ToBits(value);
        return string.Join(' ', names.Where(n => ToBits(n.Value) != 0 && (bits & ToBits(n.Value)) == ToBits(n.Value)).Select(n => n.Name));
    }

    private static long ToBits(T value) => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);
}
