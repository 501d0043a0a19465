namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>
/// The one order in which values came into one list, as the longest answer shows it: since values are only ever appended,
/// every answer that was right begins that one.
/// </summary>
internal sealed class ListVersions
{
    private readonly Dictionary<int, int> _places = [];

    public ListVersions(string key, int[] longest)
    {
        (Key, Values) = (key, longest);
        for (int i = 0; i < longest.Length; i++)
            _places.TryAdd(longest[i], i);
    }

    public string Key { get; }

    public int[] Values { get; }

    /// <summary>Where a value stands; -1 when nobody saw it.</summary>
    public int PlaceOf(int value) => _places.GetValueOrDefault(value, -1);

    public static Dictionary<string, ListVersions> Of(IEnumerable<ListTransaction> transactions) => transactions
        .SelectMany(transaction => transaction.Steps)
        .GroupBy(step => step.Key)
        .ToDictionary(steps => steps.Key, steps => new ListVersions(steps.Key, steps.Select(step => step.Read ?? []).MaxBy(read => read.Length) ?? []));
}
