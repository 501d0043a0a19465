using System.Net.Http;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Operations;

/// <summary>What docs/deployment.md says beside its steps, which DeploymentWalkTests goes.</summary>
[TestFixture]
internal sealed class DeploymentTests() : FreshCluster(0)
{
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
        Assert.That(text, Does.Match("(?m)^# TYPE raft_fsync_duration_seconds histogram$"));
        Assert.That(text, Does.Match("(?m)^raft_fsync_duration_seconds_bucket{le=\"\\+Inf\"} [1-9]\\d*$").And.Match("(?m)^raft_fsync_duration_seconds_count [1-9]\\d*$"));
        Assert.That(text, Does.Match("(?m)^redis_keys 1$"));
        Assert.That(text, Does.Match("(?m)^# TYPE process_gc_pause_seconds_total counter$").And.Match("(?m)^process_gc_allocated_bytes_total [1-9]\\d+$"));
        Assert.That(text, Does.Match("(?m)^process_gc_collections_total{generation=\"2\"} \\d+$").And.Match("(?m)^process_gc_heap_bytes{generation=\"4\"} \\d+$"));
        Assert.That(text, Does.Match("(?m)^process_resident_memory_bytes [1-9]\\d+$").And.Match("(?m)^process_cpu_seconds_total 0?\\.?\\d"));
        using HttpResponseMessage other = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
        Assert.That((int)other.StatusCode, Is.EqualTo(404));

        using ServerProcess status = ServerProcess.Start("status", node.Address, "--json");
        Assert.That(await status.ExitAsync(), Is.Zero, status.Output);
        Assert.That(status.Output, Does.Contain("\"raft_disk_free_bytes\": "));

        using ServerProcess watch = ServerProcess.Start("status", node.Address, "--watch");
        await Eventually.TrueAsync("the screen to be shown again", () => Task.FromResult(watch.Output.Split("leader node 1").Length > 2));
        Assert.That(watch.Output, Does.Match($"1 +{node.Address} +leader +yes +3 +0 "));
        watch.Kill();
    }

    [Test]
    public async Task Trace_ShowsWhatItIsToldTo()
    {
        IReadOnlyList<TestNode> nodes = await Cluster.AddAsync(2, "--loglevel", "debug", "--raft.loglevel", "debug");
        Assert.That(await nodes[0].AskAsync("CONFIG", "SET", "raft.trace", "node conn raftlog"), Is.EqualTo("+OK"));
        await Cluster.FormAsync();
        Assert.That(await nodes[0].AskAsync("SET", "a", "1"), Is.EqualTo("+OK"));
        Assert.That(await nodes[0].AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
        string[] traced =
        [
            "Node: Leader in term ", $"Node: the members are 1 at {nodes[0].Address}, 2 at {nodes[1].Address}", $"Connection: connecting to node 2 at {nodes[1].Address}",
            $"Connection: node 2 at {nodes[1].Address} has connected", "RaftLog: ends with ", "RaftLog: is on disk up to ", "RaftLog: begins behind ",
        ];
        foreach (string line in traced)
            await Eventually.TrueAsync($"a line with '{line}'", () => Task.FromResult(nodes[0].Output.Contains(line, StringComparison.Ordinal)));
        Assert.That(nodes[0].Output, Does.Not.Contain("RaftLibrary:").And.Not.Contain("Generic:"));
        Assert.That(nodes[1].Output, Does.Not.Contain("RaftLog:"), "off by default");

        Assert.That(await nodes[0].AskAsync("CONFIG", "SET", "raft.trace", "raftlib generic"), Is.EqualTo("+OK"));
        Assert.That(await nodes[0].AskAsync("SET", "a", "2"), Is.EqualTo("+OK"));
        foreach (string line in new[] { "RaftLibrary: to node 2: AppendRequest", "RaftLibrary: from node 2: AppendReply", "Generic: 1 requests of 127.0.0.1:" })
            await Eventually.TrueAsync($"a line with '{line}'", () => Task.FromResult(nodes[0].Output.Contains(line, StringComparison.Ordinal)));
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
}
