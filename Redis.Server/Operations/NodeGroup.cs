using System.Diagnostics;

namespace Redis.Server.Operations;

/// <summary>The processes of one cluster on this machine: started, formed into a cluster (or found as they were left), stopped.</summary>
internal sealed class NodeGroup(LocalClusterPlan plan, TextWriter progress, CancellationToken cancelled) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly List<LocalNode> _nodes = [];

    public IReadOnlyList<LocalNode> Nodes => _nodes;

    /// <summary>The node that leads now, or null.</summary>
    public LocalNode? Leader => _nodes.Find(n => n.Ask() is { IsLeader: true });

    /// <summary>Starts all processes and waits until they answer.</summary>
    /// <exception cref="IOException">A node ended, or did not answer in time.</exception>
    public void Start()
    {
        for (int number = 1; number <= plan.Nodes; number++) _nodes.Add(LocalNode.Start(plan, number));
        foreach (LocalNode node in _nodes)
        {
            WaitFor($"node {node.Number} to answer on port {node.Port}", () => node.Ask() is { State: not "loading" });
            progress.WriteLine($"  node {node.Number} answers on port {node.Port}");
        }
    }

    /// <summary>Makes the nodes one cluster. After a restart they know it by themselves; only a node without data joins.</summary>
    /// <exception cref="IOException">A node refused, or it took too long.</exception>
    public void Form()
    {
        LocalNode? member = _nodes.Find(n => n.Ask() is { IsUninitialized: false });
        if (member is null)
        {
            member = _nodes[0];
            Command(member, "RAFT.CLUSTER", "INIT");
            progress.WriteLine($"  node {member.Number} formed a new cluster");
        }
        else
        {
            progress.WriteLine("  the cluster of the last run is back");
        }
        foreach (LocalNode node in _nodes)
        {
            if (node == member || node.Ask() is not { IsUninitialized: true }) continue;
            WaitFor("a leader", () => Leader is not null);
            Command(node, "RAFT.CLUSTER", "JOIN", $"{LocalClusterPlan.Host}:{member.Port}");
            progress.WriteLine($"  node {node.Number} joined");
        }
        // A node that has just joined votes only once it has caught up; before that the cluster survives no failure.
        WaitFor("all nodes to vote", () => _nodes.TrueForAll(n => n.Ask() is { IsSettled: true } info && info.Number("raft_num_voting_nodes") >= plan.Nodes));
    }

    /// <summary>Stops all processes; one that does not stop in time is killed.</summary>
    public void Stop()
    {
        foreach (LocalNode node in _nodes) node.AskToStop();
        foreach (LocalNode node in _nodes)
        {
            if (!node.WaitForExit(StopLimit)) progress.WriteLine($"  node {node.Number} did not stop in {StopLimit.TotalSeconds} s and was killed");
        }
    }

    public void Dispose()
    {
        foreach (LocalNode node in _nodes) node.Dispose();
    }

    private static void Command(LocalNode node, params IReadOnlyList<string> words)
    {
        using RespConnection connection = node.Connect(StartLimit);
        RespReply reply = connection.Call(words);
        if (reply.IsError) throw new IOException($"node {node.Number} answered '{string.Join(' ', words)}' with: {reply.Text}");
    }

    private void WaitFor(string what, Func<bool> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (_nodes.Find(n => n.HasExited) is { } ended)
                throw new IOException($"node {ended.Number} ended with exit code {ended.ExitCode}:{Environment.NewLine}{ended.LastWords()}");
            if (Stopwatch.GetElapsedTime(start) > StartLimit) throw new IOException($"waited {StartLimit.TotalSeconds} s for {what}");
            cancelled.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(50));
            cancelled.ThrowIfCancellationRequested();
        }
    }
}
