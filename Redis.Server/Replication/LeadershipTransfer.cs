using Raft.Core;

namespace Redis.Server.Replication;

/// <summary>Hands leadership over and waits to see who gets it.</summary>
internal sealed class LeadershipTransfer(RaftHost host)
{
    private readonly TaskCompletionSource<int> _successor = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Null once the target (0: any voter) leads; otherwise why not.</summary>
    public async Task<string?> RunAsync(int target)
    {
        host.Consensus.StateChanged += Watch;
        try
        {
            bool started = false;
            bool leads = false;
            host.Consensus.Step(server =>
            {
                leads = server.Role == RaftRole.Leader;
                started = server.TransferLeadership(target);
            });
            if (!started)
            {
                return leads ? "invalid node id" : "not leader"; // nobody who could
            }

            TimeSpan limit = host.TransferTimeout * 2;
            if (await Task.WhenAny(_successor.Task, Task.Delay(limit)).ConfigureAwait(false) != _successor.Task)
            {
                return "transfer timed out";
            }

            int successor = await _successor.Task.ConfigureAwait(false);
            return target == 0 || successor == target ? null
                : successor == 0 ? "transfer timed out"
                : "different node elected leader";
        }
        finally
        {
            host.Consensus.StateChanged -= Watch;
        }
    }

    private void Watch(RaftChange change)
    {
        if (change.Role != RaftRole.Leader && change.Leader != 0 && change.Leader != host.NodeId)
        {
            _successor.TrySetResult(change.Leader);
        }
    }
}
