using System.Diagnostics;
using Redis.Server.Tests.Chaos.Faults;
using Redis.Server.Tests.Chaos.Workloads;

namespace Redis.Server.Tests.Chaos;

/// <summary>Lets one thing after the other go wrong, and sometimes two at once. Every fault has its turn before one comes again.</summary>
internal sealed class Nemesis(ChaosCluster cluster, Random random, Tally tally)
{
    private readonly Queue<Fault> _next = [];
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>How often what went wrong.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    public async Task RunAsync(Journal journal, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            await Task.Delay(random.Next(200, 1200));
            Fault first = Draw();
            Fault[] faults = random.Next(3) == 0 && _next.FirstOrDefault(other => other.Kind != first.Kind) is { } second ? [first, second] : [first];
            FaultSite site = new(cluster, random, journal, TimeSpan.FromMilliseconds(random.Next(300, 4000)));
            tally.Fault = string.Join(" and ", faults.Select(fault => fault.Name));
            foreach (Fault fault in faults)
                _counts[fault.Name] = _counts.GetValueOrDefault(fault.Name) + 1;
            await Task.WhenAll(faults.Select(fault => fault.RunAsync(site)));
        }
    }

    private Fault Draw()
    {
        if (_next.Count == 0)
        {
            foreach (Fault fault in Fault.All.OrderBy(_ => random.Next()))
                _next.Enqueue(fault);
        }

        return _next.Dequeue();
    }
}
