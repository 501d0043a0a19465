namespace Redis.Server.Configuration;

/// <summary>raft.quorum-reads: how a leader makes sure that it still leads before it answers reads.</summary>
internal enum QuorumReads
{
    /// <summary>It asks a majority; many reads share one round.</summary>
    Yes,

    /// <summary>Not at all: a read may be stale when another leader was elected meanwhile.</summary>
    No,

    /// <summary>It relies on a majority's answers of a moment ago, and on clocks that run at about the same speed.</summary>
    Lease,
}

/// <summary>raft.follower-reads: what READONLY turns on at a follower.</summary>
internal enum FollowerReads
{
    /// <summary>The leader is asked how far the log was committed; the answer waits until this node has applied that.</summary>
    Linearizable,

    /// <summary>Whatever this node has applied, however old.</summary>
    Stale,
}
