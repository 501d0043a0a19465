using System.Globalization;
using System.Runtime.Versioning;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Documents.Walks;

/// <summary>docs/deployment.md, line by line as it stands there, on machines with names.</summary>
[TestFixture]
[UnsupportedOSPlatform("windows")]
internal sealed class DeploymentWalkTests
{
    private const string ByHand = "A cluster of three machines, by hand";
    private const string ByItself = "A cluster that forms itself";
    private const string Growing = "Grow";
    private const string Replacing = "Replace a node";
    private const string Upgrading = "Upgrade";
    private const string Recovering = "When the majority is lost for good";
    private const string BackingUp = "Backup and restore";

    private Page _page = null!;
    private Machines _machines = null!;
    private int _steps;

    private Example Server => _page.Find(ByHand, "redis-raft-server --dir");

    private Example Status => _page.Find(ByHand, "redis-raft-server status");

    [SetUp]
    public async Task SetUp()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Machines are made of namespaces, which Linux has.");
        _steps = 0;
        _page = Page.Read("docs", "deployment.md");
        _machines = await Machines.StartAsync(5, machine => $"10.0.0.{machine}");
    }

    [TearDown]
    public void TearDown() => _machines?.Dispose();

    [Test]
    public async Task ThreeMachinesByHand_GrowToFive_OneIsReplaced_AllAreUpgraded_TheMajorityIsLost_AndABackupIsRestored()
    {
        await BuildByHandAsync();
        await GrowAsync();
        await ReplaceAsync();
        await UpgradeAsync();
        await LoseTheMajorityAsync();
        await BackUpAndRestoreAsync();
        Assert.That(_page.NotFollowed(ByHand, Growing, Replacing, Upgrading, Recovering, BackingUp), Is.Empty, "every line was typed");
    }

    [Test]
    public async Task AClusterFormsItself_WhateverTheOrder()
    {
        Example server = _page.Find(ByItself, "redis-raft-server --dir");
        foreach (int machine in (int[])[3, 1, 2])
        {
            await _machines.FollowAsync(machine, _page.Find(ByItself, "mkdir"));
            await _machines.LeaveRunningAsync(machine, server.With("--raft.addr node1.example", $"--raft.addr node{machine}.example"));
        }

        await EverybodyVotesAsync(1, 3);
        await KeepsDataAsync(2, "formed by itself");
        Assert.That(_page.NotFollowed(ByItself), Is.Empty);
    }

    private async Task BuildByHandAsync()
    {
        foreach (int machine in (int[])[1, 2, 3])
            await StartAsync(machine);
        await FollowAsync(1, ByHand, "redis-cli -h node1.example RAFT.CLUSTER INIT");
        Example join = _page.Find(ByHand, "redis-cli -h node2.example RAFT.CLUSTER JOIN");
        await _machines.FollowAsync(1, join);
        await _machines.FollowAsync(1, join.With("node2", "node3"));
        await EverybodyVotesAsync(1, 3);
        Example status = Status.With("leader node 1", "leader node …").With("leader     yes", "… yes").With("follower   yes", "… yes"); // whoever leads
        await Eventually.TrueAsync("status to look as it does in the document", async () => status.IsAnsweredBy(await _machines.TypeAsync(2, status.Command)));
        await FollowAsync(2, ByHand, "redis-cli -c -h node2.example SET");
        await FollowAsync(3, ByHand, "redis-cli -c -h node3.example GET");
        await KeepsDataAsync(1, "three nodes");
    }

    private async Task GrowAsync()
    {
        foreach (int machine in (int[])[4, 5])
            await StartAsync(machine);
        await FollowAsync(4, Growing, "redis-cli -h node4.example RAFT.CLUSTER JOIN");
        await FollowAsync(5, Growing, "redis-cli -h node5.example RAFT.CLUSTER JOIN");
        await EverybodyVotesAsync(1, 5);
        await KeepsDataAsync(5, "five nodes");
    }

    private async Task ReplaceAsync()
    {
        await FollowAsync(1, Replacing, "redis-cli -c -h node1.example RAFT.NODE REMOVE 2");
        Assert.That(await _machines.EndAsync(2), Is.EqualTo("0"), _machines.OutputOf(2));
        Assert.That(await _machines.TypeAsync(2, "ls /var/lib/redis-raft"), Does.Contain("removed-node-2"));
        _machines.Wipe(2);
        await StartAsync(2);
        await FollowAsync(2, Replacing, "redis-cli -h node2.example RAFT.CLUSTER JOIN");
        await EverybodyVotesAsync(1, 5);
        Assert.That(await _machines.TypeAsync(2, "redis-cli -h node2.example INFO raft"), Does.Contain("raft_node_id:6"));
        await KeepsDataAsync(2, "a node replaced");
    }

    private async Task UpgradeAsync()
    {
        Example shutdown = _page.Find(Upgrading, "redis-cli -h node2.example SHUTDOWN");
        _page.Find(Upgrading, "redis-raft-server status");
        int leader = await LeaderAsync();
        foreach (int machine in Enumerable.Range(1, 5).OrderBy(machine => machine == leader))
        {
            await _machines.FollowAsync(1, shutdown.With("node2", $"node{machine}"));
            Assert.That(await _machines.EndAsync(machine), Is.EqualTo("0"), _machines.OutputOf(machine));
            await KeepsDataAsync(machine == 1 ? 2 : 1, $"node{machine} upgraded");
            await StartAsync(machine);
            await EverybodyVotesAsync(machine, 5);
        }
    }

    /// <summary>Node 3 is the one whose disk is left.</summary>
    private async Task LoseTheMajorityAsync()
    {
        foreach (int machine in Enumerable.Range(1, 5))
            await _machines.CutPowerAsync(machine);
        string asked = await _machines.TypeAsync(3, _page.Find(Recovering, "redis-raft-server recover").Command, "recover");
        Assert.That(asked, Does.Contain("This makes a NEW cluster of this node alone.").And.Contain("Type \"recover\" to go on:").And.Contain("Recovered: cluster "));
        await StartAsync(3);
        await EverybodyVotesAsync(3, 1);
        _machines.Wipe(1);
        await StartAsync(1);
        await FollowAsync(1, Recovering, "redis-cli -h node1.example RAFT.CLUSTER JOIN");
        await EverybodyVotesAsync(3, 2);
        await KeepsDataAsync(1, "recovered");
    }

    private async Task BackUpAndRestoreAsync()
    {
        _machines.Wipe(2);
        await StartAsync(2);
        await _machines.TypeAsync(2, "redis-cli -h node2.example RAFT.CLUSTER JOIN node3.example:6379");
        await EverybodyVotesAsync(3, 3);
        await FollowAsync(2, BackingUp, "redis-cli -h node2.example RAFT.DEBUG COMPACT");
        await FollowAsync(2, BackingUp, "cp /var/lib/redis-raft/dump.rdb");
        string check = _page.Find(BackingUp, "redis-check-rdb").Command;
        if (InstalledProgram.Find("redis-check-rdb") is not null)
            Assert.That(await _machines.TypeAsync(2, check), Does.Contain("RDB looks OK"));

        foreach (int machine in (int[])[1, 2, 3])
            await _machines.CutPowerAsync(machine);
        _machines.Wipe(2);
        await FollowAsync(2, BackingUp, "cp /mnt/backup/");
        await _machines.LeaveRunningAsync(2, _page.Find(BackingUp, "redis-raft-server --dir"));
        await AnswersAsync(2);
        await FollowAsync(2, BackingUp, "redis-cli -h node2.example RAFT.CLUSTER INIT");
        await EverybodyVotesAsync(2, 1);
        await KeepsDataAsync(2, "restored");
        Assert.That(await _machines.TypeAsync(2, "redis-cli -h node2.example GET greeting"), Does.StartWith("hello"));
    }

    private Task FollowAsync(int machine, string section, string beginning) => _machines.FollowAsync(machine, _page.Find(section, beginning));

    private async Task StartAsync(int machine)
    {
        await _machines.FollowAsync(machine, _page.Find(ByHand, "mkdir"));
        await _machines.LeaveRunningAsync(machine, Server.With("node1.example", $"node{machine}.example"));
        await AnswersAsync(machine);
    }

    private Task AnswersAsync(int machine) => Eventually.TrueAsync($"node{machine} to answer\n{_machines.OutputOf(machine)}", async () =>
        (await _machines.TypeAsync(machine, $"redis-cli -h node{machine}.example PING")).StartsWith("PONG", StringComparison.Ordinal));

    /// <summary>As status shows it, and all of them have applied the same.</summary>
    private Task EverybodyVotesAsync(int machine, int nodes) => Eventually.TrueAsync($"{nodes} nodes to vote", async () =>
    {
        string shown = await _machines.TypeAsync(machine, Status.Command.Replace("node1", $"node{machine}", StringComparison.Ordinal));
        string[] rows = [.. shown.Split('\n').Where(row => row.Contains(".example:6379", StringComparison.Ordinal))];
        return rows.Length == nodes && rows.All(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, "leader" or "follower", "yes", _, "0", ..])
            && rows.Count(row => row.Contains(" leader ", StringComparison.Ordinal)) == 1;
    });

    private async Task<int> LeaderAsync()
    {
        foreach (int machine in Enumerable.Range(1, 5))
        {
            if (new RaftInfo(await _machines.TypeAsync(machine, $"redis-cli -h node{machine}.example INFO raft")).IsLeader)
                return machine;
        }

        throw new InvalidOperationException("Nobody leads.");
    }

    /// <summary>What was written at each step before is there, and something more is. An election may be under way, so all of it may be done twice.</summary>
    private async Task KeepsDataAsync(int machine, string step)
    {
        await NumberAsync(machine, $"SADD steps '{step}'");
        Assert.That(await NumberAsync(machine, "SCARD steps"), Is.EqualTo(++_steps), step);
    }

    private async Task<int> NumberAsync(int machine, string command) => int.Parse(
        await Eventually.GetAsync($"a number from {command}", async () =>
            (await _machines.TypeAsync(machine, $"redis-cli -c -h node{machine}.example {command}")).Trim() is { Length: > 0 } reply && reply.All(char.IsAsciiDigit) ? reply : null),
        CultureInfo.InvariantCulture);
}
