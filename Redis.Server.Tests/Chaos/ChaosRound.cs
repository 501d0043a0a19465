using Redis.Server.Tests.Chaos.Workloads;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Chaos;

/// <summary>
/// Clients at work while things go wrong; then everything is well again, the clients have stopped, and it is checked whether they
/// were treated well, nothing is missing, and all nodes have the same.
/// </summary>
internal sealed class ChaosRound(ChaosCluster cluster, int seed, string name, Tally tally, bool clocksAgree)
{
    private const int Clients = 8;
    private const int TriesToBeEqual = 60;

    private readonly Journal _journal = new(Journal.Now);
    private readonly List<Anomaly> _crashes = [];

    public Journal Journal => _journal;

    /// <summary>Where the history of a round that failed was written.</summary>
    public string? SavedAs { get; private set; }

    /// <summary>What was wrong; saves the history when anything was.</summary>
    public async Task<IReadOnlyList<Anomaly>> RunAsync(Func<Task> goWrong)
    {
        string prefix = $"{name}:";
        Workload[] workloads =
        [
            new RegisterWorkload(prefix, _journal, tally), new CounterWorkload(prefix, _journal, tally), new ListAppendWorkload(prefix, _journal, tally),
            new PipelineWorkload(prefix, _journal, tally), new TimeWorkload(prefix, _journal, tally, clocksAgree),
        ];
        List<Anomaly> found = [];
        try
        {
            await WorkAsync(workloads, goWrong);
            await HealAsync();
            foreach (Workload workload in workloads)
                await workload.FinishAsync(cluster);
            found.AddRange(await CompareNodesAsync());
        }
        catch (Exception exception) when (exception is TimeoutException or InvalidOperationException)
        {
            found.Add(new Anomaly("unavailable", exception.ToString()));
        }

        found.AddRange(_crashes);
        found.AddRange(workloads.SelectMany(workload => workload.Check()));
        if (found.Count > 0)
            SavedAs = _journal.Save(name, found.Select(anomaly => $"{anomaly}").Prepend($"seed {seed}"));
        return found;
    }

    private async Task WorkAsync(Workload[] workloads, Func<Task> goWrong)
    {
        using CancellationTokenSource stop = new();
        tally.Begin();
        Task[] running = [WatchAsync(stop.Token), .. Enumerable.Range(0, Clients).Select(number => Task.Run(() => ClientAsync(workloads, number, stop.Token)))];
        try
        {
            await goWrong();
        }
        finally
        {
            cluster.Network.Heal();
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    private async Task ClientAsync(Workload[] workloads, int number, CancellationToken stop)
    {
        Random random = new(HashCode.Combine(seed, number));
        using ChaosClient client = new(cluster, random, $"client{number}");
        while (!stop.IsCancellationRequested)
        {
            await workloads[random.Next(workloads.Length)].StepAsync(client);
            await Task.Delay(random.Next(2, 20), CancellationToken.None);
        }
    }

    /// <summary>Processes that end without anybody's doing.</summary>
    private async Task WatchAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (ChaosNode node in cluster.Nodes.Where(node => node.HasFailed))
            {
                node.MayBeDown = true;
                _crashes.Add(new Anomaly("crash", $"node {node.Number} ended with code {node.Server.Process.ExitCode}:\n{node.Server.Output}"));
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task HealAsync()
    {
        foreach (ChaosNode node in cluster.Members)
        {
            node.Resume();
            if (!node.Server.IsRunning)
                await node.StartAsync();
        }

        await cluster.RemoveStraysAsync();
        await cluster.SettledAsync();
    }

    /// <summary>Keys still expire, by entries that reach one node before the other: in the end all nodes are equal and stay so.</summary>
    private async Task<IReadOnlyList<Anomaly>> CompareNodesAsync()
    {
        string[] digests = [];
        for (int tries = 0; tries < TriesToBeEqual; tries++)
        {
            await cluster.SettledAsync();
            digests = await Task.WhenAll(cluster.Members.Select(node => node.Server.AskAsync("RAFT.DEBUG", "EXEC", "DEBUG", "DIGEST")));
            if (digests.Distinct().Count() == 1 && digests[0].Length == "+".Length + 40)
                return [];
            await Task.Delay(100);
        }

        return [new Anomaly("nodes that differ", string.Join(' ', digests))];
    }
}
