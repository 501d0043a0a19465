namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>Who appended what.</summary>
internal sealed class ListWriters
{
    private readonly Dictionary<(string Key, int Value), ListTransaction> _writers = [];
    private readonly Dictionary<string, List<ListTransaction>> _byKey = [];

    public ListWriters(IEnumerable<ListTransaction> history)
    {
        foreach (ListTransaction transaction in history)
        {
            foreach (ListStep step in transaction.Steps.Where(step => step.IsAppend))
            {
                _writers.Add((step.Key, step.Append), transaction);
                if (!_byKey.TryGetValue(step.Key, out List<ListTransaction>? writers))
                    _byKey.Add(step.Key, writers = []);
                if (writers.Count == 0 || writers[^1] != transaction)
                    writers.Add(transaction);
            }
        }
    }

    public ListTransaction? Find(string key, int value) => _writers.GetValueOrDefault((key, value));

    /// <summary>The last value that a transaction appends to a list.</summary>
    public static int LastOf(ListTransaction transaction, string key) => transaction.Steps.Last(step => step.IsAppend && step.Key == key).Append;

    /// <summary>Transactions that certainly appended to the list, of which no answer shows it.</summary>
    public IEnumerable<ListTransaction> Unseen(ListVersions versions) => _byKey.GetValueOrDefault(versions.Key, [])
        .Where(writer => writer.Fate == Fate.Done && writer.Steps.Any(step => step.IsAppend && step.Key == versions.Key && versions.PlaceOf(step.Append) < 0));
}
