using System.Globalization;
using System.Text;
using Raft.Core;
using Redis.Server.Configuration;
using Redis.Server.Replication;

namespace Redis.Server.Diagnostics;

/// <summary>
/// INFO replication: the group told in Redis's words. The leader is the master, the others are its replicas; offsets are
/// indexes of the Raft log.
/// </summary>
internal static class ReplicationInfo
{
    public static void Write(StringBuilder text, RaftHost host)
    {
        RaftStatus? status = host.Consensus.Read((server, _) => server.Status(), null);
        bool follows = status is { Role: not RaftRole.Leader } && host.Admission.State == NodeState.Up;
        InfoText.Section(text, "Replication", ("role", follows ? "slave" : "master"));
        long applied = host.Application.AppliedIndex;
        if (follows)
        {
            WriteMaster(text, status!, applied);
        }

        IReadOnlyList<PeerStatus> peers = status?.Peers ?? [];
        Field(text, "connected_slaves", peers.Count);
        for (int i = 0; i < peers.Count; i++)
        {
            (string address, int port) = HostPort.Parse(peers[i].Address);
            string state = peers[i].SnapshotSize is null ? "online" : "send_bulk";
            Field(text, $"slave{i}", $"ip={address},port={port},state={state},offset={peers[i].Match},lag={(long)peers[i].Silence.TotalSeconds}");
        }

        Field(text, "master_failover_state", status is { IsTransferring: true } ? "failover-in-progress" : "no-failover");
        Field(text, "master_replid", host.ClusterId.PadRight(40, '0'));
        Field(text, "master_replid2", new string('0', 40));
        Field(text, "master_repl_offset", status?.Cursors.Last ?? 0);
        Field(text, "second_repl_offset", -1);
        Field(text, "repl_backlog_active", status is null ? 0 : 1);
        Field(text, "repl_backlog_size", host.Consensus.Read((_, log) => log.FileSize, 0L));
        Field(text, "repl_backlog_first_byte_offset", status is null ? 0 : status.LogBase.Index + 1);
        Field(text, "repl_backlog_histlen", status is null ? 0 : status.Cursors.Last - status.LogBase.Index);
    }

    private static void WriteMaster(StringBuilder text, RaftStatus status, long applied)
    {
        (string address, int port) = status.Configuration.Find(status.Leader) is { } leader ? HostPort.Parse(leader.Address) : ("", 0);
        bool isUp = status.Leader != 0;
        Field(text, "master_host", address);
        Field(text, "master_port", port);
        Field(text, "master_link_status", isUp ? "up" : "down");
        Field(text, "master_last_io_seconds_ago", isUp ? (long)status.LeaderSilence.TotalSeconds : -1);
        Field(text, "master_sync_in_progress", 0);
        Field(text, "slave_read_repl_offset", status.Cursors.Last);
        Field(text, "slave_repl_offset", applied);
        if (!isUp)
        {
            Field(text, "master_link_down_since_seconds", (long)status.LeaderSilence.TotalSeconds);
        }

        Field(text, "slave_priority", 100);
        Field(text, "slave_read_only", 1);
        Field(text, "replica_announced", 1);
    }

    private static void Field(StringBuilder text, string name, object value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}:{value}\r\n");
}
