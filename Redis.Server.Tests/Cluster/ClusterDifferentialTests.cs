using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Oracle.Families;

namespace Redis.Server.Tests.Cluster;

/// <summary>
/// Generated commands of all families on real nodes, over the wire, in RESP2 and RESP3: the replies and the dataset are those of a real
/// redis-server, and all nodes' digests are equal, whatever happened to the followers meanwhile.
/// </summary>
[TestFixture]
internal sealed class ClusterDifferentialTests
{
    private const int Length = 400;

    // A busy machine must not lose a leader to it.
    private static readonly string[] Options = ["--raft.election-timeout", "5000", "--raft.request-timeout", "200", "--enable-debug-command", "yes"];

    // REDIS_ORACLE_SEED=<number> explores.
    private static readonly ulong Seed =
        ulong.Parse(Environment.GetEnvironmentVariable("REDIS_ORACLE_SEED") ?? "20260101", CultureInfo.InvariantCulture);

    private static readonly ReplyTable Rules = new ReplyTable(AllFamilies.List).With("get", HyperLogLogFamily.GetInAPipeline);

    private static readonly Gen<Request> Requests = Gen.OneOf(AllFamilies.List.Select(family => family.Requests).ToArray());

    [Test]
    public async Task ALoneNode_AnswersAsRedis_AndReplaysItsLog()
    {
        using TestCluster cluster = await TestCluster.FormAsync(1, Options);
        try
        {
            TestNode node = cluster.Nodes[0];
            for (ulong round = 0; round < 6; round++)
                Compare(node, round);
            string digest = await node.AskAsync("DEBUG", "DIGEST");
            node.Process.Kill();
            await node.Process.ExitAsync();
            node.Start();
            await cluster.SettledAsync();
            Assert.That(await node.AskAsync("DEBUG", "DIGEST"), Is.EqualTo(digest), "from the log alone");
        }
        catch
        {
            cluster.Report();
            throw;
        }
    }

    [Test]
    public async Task ThreeNodes_AnswerAsRedis_AndStayAlike_WhateverHappensToTheFollowers()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3, Options);
        try
        {
            TestNode leader = await cluster.LeaderAsync();
            TestNode victim = await cluster.FollowerAsync();
            Compare(leader, 10);
            await AlikeAsync(cluster);

            victim.Process.Kill();
            Compare(leader, 11);
            victim.Start();
            Compare(leader, 12);
            await AlikeAsync(cluster);

            victim.Process.Kill();
            Compare(leader, 13);
            Assert.That(await leader.AskAsync("RAFT.DEBUG", "COMPACT"), Is.EqualTo("+OK"));
            victim.Start(); // what it lacks is in the leader's snapshot only
            Compare(leader, 14);
            await AlikeAsync(cluster);

            long id = (await victim.InfoAsync()).NodeId;
            Assert.That(await leader.AskAsync("RAFT.NODE", "REMOVE", $"{id}"), Is.EqualTo("+OK"));
            victim.Process.Kill();
            TestNode added = await cluster.AddAsync();
            Assert.That(await added.AskAsync("RAFT.CLUSTER", "JOIN", leader.Address), Is.EqualTo("+OK"));
            Compare(leader, 15);
            await AlikeAsync(cluster);
        }
        catch
        {
            cluster.Report();
            throw;
        }
    }

    private static async Task AlikeAsync(TestCluster cluster)
    {
        await cluster.SettledAsync();
        string[] digests = await Task.WhenAll(cluster.Running.Select(node => node.AskAsync("DEBUG", "DIGEST")));
        Assert.That(digests.Distinct().Count(), Is.EqualTo(1), string.Join(' ', digests));
    }

    /// <summary>One generated sequence from an empty dataset, and then all that it left.</summary>
    private static void Compare(TestNode leader, ulong round)
    {
        int version = (int)(round % 2) + 2;
        using OracleConnection oracle = OracleServer.Connect(version), ours = new(leader.Port, version);
        List<Request> requests = [new Request("FLUSHALL"), .. Gen.ArrayOf(Requests, Length).Sample(1, new Rnd(Seed + round), 100)[0]];
        Check(requests, requests, ours, oracle, version);
        List<Request> reads = [.. Dataset.Read(request => ours.Run([request])[0])];
        Check(reads, requests, ours, oracle, version);
    }

    private static void Check(List<Request> requests, List<Request> sequence, OracleConnection ours, OracleConnection oracle, int version)
    {
        IReadOnlyList<Reply> mine = ours.Run(requests), theirs = oracle.Run(requests);
        for (int i = 0; i < requests.Count; i++)
        {
            if (!Rules.AreAlike(requests[i], mine[i], theirs[i]))
                Assert.Fail(Comparison.Describe(sequence, version, requests[i], mine[i], theirs[i]));
        }
    }
}
