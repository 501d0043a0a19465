using Raft.Core;
using Raft.Storage;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;

namespace Redis.Server.Replication;

/// <summary>raft.trace raftlog: how the log grows, shrinks and reaches the disk. Under the consensus lock.</summary>
internal sealed class LogTrace(RaftTracing tracing)
{
    private EntryId _base;
    private EntryId _last;
    private EntryId _durable;

    /// <summary>A step has ended.</summary>
    public void Look(RaftLog log)
    {
        if (!tracing.Shows(RaftTrace.RaftLog))
        {
            return;
        }

        if (log.Base != _base)
        {
            tracing.Write(RaftTrace.RaftLog, $"begins behind {log.Base}, which is in a snapshot");
        }

        if (log.Last != _last)
        {
            tracing.Write(RaftTrace.RaftLog, $"ends with {log.Last}, before with {_last}");
        }

        if (log.Durable != _durable)
        {
            tracing.Write(RaftTrace.RaftLog, $"is on disk up to {log.Durable}");
        }

        (_base, _last, _durable) = (log.Base, log.Last, log.Durable);
    }
}
