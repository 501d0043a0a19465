using System.Net.Http;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Operations;

/// <summary>The steps of docs/deployment.md, one after the other, by real processes.</summary>
[TestFixture]
internal sealed class DeploymentTests() : FreshCluster(0)
{
    private int _steps;

    [Test]
    public async Task AClusterIsBuiltByHand_Grown_Repaired_Upgraded_AndItsQuorumLostAndRecovered()
    {
        _steps = 0;
        // Three nodes by hand.
        IReadOnlyList<TestNode> first = await Cluster.AddAsync(3);
        Assert.That(await first[0].AskAsync("RAFT.CLUSTER", "INIT"), Does.StartWith("+OK "));
        Assert.That(await first[1].AskAsync("RAFT.CLUSTER", "JOIN", first[0].Address), Is.EqualTo("+OK"));
        Assert.That(await first[2].AskAsync("RAFT.CLUSTER", "JOIN", first[0].Address), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        await KeepsDataAsync("three nodes");

        // Grown to five: both join at once, through followers.
        IReadOnlyList<TestNode> more = await Cluster.AddAsync(2);
        string[] joined = await Task.WhenAll(more.Select(node => node.AskAsync("RAFT.CLUSTER", "JOIN", first[2].Address, first[1].Address)));
        Assert.That(joined, Is.All.EqualTo("+OK"));
        await Cluster.SettledAsync();
        await KeepsDataAsync("five nodes");

        await ReplaceAsync(first[1]);
        await UpgradeByRollingRestartAsync();
        await LoseAndRecoverQuorumAsync();
    }

    [Test]
    public async Task ANodeThatLostItsDisk_IsRefusedUnderItsOldId_AndToldHowToRejoin()
    {
        IReadOnlyList<TestNode> nodes = await Cluster.AddAsync(3);
        await Cluster.FormAsync();
        nodes[2].Process.Kill();
        Directory.Delete(nodes[2].Directory, recursive: true);
        nodes[2].Start("--raft.id", "3");
        await nodes[2].ReadyAsync();
        Assert.That(await nodes[2].AskAsync("RAFT.CLUSTER", "JOIN", nodes[0].Address), Does.Match(
            "^-ERR failed to connect to cluster for join operation, please check logs: .*: ERR node id has already been used in this cluster\\. .*CONFIG SET raft\\.id 0 and JOIN again.*RAFT\\.NODE REMOVE the old id$"));
        Assert.That(await nodes[2].AskAsync("CONFIG", "SET", "raft.id", "0"), Is.EqualTo("+OK"));
        Assert.That(await nodes[2].AskAsync("RAFT.CLUSTER", "JOIN", nodes[0].Address), Is.EqualTo("+OK"));
        Assert.That(await (await Cluster.LeaderAsync()).AskAsync("RAFT.NODE", "REMOVE", "3"), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        Assert.That((await nodes[2].InfoAsync()).NodeId, Is.EqualTo(4));
    }

    [Test]
    public async Task MetricsAndStatus_ShowTheNode()
    {
        int port = LoopbackPorts.Next();
        TestNode node = (await Cluster.AddAsync(1, "--metrics-port", $"{port}"))[0];
        await Cluster.FormAsync();
        Assert.That(await node.AskAsync("SET", "a", "1"), Is.EqualTo("+OK"));
        using HttpClient http = new();
        string text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        Assert.That(text, Does.Match("(?m)^raft_role 3$"));
        Assert.That(text, Does.Match("(?m)^raft_log_index 3$"));
        Assert.That(text, Does.Match("(?m)^raft_proposals_total 1$"));
        Assert.That(text, Does.Match("(?m)^# TYPE raft_fsync_seconds_total counter$"));
        Assert.That(text, Does.Match("(?m)^redis_keys 1$"));
        using HttpResponseMessage other = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
        Assert.That((int)other.StatusCode, Is.EqualTo(404));

        using ServerProcess status = ServerProcess.Start("status", node.Address, "--json");
        Assert.That(await status.ExitAsync(), Is.Zero, status.Output);
        Assert.That(status.Output, Does.Contain("\"raft_disk_free_bytes\": "));
    }

    [Test]
    public async Task APeerOfAnotherVersion_IsToldWhy()
    {
        TestNode node = await Cluster.AddAsync();
        await Cluster.FormAsync();
        string id = (await node.InfoAsync()).Field("raft_dbid");
        Assert.That(await node.AskAsync("RAFT.PEER", "0", id, "2", "1", "127.0.0.1:1"), Does.StartWith("-ERR peer protocol 0 is not spoken here any more, only 1 to "));
        Assert.That(await node.AskAsync("RAFT.PEER", "99", id, "2", "1", "127.0.0.1:1"), Does.Match("^\\+OK [1-9]\\d*$"), "a newer node is told what is spoken here");
        Assert.That(await node.AskAsync("RAFT.PEER", "1", id.Replace('0', '1').Replace('a', 'b'), "2", "1", "127.0.0.1:1"), Does.StartWith("-ERR this node belongs to cluster "));
        Assert.That(await node.AskAsync("RAFT.PEER", "1", id, "2", "7", "127.0.0.1:1"), Is.EqualTo("-ERR this node is 1, not 7"));
        Assert.That(await node.AskAsync("RAFT.PEER", "1", id, "2", "1", "127.0.0.1:1", "TELEPATHY"), Does.StartWith("-ERR connections for TELEPATHY are not known here"));
        Assert.That(node.Output, Does.Contain("Refused a connection of another node from 127.0.0.1:"));
    }

    /// <summary>A node is removed, stays dead, and another one takes its place.</summary>
    private async Task ReplaceAsync(TestNode node)
    {
        long id = (await node.InfoAsync()).NodeId;
        Assert.That(await (await Cluster.LeaderAsync()).AskAsync("RAFT.NODE", "REMOVE", $"{id}"), Is.EqualTo("+OK"));
        Assert.That(await node.Process.ExitAsync(), Is.Zero, "a removed node ends by itself");
        node.Start();
        await node.ReadyAsync();
        Assert.That((await node.InfoAsync()).State, Is.EqualTo("uninitialized"), "and belongs to no cluster any more");
        Assert.That(await node.TerminateAsync(), Is.Zero);

        TestNode replacement = await Cluster.AddAsync();
        Assert.That(await replacement.AskAsync("RAFT.CLUSTER", "JOIN", (await Cluster.LeaderAsync()).Address), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        Assert.That((await replacement.InfoAsync()).Number("raft_num_voting_nodes"), Is.EqualTo(5));
        await KeepsDataAsync("a node replaced");
    }

    /// <summary>One node after the other stops cleanly and starts again (as the new version), the leader last.</summary>
    private async Task UpgradeByRollingRestartAsync()
    {
        TestNode leader = await Cluster.LeaderAsync();
        foreach (TestNode node in Cluster.Running.OrderBy(node => node == leader).ToArray())
        {
            Assert.That(await node.TerminateAsync(), Is.Zero);
            Assert.That(await (await Cluster.LeaderAsync()).AskAsync("SET", "during", "restart"), Is.EqualTo("+OK"));
            node.Start();
            await node.ReadyAsync();
            await Cluster.SettledAsync();
        }

        await KeepsDataAsync("a rolling restart");
    }

    private async Task LoseAndRecoverQuorumAsync()
    {
        TestNode[] all = [.. Cluster.Running];
        TestNode survivor = all[^1];
        foreach (TestNode node in all)
            node.Process.Kill();
        using (ServerProcess recover = ServerProcess.Start("recover", "--dir", survivor.Directory, "--yes"))
        {
            Assert.That(await recover.ExitAsync(), Is.Zero, recover.Output);
            Assert.That(recover.Output, Does.Contain("What may be lost: every write").And.Contain("Recovered: cluster "));
        }

        survivor.Start();
        await survivor.ReadyAsync();
        TestNode leader = await Cluster.LeaderAsync();
        Assert.That(leader, Is.SameAs(survivor));
        Assert.That((await leader.InfoAsync()).Number("raft_num_nodes"), Is.EqualTo(1));
        await KeepsDataAsync("a recovery");
        TestNode joining = await Cluster.AddAsync();
        Assert.That(await joining.AskAsync("RAFT.CLUSTER", "JOIN", survivor.Address), Is.EqualTo("+OK"));
        await Cluster.SettledAsync();
        Assert.That(await joining.AskAsync("RAFT.DEBUG", "EXEC", "LLEN", "steps"), Is.EqualTo(":5"));
    }

    /// <summary>What was written at each step before is there, and something more is.</summary>
    private async Task KeepsDataAsync(string step)
    {
        using TestClient client = await (await Cluster.LeaderAsync()).ConnectAsync();
        Assert.That(await client.AskAsync("RPUSH", "steps", step), Is.EqualTo($":{++_steps}"), step);
    }
}
