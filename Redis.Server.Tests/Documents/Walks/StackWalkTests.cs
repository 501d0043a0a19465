using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Documents.Walks;

/// <summary>docs/deploy/stack.yml as a Swarm would run it: its command through the image's entry point, on machines with its host names.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
internal sealed partial class StackWalkTests
{
    private const string Containers = "In containers";
    private static readonly string[] Ids = ["q1w2e3", "a4s5d6", "y7x8c9"];

    [Test]
    public async Task TheStack_IsFormedByItsDocumentsCommands()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Machines are made of namespaces, which Linux has.");
        Page page = Page.Read("docs", "deployment.md");
        string stack = await File.ReadAllTextAsync(SourceTree.PathOf("docs", "deploy", "stack.yml"));
        string host = Host().Match(stack).Groups[1].Value;
        string command = Command().Match(stack).Groups[1].Value;
        using Machines machines = await Machines.StartAsync(3, machine => $"10.0.0.{machine}", machine => [HostOf(machine), "redisraft.host"]);
        string HostOf(int machine) => host.Replace("{{.Node.ID}}", Ids[machine - 1], StringComparison.Ordinal);
        foreach (int machine in (int[])[1, 2, 3])
        {
            string container = $"hostname {HostOf(machine)}; exec sh {SourceTree.PathOf("docs", "deploy", "entrypoint.sh")} {command}";
            await machines.LeaveRunningAsync(machine, new Example($"env DATA_DIR=/var/lib/redis-raft unshare --uts sh -c '{container}'", ""));
        }

        string healthCheck = $"sh {SourceTree.PathOf("docs", "deploy", "health-check.sh")} && echo healthy";
        foreach (int machine in (int[])[1, 2, 3])
            await Eventually.TrueAsync($"node {machine} to be healthy", async () => (await machines.TypeAsync(machine, healthCheck)).Contains("healthy", StringComparison.Ordinal));

        await machines.FollowAsync(1, page.Find(Containers, "redis-cli -h NODE.redisraft.host").With("NODE", Ids[0]));
        Example join = page.Find(Containers, "redis-cli -h OTHER.redisraft.host").With("NODE", Ids[0]);
        await machines.FollowAsync(1, join.With("OTHER", Ids[1]));
        await machines.FollowAsync(1, join.With("OTHER", Ids[2]));
        Example info = page.Find(Containers, "redis-cli -h redisraft.host INFO");
        await Eventually.TrueAsync("three voters", async () => (await machines.TypeAsync(2, info.Command)).Contains("raft_num_voting_nodes:3", StringComparison.Ordinal));
        foreach (int machine in (int[])[1, 2, 3])
            await Eventually.TrueAsync($"node {machine} to pass a write on", async () => (await machines.TypeAsync(machine, $"redis-cli -h {HostOf(machine)} SET from {machine}")).StartsWith("OK", StringComparison.Ordinal));
        Assert.That(page.NotFollowed(Containers), Is.Empty);
    }

    [GeneratedRegex("(?m)^ *hostname: \"(.*)\"$")]
    private static partial Regex Host();

    [GeneratedRegex("(?m)^ *command: (.*)$")]
    private static partial Regex Command();
}
