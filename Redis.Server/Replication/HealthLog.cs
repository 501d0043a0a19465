using Microsoft.Extensions.Logging;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Configuration;

namespace Redis.Server.Replication;

/// <summary>
/// Lines for the log that an operator can act upon, one when something begins and one when it ends: a slow disk, members
/// that do not answer, that fall behind, that lost their disk. Called by the clock.
/// </summary>
internal sealed class HealthLog(ServerOptions options, ILogger logger)
{
    private const int ManyEntries = 50_000;
    private static readonly TimeSpan SlowSync = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, string> _troubles = [];
    private long _lookedAt;
    private TimeSpan _synced;
    private long _syncs;

    /// <param name="status">As of now; null outside of a cluster.</param>
    /// <param name="syncs">Of the log.</param>
    public void Look(RaftStatus? status, SyncStatistics? syncs)
    {
        if (status is null || syncs is null || Environment.TickCount64 - _lookedAt < Interval.TotalMilliseconds)
        {
            return;
        }

        _lookedAt = Environment.TickCount64;
        LookAtDisk(syncs);
        foreach (PeerStatus peer in status.Peers)
        {
            LookAt(peer);
        }

        if (status.Role != RaftRole.Leader)
        {
            _troubles.Clear(); // only a leader knows
        }
    }

    private void LookAtDisk(SyncStatistics syncs)
    {
        (TimeSpan total, long count) = (syncs.FsyncTotal, syncs.FsyncCount);
        TimeSpan average = count > _syncs ? (total - _synced) / (count - _syncs) : TimeSpan.Zero;
        (_synced, _syncs) = (total, count);
        if (average > SlowSync || syncs.Running > SlowSync)
        {
            logger.LogWarning(
                "Slow disk: syncing the log took {Milliseconds:0} ms on average in the last second. Every write waits for that",
                Math.Max(average.TotalMilliseconds, syncs.Running.TotalMilliseconds));
        }
    }

    private void LookAt(PeerStatus peer)
    {
        string trouble = peer.IsWiped
                ? $"lost the disk that it voted with and does not count: RAFT.NODE REMOVE {peer.Id}, then let it join under a new id"
            : peer.Silence >= options.Raft.ElectionTimeout ? "does not answer"
            : peer.State == PeerState.Snapshot ? "is too far behind for the log and gets a snapshot"
            : peer.LagEntries > ManyEntries ? "falls behind"
            : "";
        string before = _troubles.GetValueOrDefault(peer.Id, "");
        if (trouble == before)
        {
            return;
        }

        _troubles[peer.Id] = trouble;
        if (trouble.Length > 0)
        {
            logger.LogWarning("Node {NodeId} at {Address} {Trouble}; it lacks {Entries} entries", peer.Id, peer.Address, trouble, peer.LagEntries);
        }
        else
        {
            logger.LogInformation("Node {NodeId} at {Address} keeps up again", peer.Id, peer.Address);
        }
    }
}
