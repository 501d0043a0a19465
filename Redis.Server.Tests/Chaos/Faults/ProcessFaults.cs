namespace Redis.Server.Tests.Chaos.Faults;

/// <summary>Processes die and stand still.</summary>
internal static class ProcessFaults
{
    public static IEnumerable<Fault> Rows =>
    [
        new("kill -9", FaultKind.Process, async site => await KillAsync(site, [await site.TargetAsync()])),
        new("kill -9 of a majority", FaultKind.Process, site => KillAsync(site, [.. site.Cluster.Members.Skip(1)])),
        new("kill -9 of all", FaultKind.Process, site => KillAsync(site, [.. site.Cluster.Members])),
        new("SIGSTOP", FaultKind.Process, PauseAsync),
    ];

    private static Task KillAsync(FaultSite site, IReadOnlyList<ChaosNode> nodes) => Task.WhenAll(nodes.Select(node => FaultSite.AloneAsync(node, async () =>
    {
        site.Note($"kill -9 of node {node.Number}");
        node.Kill();
        await site.LastAsync();
        await node.StartAsync();
        site.Note($"node {node.Number} runs again");
    })));

    private static async Task PauseAsync(FaultSite site)
    {
        ChaosNode node = await site.TargetAsync();
        await FaultSite.AloneAsync(node, async () =>
        {
            site.Note($"SIGSTOP of node {node.Number}");
            node.Pause();
            await site.LastAsync();
            node.Resume();
            site.Note($"SIGCONT of node {node.Number}");
        });
    }
}
