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
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly LocalClusterPlan _plan;
    private readonly TextWriter _output;
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeGroup _group;
    private readonly RoleChanges _changes;

    private LocalCluster(LocalClusterPlan plan, TextWriter output)
    {
        (_plan, _output) = (plan, output);
        _group = new NodeGroup(plan, output, _stop.Token);
        _changes = new RoleChanges(Enumerable.Range(1, plan.Nodes).Select(n => (n, plan.PortOf(n))));
    }

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
            output.WriteLine($"Starting {plan.Nodes} node{(plan.Nodes > 1 ? "s" : "")} in {plan.Directory}");
            cluster._group.Start();
            cluster._group.Form();
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
            output.WriteLine("Stopping all nodes");
            cluster._group.Stop();
        }
    }

    public void Dispose()
    {
        _group.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    private void Describe()
    {
        _output.WriteLine();
        _output.WriteLine($"{"node",-5} {"port",-6} {"role",-9} {"pid",-8} data directory");
        foreach (LocalNode node in _group.Nodes)
        {
            RaftInfo? info = node.Ask();
            _changes.Observe(node.Number, info); // what the table says is no news afterwards
            _output.WriteLine($"{node.Number,-5} {node.Port,-6} {info?.Role ?? "?",-9} {node.ProcessId,-8} {node.Directory}");
        }
        int port = _group.Nodes[0].Port;
        LocalNode leader = _group.Leader ?? _group.Nodes[0];
        _output.WriteLine($"""

            Try:
              redis-cli{_plan.ToolOptions} -c -p {port} SET greeting hello
              redis-cli{_plan.ToolOptions} -c -p {port} GET greeting
              redis-cli{_plan.ToolOptions} -p {port} INFO raft
              redis-benchmark{_plan.ToolOptions} -p {leader.Port} -t set,get -n 100000 -q
              kill -9 {leader.ProcessId}          # the leader: the others elect a new one

            Ctrl-C stops all nodes; run the same command again and they come back with their data.
            """);
        _output.Flush();
    }

    /// <summary>Tells of changes until asked to stop.</summary>
    private void Follow()
    {
        HashSet<LocalNode> gone = [];
        while (!_stop.Token.WaitHandle.WaitOne(PollInterval))
        {
            foreach (LocalNode node in _group.Nodes)
            {
                if (node.HasExited && gone.Add(node))
                {
                    Tell($"node {node.Number} (pid {node.ProcessId}) ended with exit code {node.ExitCode}; start it again with");
                    _output.WriteLine($"         {LocalNode.CommandLine(_plan, node.Number)}");
                }
                // A node that somebody started again by hand answers on the same port.
                RaftInfo? info = RaftInfo.Ask(LocalClusterPlan.Host, node.Port, TimeSpan.FromSeconds(1), _plan.Access);
                if (_changes.Observe(node.Number, info) is { } change) Tell(change);
            }
        }
    }

    private void Tell(string what)
    {
        _output.WriteLine($"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {what}");
        _output.Flush();
    }
}
