using Raft.Core;
using Redis.Server.Configuration;

namespace Redis.Server.Replication;

/// <summary>What the user's options mean to the consensus library.</summary>
internal sealed class CoreOptions(ServerOptions options)
{
    private readonly bool _leaseReads = options.Raft.QuorumReads == QuorumReads.Lease;

    public RaftOptions Current
    {
        get
        {
            RaftSection raft = options.Raft;
            return new RaftOptions
            {
                ElectionTimeout = raft.ElectionTimeout,
                HeartbeatInterval = raft.RequestTimeout,
                TransferTimeout = raft.ElectionTimeout,
                LeaseReads = _leaseReads,
                MaxAppendsInFlight = raft.AppendReqMaxCount,
                MaxAppendBytes = raft.AppendReqMaxSize,
                MaxSnapshotChunksInFlight = raft.SnapshotReqMaxCount,
                MaxSnapshotChunkBytes = raft.SnapshotReqMaxSize,
                MaxUnappliedBytes = raft.Failures.LogDisableApply ? 0 : new RaftOptions().MaxUnappliedBytes,
                KeptBytes = Math.Min(new RaftOptions().KeptBytes, raft.LogMaxFileSize / 4),
            };
        }
    }

    /// <summary>A lease holds because of what all voters promised since they started: nobody may change his mind later.</summary>
    public string? CheckLease(IReadOnlyList<Option> changed) =>
        (options.Raft.QuorumReads == QuorumReads.Lease) != _leaseReads ? "lease can only be chosen, and given up, when all nodes start"
        : _leaseReads && changed.Any(option => option.Name == "raft.election-timeout") ? "the election timeout stands still with lease reads"
        : null;
}
