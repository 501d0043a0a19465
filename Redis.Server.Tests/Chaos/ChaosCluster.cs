using NUnit.Framework;
using NUnit.Framework.Interfaces;
using Redis.Server.Operations;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.Chaos;

/// <summary>Real processes, all of whose traffic goes through proxies. Members come and go.</summary>
internal sealed class ChaosCluster : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // For every node: CHAOS_OPTIONS="--raft.quorum-reads no" shows that stale reads are seen.
    private static readonly string[] MoreOptions = (Environment.GetEnvironmentVariable("CHAOS_OPTIONS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private readonly string _root = Directory.CreateTempSubdirectory("redis-raft-chaos").FullName;
    private readonly List<ChaosNode> _all = [];
    private readonly bool _hasDisks;
    private readonly string[] _options;

    private ChaosCluster(bool hasDisks, string[] options) => (_hasDisks, _options) = (hasDisks, [.. options, .. MoreOptions]);

    public FaultyNetwork Network { get; } = new();

    /// <summary>All nodes there are, members or not.</summary>
    public IReadOnlyList<ChaosNode> Nodes
    {
        get
        {
            lock (_all)
                return [.. _all];
        }
    }

    public IReadOnlyList<ChaosNode> Members => [.. Nodes.Where(node => node.IsMember)];

    public IEnumerable<int> Numbers => Nodes.Select(node => node.Number);

    /// <summary>Nodes that have been removed for good.</summary>
    public int Removed { get; private set; }

    /// <param name="nodes">How many.</param>
    /// <param name="hasDisks">Whether each gets a small file system of its own, where that is possible.</param>
    /// <param name="options">Of every node. Every second one passes requests on.</param>
    public static async Task<ChaosCluster> FormAsync(int nodes, bool hasDisks = false, params string[] options)
    {
        ChaosCluster cluster = new(hasDisks, options);
        try
        {
            ChaosNode[] members = [.. Enumerable.Range(0, nodes).Select(_ => cluster.NewNode())];
            await Task.WhenAll(members.Select(node => node.StartAsync()));
            Expect(await members[0].Server.AskAsync("RAFT.CLUSTER", "INIT"), "+OK ");
            members[0].IsMember = true;
            foreach (ChaosNode node in members.Skip(1))
                await cluster.JoinAsync(node);
            await cluster.SettledAsync();
            return cluster;
        }
        catch
        {
            cluster.Report();
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>A node that runs nowhere yet.</summary>
    public ChaosNode NewNode(params string[] options)
    {
        lock (_all)
        {
            int number = _all.Count == 0 ? 1 : _all.Max(node => node.Number) + 1;
            ChaosNode node = new(number, Network, _root, _hasDisks, ["--raft.follower-proxy", number % 2 == 0 ? "yes" : "no", "--enable-debug-command", "local", .. _options, .. options]);
            _all.Add(node);
            return node;
        }
    }

    /// <summary>Asks a running node into the cluster until it is in, whatever goes wrong meanwhile.</summary>
    public async Task JoinAsync(ChaosNode node)
    {
        await Eventually.TrueAsync($"node {node.Number} to join", async () =>
        {
            if (await node.TryInfoAsync() is { State: "up" })
                return true;
            string[] members = [.. Members.Select(member => member.Proxy.Address)];
            return await node.TryAskAsync(Patience, ["RAFT.CLUSTER", "JOIN", .. members]) == "+OK";
        });
        // As an operator has to: while a new member catches up, the loss of an old one may be that of the majority.
        await Eventually.TrueAsync($"node {node.Number} to vote", async () => await node.TryInfoAsync() is { IsVoting: true });
        node.IsMember = true;
    }

    /// <summary>Removes a member until it is out; it has to end by itself.</summary>
    public async Task RemoveAsync(ChaosNode node)
    {
        RaftInfo info = await Eventually.GetAsync($"node {node.Number} to say its id", node.TryInfoAsync);
        node.MayBeDown = true;
        node.IsMember = false;
        await RemoveAsync(info.NodeId);
        await Eventually.TrueAsync($"removed node {node.Number} to end", () => Task.FromResult(!node.Server.IsRunning));
        if (node.Server.Process.ExitCode != ExitCode.Success)
            throw new InvalidOperationException($"Removed node {node.Number} ended with code {node.Server.Process.ExitCode}:\n{node.Server.Output}");
        Forget(node);
    }

    /// <summary>Removes a member that will not come back.</summary>
    public async Task RemoveDeadAsync(ChaosNode node, long id)
    {
        node.IsMember = false;
        await RemoveAsync(id);
        Forget(node);
    }

    public Task RemoveAsync(long id) => Eventually.TrueAsync($"the cluster to remove id {id}", async () =>
    {
        if (await FindLeaderAsync() is not { } leader)
            return false;
        string answer = await leader.TryAskAsync(Patience, "RAFT.NODE", "REMOVE", $"{id}");
        return answer is "+OK" or "-ERR node id does not exist";
    });

    /// <summary>The node that says it leads in the latest term; null when none does. It may be on its way out.</summary>
    public async Task<ChaosNode?> FindLeaderAsync()
    {
        IReadOnlyList<ChaosNode> nodes = Nodes;
        RaftInfo?[] infos = await Task.WhenAll(nodes.Select(node => node.TryInfoAsync()));
        return nodes.Zip(infos).Where(pair => pair.Second is { IsLeader: true }).OrderByDescending(pair => pair.Second!.Term).FirstOrDefault().First;
    }

    /// <summary>The node that leads and answers.</summary>
    public Task<ChaosNode> LeaderAsync() => Eventually.GetAsync("a leader", async () =>
        await FindLeaderAsync() is { } leader && await leader.TryAskAsync(Patience, "EXISTS", "any") is [':', ..] ? leader : null);

    /// <summary>Waits until all members vote under one leader and have applied all that was in its log when it was first seen.</summary>
    public async Task SettledAsync()
    {
        RaftInfo? first = null;
        await Eventually.TrueAsync("all nodes to follow one leader and to apply what it has", async () =>
        {
            IReadOnlyList<ChaosNode> members = Members;
            RaftInfo?[] infos = await Task.WhenAll(members.Select(node => node.TryInfoAsync()));
            if (infos.Where(info => info is { IsLeader: true }).MaxBy(info => info!.Term) is not { } leader)
                return false;
            if (first?.Term != leader.Term)
                first = leader;
            return leader.Number("raft_num_nodes") == members.Count
                && infos.All(info => info is { State: "up" } && info.LeaderId == leader.NodeId && info.Term == leader.Term
                    && info.Field("raft_is_voting") == "yes" && info.Number("raft_num_voting_nodes") == members.Count
                    && info.Number("raft_last_applied_index") >= first.Number("raft_current_index"));
        });
    }

    /// <summary>Members that the cluster knows and nobody runs: a join that was cut off half way leaves one.</summary>
    public async Task RemoveStraysAsync()
    {
        ChaosNode leader = await LeaderAsync();
        if (await leader.TryInfoAsync() is not { } info)
            return;
        RaftInfo?[] infos = await Task.WhenAll(Members.Select(node => node.TryInfoAsync()));
        foreach (RaftMember stray in info.Members.Where(member => !infos.Any(known => known is not null && $"{known.NodeId}" == member.Id)))
            await RemoveAsync(long.Parse(stray.Id, System.Globalization.CultureInfo.InvariantCulture));
    }

    public void ReportIfFailed()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
            Report();
    }

    public void Report()
    {
        foreach (ChaosNode node in Nodes)
            TestContext.Out.WriteLine($"--- node {node.Number} at {node.Proxy.Address} ({(node.Server.IsRunning ? "running" : "ended")})\n{node.Server.Output}");
    }

    public void Dispose()
    {
        foreach (ChaosNode node in Nodes)
            node.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private void Forget(ChaosNode node)
    {
        lock (_all)
        {
            _all.Remove(node);
            Removed++;
        }

        node.Dispose();
    }

    private static void Expect(string reply, string start)
    {
        if (!reply.StartsWith(start, StringComparison.Ordinal))
            throw new InvalidOperationException($"The reply was '{reply}', not '{start}'.");
    }
}
