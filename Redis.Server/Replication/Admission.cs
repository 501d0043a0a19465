using System.Text;
using Raft.Core;

namespace Redis.Server.Replication;

/// <summary>How far a node has come.</summary>
internal enum NodeState
{
    /// <summary>No cluster: waits for RAFT.CLUSTER INIT or JOIN.</summary>
    Uninitialized,

    /// <summary>RAFT.CLUSTER JOIN is under way.</summary>
    Joining,

    /// <summary>Reads its data from disk.</summary>
    Loading,

    /// <summary>A member of a cluster.</summary>
    Up,
}

/// <summary>Whether this node can take a data request now, and what it answers if not.</summary>
internal sealed class Admission
{
    public static readonly byte[] NoLeader = "-CLUSTERDOWN No raft leader\r\n"u8.ToArray();

    private static readonly byte[] NoCluster = "-NOCLUSTER No Raft Cluster\r\n"u8.ToArray();
    private static readonly byte[] JoiningNow = "-NOCLUSTER No Raft Cluster (joining now)\r\n"u8.ToArray();
    private static readonly byte[] LoadingData = "-LOADING Raft module is loading data\r\n"u8.ToArray();
    private static readonly byte[] TryAgain = "-TRYAGAIN Leadership is being transferred\r\n"u8.ToArray();
    private static readonly byte[] Overloaded = "-TRYAGAIN Too many writes wait to be committed\r\n"u8.ToArray();
    private static readonly byte[] TooLarge = "-ERR Command is too large for a log entry\r\n"u8.ToArray();

    private volatile int _state;

    /// <summary>How far the node has come. Any thread.</summary>
    public NodeState State
    {
        get => (NodeState)_state;
        set => _state = (int)value;
    }

    /// <summary>What became of a proposal that was not accepted, as a ready reply.</summary>
    public static byte[] Refusal(ProposeResult result) => result switch
    {
        ProposeResult.Transferring => TryAgain,
        ProposeResult.Overloaded => Overloaded,
        ProposeResult.TooLarge => TooLarge,
        _ => NoLeader,
    };

    /// <summary>Null when the server leads; otherwise the ready reply for a data request. Under the consensus lock.</summary>
    public byte[]? Refusal(RaftServer? server)
    {
        if (State == NodeState.Up && server is not null)
        {
            return server.Role == RaftRole.Leader ? null
                : server.Configuration.Find(server.Leader) is { } leader ? Encoding.ASCII.GetBytes($"-MOVED 0 {leader.Address}\r\n")
                : NoLeader;
        }

        return State switch
        {
            NodeState.Joining => JoiningNow,
            NodeState.Loading => LoadingData,
            _ => NoCluster,
        };
    }
}
