namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>Why one transaction must come before another one.</summary>
[Flags]
internal enum Dependency
{
    None = 0,

    /// <summary>It appended just before the other did.</summary>
    WriteWrite = 1,

    /// <summary>The other one read what it appended.</summary>
    WriteRead = 2,

    /// <summary>It did not read what the other one appended (an anti-dependency).</summary>
    ReadWrite = 4,

    /// <summary>It was answered before the other one was sent.</summary>
    RealTime = 8,
}

/// <summary>Which transactions must come before which (Adya 1999; inferred from lists as Elle does, Kingsbury and Alvaro 2020).</summary>
internal sealed class DependencyGraph
{
    private readonly Dictionary<ListTransaction, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<Dictionary<int, Dependency>> _edges = [];

    /// <summary>The transactions that took effect; edges go between their numbers.</summary>
    public List<ListTransaction> Transactions { get; } = [];

    public IReadOnlyDictionary<int, Dependency> From(int number) => _edges[number];

    public static DependencyGraph Of(IReadOnlyList<ListTransaction> history, Dictionary<string, ListVersions> versions, ListWriters writers)
    {
        DependencyGraph graph = new();
        foreach (ListTransaction transaction in history.Where(t => t.Fate == Fate.Done))
            graph.NumberOf(transaction);
        foreach (ListVersions list in versions.Values)
            graph.AddWrites(list, writers);
        foreach (ListTransaction reader in history.Where(t => t.Fate == Fate.Done))
        {
            foreach (IGrouping<string, ListStep> steps in reader.Steps.GroupBy(step => step.Key))
                graph.AddRead(reader, steps, versions[steps.Key], writers);
        }

        graph.AddTime();
        return graph;
    }

    private void AddWrites(ListVersions list, ListWriters writers)
    {
        ListTransaction? before = null;
        foreach (int value in list.Values)
        {
            ListTransaction? writer = writers.Find(list.Key, value);
            Add(before, writer, Dependency.WriteWrite);
            before = writer;
        }

        foreach (ListTransaction unseen in writers.Unseen(list))
            Add(before, unseen, Dependency.WriteWrite);
    }

    /// <summary>The first read of a list in a transaction says what others had appended before; later ones add nothing.</summary>
    private void AddRead(ListTransaction reader, IEnumerable<ListStep> steps, ListVersions list, ListWriters writers)
    {
        int own = 0;
        foreach (ListStep step in steps)
        {
            if (step.IsAppend)
            {
                own++;
                continue;
            }

            int length = Math.Max(0, step.Read!.Length - own);
            if (length > 0)
                Add(writers.Find(list.Key, step.Read[length - 1]), reader, Dependency.WriteRead);
            if (length < list.Values.Length)
            {
                Add(reader, writers.Find(list.Key, list.Values[length]), Dependency.ReadWrite);
            }
            else
            {
                foreach (ListTransaction unseen in writers.Unseen(list))
                    Add(reader, unseen, Dependency.ReadWrite);
            }

            return;
        }
    }

    /// <summary>
    /// Only between neighbours: once a transaction that was sent after another's answer is answered itself, the earlier one
    /// comes before all that follow by way of it.
    /// </summary>
    private void AddTime()
    {
        List<(long When, bool IsReturn, int Number)> events = [];
        for (int i = 0; i < Transactions.Count; i++)
        {
            events.Add((Transactions[i].Invoked, false, i));
            if (Transactions[i].Returned != long.MaxValue)
                events.Add((Transactions[i].Returned, true, i));
        }

        HashSet<int> latest = [];
        foreach ((_, bool isReturn, int number) in events.OrderBy(e => e.When).ThenBy(e => e.IsReturn))
        {
            if (isReturn)
            {
                latest.RemoveWhere(earlier => Transactions[earlier].Returned < Transactions[number].Invoked);
                latest.Add(number);
            }
            else
            {
                foreach (int earlier in latest)
                    Add(Transactions[earlier], Transactions[number], Dependency.RealTime);
            }
        }
    }

    private void Add(ListTransaction? from, ListTransaction? to, Dependency why)
    {
        if (from is null || to is null || from == to)
            return;
        Dictionary<int, Dependency> edges = _edges[NumberOf(from)];
        int number = NumberOf(to);
        edges[number] = edges.GetValueOrDefault(number) | why;
    }

    private int NumberOf(ListTransaction transaction)
    {
        if (!_numbers.TryGetValue(transaction, out int number))
        {
            _numbers.Add(transaction, number = Transactions.Count);
            Transactions.Add(transaction);
            _edges.Add([]);
        }

        return number;
    }
}
