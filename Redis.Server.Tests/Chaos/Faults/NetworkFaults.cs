namespace Redis.Server.Tests.Chaos.Faults;

/// <summary>Links lose, hold, delay and break what they carry.</summary>
internal static class NetworkFaults
{
    private const int Resets = 20;

    public static IEnumerable<Fault> Rows =>
    [
        Row("isolated from the other nodes", (site, node) => site.Network.Split([node], Others(site, node))),
        Row("isolated from all", (site, node) => site.Network.Split([node], [.. Others(site, node), FaultyNetwork.Clients])),
        Row("heard by nobody", (site, node) => Each(Others(site, node), other => site.Network.Hold(node, other))),
        Row("hears nobody", (site, node) => Each(Others(site, node), other => site.Network.Hold(other, node))),
        Row("cut off with resets", (site, node) => Each(Others(site, node), other => site.Network.Cut(node, other))),
        Row("two do not hear each other", (site, node) => site.Network.Split([node], [site.Cluster.Members.First(other => other.Number != node).Number])),
        Row("one way between two", (site, node) => site.Network.Hold(node, site.Cluster.Members.First(other => other.Number != node).Number)),
        Row("two groups", (site, node) => site.Network.Split([node, .. Others(site, node).Skip(2)], Others(site, node).Take(2))),
        Row("replies to clients held", (site, node) => site.Network.Hold(node, FaultyNetwork.Clients)),
        Row("slow links", (site, node) => Each(Others(site, node), other => SlowDown(site, node, other))),
        Row("narrow links", (site, node) => Each(Others(site, node), other => site.Network[node, other].BytesPerSecond = site.Random.Next(20_000, 200_000))),
        new("deposed and not told", FaultKind.Network, DeposeAsync),
        new("resets", FaultKind.Network, ResetAsync),
    ];

    private static Fault Row(string name, Action<FaultSite, int> breakLinks) => new(name, FaultKind.Network, async site =>
    {
        ChaosNode node = await site.TargetAsync();
        site.Note($"network: {name}, node {node.Number}");
        breakLinks(site, node.Number);
        await site.LastAsync();
        site.Network.Heal();
        site.Note("network: healed");
    });

    private static int[] Others(FaultSite site, int node) => [.. site.Cluster.Members.Select(member => member.Number).Where(number => number != node)];

    private static void Each(int[] nodes, Action<int> act) => Array.ForEach(nodes, act);

    private static void SlowDown(FaultSite site, int a, int b)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(site.Random.Next(10, 300));
        site.Network[a, b].Delay = site.Network[b, a].Delay = delay;
    }

    /// <summary>For a while two nodes believe that they lead, and clients reach both.</summary>
    private static async Task DeposeAsync(FaultSite site)
    {
        if (await site.Cluster.FindLeaderAsync() is not { } old || site.Cluster.Members.FirstOrDefault(node => node != old) is not { } next)
            return;
        site.Note($"network: node {old.Number} leads and is isolated; node {next.Number} is told to campaign");
        site.Network.Split([old.Number], Others(site, old.Number));
        await next.TryAskAsync(TimeSpan.FromSeconds(1), "RAFT.TIMEOUT_NOW");
        await site.LastAsync();
        site.Network.Heal();
        site.Note("network: healed");
    }

    private static async Task ResetAsync(FaultSite site)
    {
        Task end = site.LastAsync();
        for (int i = 0; i < Resets && !end.IsCompleted; i++)
        {
            int a = site.AnyMember().Number;
            int b = site.Random.Next(3) == 0 ? FaultyNetwork.Clients : site.AnyMember().Number;
            site.Note($"network: connections between {a} and {b} are reset");
            site.Network.Reset(a, b);
            await Task.Delay(site.Random.Next(20, 300));
        }
    }
}
