namespace Redis.Server.Tests.Chaos.ListAppend;

/// <summary>
/// Finds transactions that must come before themselves. Which dependencies such a cycle needs says how bad it is (Adya 1999); the
/// least that makes one gives it its name, and a name with -realtime needs the order in which clients were answered.
/// </summary>
internal sealed class CycleSearch(DependencyGraph graph)
{
    private const int MostReported = 5;

    private static readonly (string Name, Dependency Allowed, bool OneAntiDependency)[] Kinds =
    [
        ("G0", Dependency.WriteWrite, false),
        ("G1c", Dependency.WriteWrite | Dependency.WriteRead, false),
        ("G-single", Dependency.WriteWrite | Dependency.WriteRead, true),
        ("G2", Dependency.WriteWrite | Dependency.WriteRead | Dependency.ReadWrite, false),
        ("G0-realtime", Dependency.WriteWrite | Dependency.RealTime, false),
        ("G1c-realtime", Dependency.WriteWrite | Dependency.WriteRead | Dependency.RealTime, false),
        ("G-single-realtime", Dependency.WriteWrite | Dependency.WriteRead | Dependency.RealTime, true),
        ("G2-realtime", Dependency.WriteWrite | Dependency.WriteRead | Dependency.ReadWrite | Dependency.RealTime, false),
    ];

    public IEnumerable<Anomaly> Run() => Components().Where(component => component.Count > 1).Take(MostReported).Select(Name);

    private Anomaly Name(HashSet<int> component)
    {
        foreach ((string name, Dependency allowed, bool oneAntiDependency) in Kinds)
        {
            if (FindCycle(component, allowed, oneAntiDependency) is { } cycle)
                return new Anomaly(IsFractured(cycle, oneAntiDependency) ? $"fractured read ({name})" : name, Explain(cycle, allowed, oneAntiDependency));
        }

        throw new InvalidOperationException("A component without a cycle.");
    }

    /// <summary>Two transactions of which one saw a part of the other.</summary>
    private bool IsFractured(List<int> cycle, bool oneAntiDependency) => oneAntiDependency && cycle.Count == 2
        && graph.From(cycle[0])[cycle[1]].HasFlag(Dependency.ReadWrite) && graph.From(cycle[1])[cycle[0]].HasFlag(Dependency.WriteRead);

    /// <summary>A shortest cycle, as the numbers on it; with one anti-dependency, that is its first step.</summary>
    private List<int>? FindCycle(HashSet<int> component, Dependency allowed, bool oneAntiDependency)
    {
        Dependency first = oneAntiDependency ? Dependency.ReadWrite : allowed;
        List<int>? shortest = null;
        foreach (int start in component)
        {
            foreach (int second in Next(start, component, first))
            {
                if (Path(second, start, component, allowed) is { } path && (shortest is null || path.Count < shortest.Count))
                    shortest = [start, .. path.SkipLast(1)];
            }
        }

        return shortest;
    }

    private IEnumerable<int> Next(int from, HashSet<int> component, Dependency allowed) =>
        graph.From(from).Where(edge => (edge.Value & allowed) != 0 && component.Contains(edge.Key)).Select(edge => edge.Key);

    /// <summary>A shortest way, both ends included.</summary>
    private List<int>? Path(int from, int to, HashSet<int> component, Dependency allowed)
    {
        Dictionary<int, int> cameFrom = new() { [from] = -1 };
        Queue<int> open = new([from]);
        while (open.TryDequeue(out int here))
        {
            if (here == to)
            {
                List<int> path = [];
                for (int at = to; at >= 0; at = cameFrom[at])
                    path.Insert(0, at);
                return path;
            }

            foreach (int next in Next(here, component, allowed).Where(next => cameFrom.TryAdd(next, here)))
                open.Enqueue(next);
        }

        return null;
    }

    private string Explain(List<int> cycle, Dependency allowed, bool oneAntiDependency)
    {
        List<string> lines = [];
        for (int i = 0; i < cycle.Count; i++)
        {
            int next = cycle[(i + 1) % cycle.Count];
            Dependency why = graph.From(cycle[i])[next] & (oneAntiDependency && i == 0 ? Dependency.ReadWrite : allowed);
            lines.Add($"\n  {graph.Transactions[cycle[i]]}\n    before T{graph.Transactions[next].Id} because of {why}");
        }

        return string.Concat(lines);
    }

    /// <summary>Sets of transactions that all come before each other (Tarjan 1972, without recursion).</summary>
    private List<HashSet<int>> Components()
    {
        int count = graph.Transactions.Count;
        int[] index = new int[count];
        int[] low = new int[count];
        bool[] isOpen = new bool[count];
        Stack<int> open = new();
        List<HashSet<int>> components = [];
        int next = 0;
        for (int root = 0; root < count; root++)
        {
            if (index[root] == 0)
                Visit(root);
        }

        return components;

        void Visit(int root)
        {
            Stack<(int Node, IEnumerator<int> Edges)> calls = new();
            Enter(root, calls);
            while (calls.TryPeek(out (int Node, IEnumerator<int> Edges) call))
            {
                if (call.Edges.MoveNext())
                {
                    int to = call.Edges.Current;
                    if (index[to] == 0)
                        Enter(to, calls);
                    else if (isOpen[to])
                        low[call.Node] = Math.Min(low[call.Node], index[to]);
                    continue;
                }

                calls.Pop();
                if (calls.TryPeek(out (int Node, IEnumerator<int> Edges) caller))
                    low[caller.Node] = Math.Min(low[caller.Node], low[call.Node]);
                if (low[call.Node] == index[call.Node])
                    components.Add(Close(call.Node));
            }
        }

        void Enter(int node, Stack<(int Node, IEnumerator<int> Edges)> calls)
        {
            index[node] = low[node] = ++next;
            isOpen[node] = true;
            open.Push(node);
            calls.Push((node, graph.From(node).Keys.GetEnumerator()));
        }

        HashSet<int> Close(int node)
        {
            HashSet<int> component = [];
            int last;
            do
            {
                last = open.Pop();
                isOpen[last] = false;
                component.Add(last);
            }
            while (last != node);
            return component;
        }
    }
}
