namespace Redis.Server.Tests.Chaos.Faults;

/// <summary>What people do to a cluster in operation: none of it is a fault, all of it has to be survived.</summary>
internal static class OperatorFaults
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static IEnumerable<Fault> Rows =>
    [
        new("snapshots", FaultKind.Operator, SnapshotAsync),
        new("leadership handed over", FaultKind.Operator, TransferAsync),
        new("campaign", FaultKind.Operator, CampaignAsync),
        new("member replaced", FaultKind.Operator, ReplaceAsync),
        new("cluster grows and shrinks", FaultKind.Operator, GrowAsync),
        new("dead member replaced", FaultKind.Operator, ReplaceDeadAsync),
        new("rolling restart", FaultKind.Operator, RestartAllAsync),
    ];

    private static async Task SnapshotAsync(FaultSite site)
    {
        site.Note("snapshots on all nodes");
        await Task.WhenAll(site.Cluster.Members.Select(node => node.TryAskAsync(Patience, "BGSAVE")));
    }

    private static async Task TransferAsync(FaultSite site)
    {
        if (await site.Cluster.FindLeaderAsync() is { } leader && await site.AnyMember().TryInfoAsync() is { } target)
            site.Note($"leadership from node {leader.Number} to id {target.NodeId}: {await leader.TryAskAsync(Patience, "RAFT.TRANSFER_LEADER", $"{target.NodeId}")}");
    }

    private static async Task CampaignAsync(FaultSite site)
    {
        ChaosNode node = site.AnyMember();
        site.Note($"node {node.Number} is told to campaign: {await node.TryAskAsync(Patience, "RAFT.TIMEOUT_NOW")}");
    }

    private static async Task ReplaceAsync(FaultSite site)
    {
        await RemoveAsync(site, await site.TargetAsync());
        await AddAsync(site);
    }

    private static async Task GrowAsync(FaultSite site)
    {
        await AddAsync(site);
        await AddAsync(site);
        await site.LastAsync();
        await RemoveAsync(site, await site.TargetAsync());
        await RemoveAsync(site, await site.TargetAsync());
    }

    /// <summary>A machine is gone with its disk.</summary>
    private static async Task ReplaceDeadAsync(FaultSite site)
    {
        ChaosNode node = await site.TargetAsync();
        await FaultSite.AloneAsync(node, async () =>
        {
            if (await node.TryInfoAsync() is not { } info)
                return;
            site.Note($"node {node.Number} dies for good");
            node.Kill();
            await site.Cluster.RemoveDeadAsync(node, info.NodeId);
        });
        await AddAsync(site);
    }

    private static async Task RestartAllAsync(FaultSite site)
    {
        foreach (ChaosNode node in site.Cluster.Members)
        {
            await FaultSite.AloneAsync(node, async () =>
            {
                site.Note($"node {node.Number} is restarted");
                node.MayBeDown = true;
                int code = await node.Server.TerminateAsync();
                if (code != 0)
                    throw new InvalidOperationException($"Node {node.Number} ended with code {code} after SIGTERM:\n{node.Server.Output}");
                await node.StartAsync();
            });
        }
    }

    private static async Task AddAsync(FaultSite site)
    {
        ChaosNode node = site.Cluster.NewNode();
        site.Note($"node {node.Number} joins");
        await node.StartAsync();
        await site.Cluster.JoinAsync(node);
        site.Note($"node {node.Number} has joined");
    }

    private static Task RemoveAsync(FaultSite site, ChaosNode node) => FaultSite.AloneAsync(node, async () =>
    {
        site.Note($"node {node.Number} is removed");
        await site.Cluster.RemoveAsync(node);
        site.Note($"node {node.Number} is gone");
    });
}
