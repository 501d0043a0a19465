using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Chaos.Faults;

/// <summary>Clocks that are set, disks that are full.</summary>
internal static class MachineFaults
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly int[] Jumps = [-3_600_000, -10_000, -500, 500, 2_000, 10_000];

    public static IEnumerable<Fault> Rows =>
    [
        new("clocks set", FaultKind.Machine, SetClocksAsync),
        new("full disk", FaultKind.Machine, async site => await FillDiskAsync(site, await site.TargetAsync())),
    ];

    /// <summary>Some clocks are set, and half of the times set right again.</summary>
    private static async Task SetClocksAsync(FaultSite site)
    {
        foreach (ChaosNode node in site.Cluster.Members.Where(_ => site.Random.Next(2) == 0))
            await SetClockAsync(site, node, Jumps[site.Random.Next(Jumps.Length)]);
        await site.LastAsync();
        foreach (ChaosNode node in site.Cluster.Members.Where(_ => site.Random.Next(2) == 0))
            await SetClockAsync(site, node, 0);
    }

    public static async Task SetClockAsync(FaultSite site, ChaosNode node, int milliseconds) =>
        site.Note($"clock of node {node.Number} is {milliseconds} ms ahead: {await node.TryAskAsync(Patience, "CONFIG", "SET", "raft.clock-offset", $"{milliseconds}")}");

    /// <summary>Something else takes the whole disk. The node may stop, and starts again once there is room.</summary>
    public static Task FillDiskAsync(FaultSite site, ChaosNode node) => FaultSite.AloneAsync(node, async () =>
    {
        if (node.DiskPath is not { } disk)
            return;
        site.Note($"disk of node {node.Number} is full");
        node.MayBeDown = true;
        string ballast = Path.Combine(disk, "ballast");
        Fill(ballast);
        await site.LastAsync();
        File.Delete(ballast);
        await Task.Delay(200); // it may be on its way down, and still answer
        if (node.Server.IsRunning)
        {
            node.MayBeDown = await node.TryInfoAsync() is null;
            if (!node.MayBeDown)
                return;
            await Eventually.TrueAsync($"node {node.Number} to end or to answer", async () => !node.Server.IsRunning || await node.TryInfoAsync() is not null);
        }

        if (!node.Server.IsRunning)
        {
            if (node.Server.Process.ExitCode != ExitCode.DirectoryUnusable)
                throw new InvalidOperationException($"Node {node.Number} ended with code {node.Server.Process.ExitCode} on a full disk:\n{node.Server.Output}");
            site.Note($"node {node.Number} has stopped and starts again");
            await node.StartAsync();
        }

        node.MayBeDown = false;
    });

    private static void Fill(string path)
    {
        byte[] block = new byte[64 * 1024];
        try
        {
            using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full, as was wanted.
        }
    }
}
