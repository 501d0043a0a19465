using System.Diagnostics;
using Benchmarks.Measuring;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>What one slow member, or too much work for all, does to the rest: it waits, and memory stays.</summary>
[TestFixture]
internal sealed class OverloadTests
{
    private const int Megabyte = 1024 * 1024;

    [Test]
    public async Task AFollowerThatStandsStill_GetsNoMoreThanItsWindow_AndHoldsUpNobody()
    {
        int metrics = LoopbackPorts.Next();
        using TestCluster cluster = new("--raft.election-timeout", "20000", "--raft.append-req-max-size", "1mb", "--raft.append-req-max-count", "2");
        await cluster.AddAsync(1, "--metrics-port", $"{metrics}");
        await cluster.AddAsync(2);
        await cluster.FormAsync();
        TestNode leader = cluster.Nodes[0];
        TestNode slow = cluster.Nodes[2];
        using TestClient client = await leader.ConnectAsync();
        string value = new('x', 64 * 1024);
        slow.Process.Stop();
        try
        {
            // Many times what the network's buffers and the window hold.
            for (int i = 0; i < 24; i++)
            {
                Reply[] replies = await client.PipelineAsync([.. Enumerable.Range(0, 16).Select(n => new Request("SET", $"large:{n}", value))]);
                Assert.That(replies.Select(ReplyText.Of), Is.All.EqualTo("+OK"));
            }

            double waiting = NodeMetricsPage.Read(metrics)["raft_peer_waiting_bytes{peer=\"3\"}"];
            Assert.That(waiting, Is.LessThan(4 * Megabyte), "two messages in flight, and heartbeats");
            Assert.That((await leader.InfoAsync()).IsLeader);
        }
        finally
        {
            slow.Process.Continue();
        }

        await cluster.SettledAsync();
        Assert.That(await slow.AskAsync("RAFT.DEBUG", "EXEC", "STRLEN", "large:0"), Is.EqualTo($":{value.Length}"));
    }

    [Test]
    [Explicit("Half a gigabyte through the disk; figures stand in docs/deployment.md.")]
    public async Task WithoutAMajority_WritesWait_AndMemoryStays()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3, "--raft.election-timeout", "60000", "--raft.log-max-cache-size", "8mb");
        TestNode leader = await cluster.LeaderAsync();
        foreach (TestNode node in cluster.Nodes.Where(node => node != leader))
            node.Process.Stop();
        using Process process = Process.GetProcessById(leader.Process.Id);
        long before = process.WorkingSet64;
        TestClient[] clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => leader.ConnectAsync()));
        byte[] requests = TestClient.Encode(Enumerable.Repeat(new Request("SET", "waits", new string('x', Megabyte)), 64));
        using TestClient control = await leader.ConnectAsync();
        Task[] sending = [.. clients.Select(client => client.SendAsync(requests))];
        long most = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(12))
        {
            process.Refresh();
            most = Math.Max(most, process.WorkingSet64 - before);
            Assert.That(await control.AskAsync("PING"), Is.EqualTo("+PONG"));
            await Task.Delay(100);
        }

        TestContext.Out.WriteLine($"{most / Megabyte} MB more than before, while 512 MB were sent; {sending.Count(task => !task.IsCompleted)} of 8 clients are held back.");
        Assert.That(sending.Count(task => !task.IsCompleted), Is.GreaterThan(0));
        Assert.That(most, Is.LessThan(700L * Megabyte));
        foreach (TestNode node in cluster.Nodes.Where(node => node != leader))
            node.Process.Continue();
        foreach (TestClient client in clients)
        {
            Assert.That((await client.ReadAsync(64)).Select(ReplyText.Of), Is.All.EqualTo("+OK"));
            client.Dispose();
        }

        await Task.WhenAll(sending);
    }
}
