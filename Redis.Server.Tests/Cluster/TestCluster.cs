using NUnit.Framework;
using NUnit.Framework.Interfaces;
using Redis.Server.Operations;
using Redis.Server.Tests.Security;

namespace Redis.Server.Tests.Cluster;

/// <summary>Real server processes on loopback, in directories of their own. Prints their logs when the test failed.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly List<TestNode> _nodes = [];
    private readonly string[] _options;
    private readonly string _root = Directory.CreateTempSubdirectory("redis-raft").FullName;

    /// <param name="options">For every node.</param>
    public TestCluster(params string[] options) => _options = options;

    public IReadOnlyList<TestNode> Nodes => _nodes;

    /// <summary>How this test's clients come in.</summary>
    public TestDoor Door { get; init; } = TestDoor.Plain;

    public IEnumerable<TestNode> Running => _nodes.Where(node => node.IsRunning);

    /// <summary>Nodes that form a cluster, all of them voting; the first one leads at the start.</summary>
    public static Task<TestCluster> FormAsync(int nodes, params string[] options) => FormAsync(nodes, TestDoor.Plain, options);

    /// <summary>The same with another door.</summary>
    public static async Task<TestCluster> FormAsync(int nodes, TestDoor door, params string[] options)
    {
        TestCluster cluster = new(options) { Door = door };
        try
        {
            await cluster.AddAsync(nodes);
            await cluster.FormAsync();
            return cluster;
        }
        catch
        {
            cluster.Report();
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Starts one more node, which belongs to no cluster yet.</summary>
    public async Task<TestNode> AddAsync(params string[] options) => (await AddAsync(1, options))[0];

    /// <summary>Starts more nodes, which belong to no cluster yet.</summary>
    public Task<IReadOnlyList<TestNode>> AddAsync(int count, params string[] options) => AddAsync(count, Door, options);

    /// <summary>The same with another door.</summary>
    public async Task<IReadOnlyList<TestNode>> AddAsync(int count, TestDoor door, params string[] options)
    {
        List<TestNode> added = [];
        for (int i = 0; i < count; i++)
        {
            TestNode node = new(Path.Combine(_root, $"node{_nodes.Count + 1}"), [.. _options, .. options]) { Door = door };
            _nodes.Add(node);
            node.Start();
            added.Add(node);
        }

        foreach (TestNode node in added)
            await node.ReadyAsync();
        return added;
    }

    /// <summary>RAFT.CLUSTER INIT on the first node, JOIN on the others.</summary>
    public async Task FormAsync()
    {
        Expect(await _nodes[0].AskAsync("RAFT.CLUSTER", "INIT"), "+OK ");
        await LeaderAsync();
        foreach (TestNode node in _nodes.Skip(1))
            Expect(await node.AskAsync("RAFT.CLUSTER", "JOIN", _nodes[0].Address), "+OK");
        await SettledAsync();
    }

    /// <summary>The node that leads and has a majority behind it: it answers a linearizable read.</summary>
    public Task<TestNode> LeaderAsync() => Eventually.GetAsync("a leader", async () =>
    {
        foreach (TestNode node in Running)
        {
            try
            {
                if (await node.AskAsync("EXISTS", "any") is [':', ..])
                    return node;
            }
            catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
            {
                // Just going down: not the one.
            }
        }

        return null;
    });

    /// <summary>A running node that does not lead.</summary>
    public async Task<TestNode> FollowerAsync()
    {
        TestNode leader = await LeaderAsync();
        return Running.First(node => node != leader);
    }

    /// <summary>
    /// Waits until all running nodes vote under one leader and have applied all that is in its log now; under load the
    /// log may grow meanwhile.
    /// </summary>
    public async Task SettledAsync()
    {
        RaftInfo leader = await Eventually.GetAsync("a leader", async () =>
            (await Task.WhenAll(Running.Select(node => node.TryInfoAsync()))).Where(info => info is { IsLeader: true }).MaxBy(info => info!.Term));
        await Eventually.TrueAsync($"all nodes to follow node {leader.NodeId} and to apply what it has", async () =>
        {
            RaftInfo?[] infos = await Task.WhenAll(Running.Select(node => node.TryInfoAsync()));
            leader = infos.FirstOrDefault(info => info is { IsLeader: true } && info.Term > leader.Term) ?? leader;
            return infos.All(info =>
                info is { State: "up" }
                && info.LeaderId == leader.NodeId
                && info.Term == leader.Term
                && info.Field("raft_is_voting") == "yes"
                && info.Number("raft_num_voting_nodes") == info.Number("raft_num_nodes")
                && info.Number("raft_last_applied_index") >= leader.Number("raft_current_index"));
        });
    }

    /// <summary>The leader's index of the last entry, once everything in its log is applied everywhere.</summary>
    public async Task<long> IndexAsync()
    {
        await SettledAsync();
        return (await (await LeaderAsync()).InfoAsync()).Number("raft_current_index");
    }

    /// <summary>The ends of all nodes' logs, where a test failed.</summary>
    public void ReportIfFailed()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
            Report();
    }

    public void Dispose()
    {
        foreach (TestNode node in _nodes)
            node.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static void Expect(string reply, string start)
    {
        if (!reply.StartsWith(start, StringComparison.Ordinal))
            throw new InvalidOperationException($"The reply was '{reply}', not '{start}'.");
    }

    public void Report()
    {
        foreach (TestNode node in _nodes)
            TestContext.Out.WriteLine($"--- {node.Address} ({(node.IsRunning ? "running" : "ended")})\n{node.Output}");
    }
}
