using System.Runtime.Versioning;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Documents.Walks;

/// <summary>docs/quick-start.md as it stands there, on an empty machine.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
internal sealed class QuickStartWalkTests
{
    private const string Published = "With the published program";

    [Test]
    public async Task ThePublishedProgram_FormsACluster_ByItselfAndByHand()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Machines are made of namespaces, which Linux has.");
        Page page = Page.Read("docs", "quick-start.md");
        using (Machines byItself = await Machines.StartAsync(1, _ => "10.0.0.1"))
        {
            await StartAsync(byItself, page, "");
            await EverybodyVotesAsync(byItself);
            await byItself.FollowAsync(1, page.Find(Published, "redis-cli -c -p 6001 SET"));
            await byItself.FollowAsync(1, page.Find(Published, "redis-cli -c -p 6002 GET"));
        }

        using Machines byHand = await Machines.StartAsync(1, _ => "10.0.0.1");
        await StartAsync(byHand, page, " --raft.bootstrap");
        await byHand.FollowAsync(1, page.Find(Published, "redis-cli -p 6001 RAFT.CLUSTER INIT"));
        await byHand.FollowAsync(1, page.Find(Published, "redis-cli -p 6002 RAFT.CLUSTER JOIN"));
        await byHand.FollowAsync(1, page.Find(Published, "redis-cli -p 6003 RAFT.CLUSTER JOIN"));
        await EverybodyVotesAsync(byHand);
        Assert.That(page.NotFollowed(Published), Is.Empty);
    }

    /// <param name="machines">Where.</param>
    /// <param name="page">The document.</param>
    /// <param name="leftOut">The option from which on a line is not typed.</param>
    private static async Task StartAsync(Machines machines, Page page, string leftOut)
    {
        await machines.FollowAsync(1, page.Find(Published, "mkdir"));
        foreach (int port in (int[])[6001, 6002, 6003])
        {
            Example server = page.Find(Published, $"redis-raft-server --port {port}");
            await machines.LeaveRunningAsync(1, leftOut.Length == 0 ? server : server with { Command = server.Command[..server.Command.IndexOf(leftOut, StringComparison.Ordinal)] });
        }

        foreach (int port in (int[])[6001, 6002, 6003])
            await Eventually.TrueAsync($"port {port} to answer", async () => (await machines.TypeAsync(1, $"redis-cli -p {port} PING")).StartsWith("PONG", StringComparison.Ordinal));
    }

    private static Task EverybodyVotesAsync(Machines machines) => Eventually.TrueAsync("three nodes to vote", async () =>
        (await machines.TypeAsync(1, "redis-raft-server status 127.0.0.1:6001")).Split('\n').Count(row => row.Contains(" yes ", StringComparison.Ordinal)) == 3);
}
