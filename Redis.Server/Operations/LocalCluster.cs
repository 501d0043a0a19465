using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Redis.Server.Configuration;

namespace Redis.Server.Operations;

/// <summary>
/// local-cluster: a whole cluster on this machine for trying things out. Starts the nodes as processes, forms the cluster
/// (or finds it as it was left), then follows it until Ctrl-C.
/// </summary>
internal sealed class LocalCluster : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly LocalClusterPlan _plan;
    private readonly TextWriter _output;
    private readonly ManualResetEventSlim _stop = new();
    private readonly List<LocalNode> _nodes = [];

    private LocalCluster(LocalClusterPlan plan, TextWriter output) => (_plan, _output) = (plan, output);

    /// <summary>Runs until Ctrl-C or SIGTERM. Answers the exit code.</summary>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        LocalClusterPlan plan = LocalClusterPlan.Parse(arguments);
        plan.Prepare();
        using LocalCluster cluster = new(plan, output);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, cluster.OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, cluster.OnSignal);
        try
        {
            cluster.Start();
            cluster.Form();
            cluster.Describe();
            cluster.Follow();
            return ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Success; // Ctrl-C while it was starting
        }
        catch (IOException e)
        {
            output.WriteLine($"local-cluster gives up: {e.Message}");
            return ExitCode.CommandFailed;
        }
        finally
        {
            cluster.Stop();
        }
    }

    public void Dispose()
    {
        foreach (LocalNode node in _nodes) node.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Set();
    }

    private void Start()
    {
        _output.WriteLine($"Starting {_plan.Nodes} node{(_plan.Nodes > 1 ? "s" : "")} in {_plan.Directory}");
        for (int number = 1; number <= _plan.Nodes; number++) _nodes.Add(LocalNode.Start(_plan, number));
        foreach (LocalNode node in _nodes)
        {
            WaitFor($"node {node.Number} to answer on port {node.Port}", () => node.Ask() is { State: not "loading" });
            _output.WriteLine($"  node {node.Number} answers on port {node.Port}");
        }
    }

    private void Form()
    {
        // After a restart every node knows its cluster by itself; only a node without data has to join.
        LocalNode? member = _nodes.Find(n => n.Ask() is { IsUninitialized: false });
        if (member is null)
        {
            member = _nodes[0];
            Command(member, "RAFT.CLUSTER", "INIT");
            _output.WriteLine($"  node {member.Number} formed a new cluster");
        }
        else
        {
            _output.WriteLine("  the cluster of the last run is back");
        }
        foreach (LocalNode node in _nodes)
        {
            if (node == member || node.Ask() is not { IsUninitialized: true }) continue;
            WaitFor("a leader", () => _nodes.Exists(n => n.Ask() is { IsLeader: true }));
            Command(node, "RAFT.CLUSTER", "JOIN", $"{LocalClusterPlan.Host}:{member.Port}");
            _output.WriteLine($"  node {node.Number} joined");
        }
        WaitFor("all nodes to agree on a leader", () => _nodes.TrueForAll(n => n.Ask() is { IsSettled: true }));
    }

    private void Describe()
    {
        _output.WriteLine();
        _output.WriteLine($"{"node",-5} {"port",-6} {"role",-9} {"pid",-8} data directory");
        foreach (LocalNode node in _nodes)
            _output.WriteLine($"{node.Number,-5} {node.Port,-6} {node.Ask()?.Role ?? "?",-9} {node.ProcessId,-8} {node.Directory}");
        int port = _nodes[0].Port;
        _output.WriteLine($"""

            Try:
              redis-cli -c -p {port} SET greeting hello
              redis-cli -c -p {port} GET greeting
              redis-cli -p {port} INFO raft
              redis-benchmark -p {(_nodes.Find(n => n.Ask() is { IsLeader: true }) ?? _nodes[0]).Port} -t set,get -n 100000 -q
              kill -9 {_nodes[0].ProcessId}          # the others go on

            Ctrl-C stops all nodes; run the same command again and they come back with their data.
            """);
        _output.Flush();
    }

    /// <summary>Tells of changes until asked to stop.</summary>
    private void Follow()
    {
        RoleChanges changes = new(_nodes.Select(n => (n.Number, n.Port)));
        HashSet<LocalNode> gone = [];
        while (!_stop.Wait(PollInterval))
        {
            foreach (LocalNode node in _nodes)
            {
                if (node.HasExited)
                {
                    if (!gone.Add(node)) continue;
                    Tell($"node {node.Number} (pid {node.ProcessId}) ended with exit code {node.ExitCode}; start it again with");
                    _output.WriteLine($"         {LocalNode.CommandLine(_plan, node.Number)}");
                }
                // A node that somebody started again by hand answers on the same port.
                RaftInfo? info = RaftInfo.Ask(LocalClusterPlan.Host, node.Port, TimeSpan.FromSeconds(1), _plan.Password);
                if (changes.Observe(node.Number, info) is { } change) Tell(change);
            }
        }
    }

    private void Tell(string what)
    {
        _output.WriteLine($"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {what}");
        _output.Flush();
    }

    private void Stop()
    {
        if (_nodes.Count == 0) return;
        _output.WriteLine("Stopping all nodes");
        foreach (LocalNode node in _nodes) node.AskToStop();
        foreach (LocalNode node in _nodes)
        {
            if (!node.WaitForExit(StopLimit)) _output.WriteLine($"  node {node.Number} did not stop in {StopLimit.TotalSeconds} s and was killed");
        }
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
            if (_stop.Wait(TimeSpan.FromMilliseconds(50))) throw new OperationCanceledException();
        }
    }
}
