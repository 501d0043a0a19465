using System.Globalization;
using System.Text;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Configuration;
using Redis.Server.Operations;
using Redis.Server.Peers;
using Redis.Server.Replication;

namespace Redis.Server.Diagnostics;

/// <summary>INFO raft, with RedisRaft's fields.</summary>
internal sealed class RaftInfoSection(RaftHost host, ServerOptions options, Func<Keyspace.Keyspace> keyspace)
{
    public void Write(StringBuilder text)
    {
        text.Append("# raft_version\r\n");
        Field(text, "version", ServerVersion.Text);
        Field(text, "git_sha1", ServerVersion.GitSha1);
        if (!host.Consensus.Read((server, log) => WriteMember(text, server, log), false))
        {
            WriteStranger(text);
        }

        Section(text, "clients");
        ProxyCounters proxied = host.Proxy.Counters;
        Field(text, "proxy_reqs", proxied.Requests);
        Field(text, "proxy_failed_reqs", proxied.FailedRequests);
        Field(text, "proxy_failed_responses", proxied.FailedResponses);
        Field(text, "proxy_outstanding_reqs", proxied.Outstanding);
        Section(text, "stats");
        Field(text, "appendreq_received", host.Consensus.AppendRequestsReceived);
        Field(text, "appendreq_with_entry_received", host.Consensus.AppendRequestsWithEntriesReceived);
        Field(text, "snapshotreq_received", host.Consensus.SnapshotRequestsReceived);
        Field(text, "snapshotreq_received_bytes", host.SnapshotBytesReceived);
        Field(text, "disk_free_bytes", DiskSpace.FreeBytes(options.Directory));
        Field(text, "exec_throttled", host.Application.Throttled);
        Field(text, "num_sessions", keyspace().Watchers);
    }

    /// <summary>As RedisRaft's, which is a module: a module's sections have its name before theirs.</summary>
    private static void Section(StringBuilder text, string name) => text.Append(CultureInfo.InvariantCulture, $"\r\n# raft_{name}\r\n");

    private static void Field(StringBuilder text, string name, object value) =>
        text.Append(CultureInfo.InvariantCulture, $"raft_{name}:{value}\r\n");

    private static string NameOf(NodeState state) => state switch
    {
        NodeState.Uninitialized => "uninitialized",
        NodeState.Joining => "joining",
        NodeState.Loading => "loading",
        _ => "up",
    };

    private static string NameOf(RaftRole role) => role switch
    {
        RaftRole.Leader => "leader",
        RaftRole.Candidate => "candidate",
        RaftRole.PreCandidate => "pre-candidate",
        _ => "follower",
    };

    private bool WriteMember(StringBuilder text, RaftServer server, RaftLog log)
    {
        IReadOnlyList<Member> members = server.Configuration.Members;
        Section(text, "general");
        Field(text, "dbid", host.ClusterId);
        Field(text, "node_id", host.NodeId);
        Field(text, "state", NameOf(host.Admission.State));
        Field(text, "role", NameOf(server.Role));
        Field(text, "is_voting", server.Configuration.Find(host.NodeId) is { IsVoter: true } ? "yes" : "no");
        Field(text, "voted_for", server.VotedFor == 0 ? -1 : server.VotedFor);
        Field(text, "leader_id", server.Leader == 0 ? -1 : server.Leader);
        Field(text, "current_term", server.Term);
        Field(text, "num_nodes", members.Count);
        Field(text, "num_voting_nodes", members.Count(m => m.IsVoter));
        int number = 0; // a node's own
        foreach (Member member in members.Where(m => m.Id != host.NodeId))
        {
            WritePeer(text, ++number, member);
        }

        Section(text, "log");
        LogCursors cursors = server.Cursors;
        Field(text, "log_entries", cursors.Last - log.Base.Index);
        Field(text, "current_index", cursors.Last);
        Field(text, "commit_index", cursors.Committed);
        Field(text, "last_applied_index", host.Application.AppliedIndex);
        Field(text, "file_size", log.FileSize);
        Field(text, "cache_memory_size", log.CacheBytes);
        Field(text, "cache_entries", log.CacheEntries);
        Field(text, "client_attached_entries", host.Consensus.PendingEntryCount);
        Field(text, "fsync_count", log.Statistics.FsyncCount);
        Field(text, "fsync_max_microseconds", log.Statistics.FsyncMaxMicroseconds);
        Field(text, "fsync_avg_microseconds", log.Statistics.FsyncAverageMicroseconds);
        WriteSnapshot(text);
        return true;
    }

    private void WritePeer(StringBuilder text, int number, Member member)
    {
        (string address, int port) = HostPort.Parse(member.Address);
        PeerLink? link = host.Mesh.LinkTo(member.Id);
        string state = link is { IsConnected: true } ? "connected" : "disconnected";
        Field(text, $"node{number}", string.Create(CultureInfo.InvariantCulture,
            $"id={member.Id},state={state},voting={(member.IsVoter ? "yes" : "no")},addr={address},port={port}," +
            $"last_conn_secs={link?.SecondsInState ?? -1},conn_errors={link?.ConnectionsFailed ?? 0},conn_oks={link?.ConnectionsMade ?? 0}"));
    }

    private void WriteSnapshot(StringBuilder text)
    {
        SnapshotId latest = host.LatestSnapshot;
        SnapshotTaking taking = host.Snapshots;
        Section(text, "snapshot");
        Field(text, "snapshot_filename", options.DbFileName);
        Field(text, "snapshot_last_idx", latest.Last.Index);
        Field(text, "snapshot_last_term", latest.Last.Term);
        Field(text, "snapshot_size", latest.Size);
        Field(text, "snapshot_time_secs", taking.LastSeconds);
        Field(text, "snapshots_created", taking.Taken);
        Field(text, "snapshots_received", host.SnapshotsReceived);
        Field(text, "snapshot_in_progress", taking.IsInProgress ? "yes" : "no");
        Field(text, "snapshot_in_progress_last_idx", taking.InProgress.Index);
        Field(text, "snapshot_in_progress_last_term", taking.InProgress.Term);
    }

    /// <summary>Before INIT or JOIN.</summary>
    private void WriteStranger(StringBuilder text)
    {
        Section(text, "general");
        Field(text, "dbid", host.ClusterId);
        Field(text, "node_id", host.NodeId);
        Field(text, "state", NameOf(host.Admission.State));
        Field(text, "role", "(none)");
        Field(text, "is_voting", "-");
        Field(text, "voted_for", -1);
        Field(text, "leader_id", -1);
        WriteZeros(text, "current_term", "num_nodes", "num_voting_nodes");
        Section(text, "log");
        WriteZeros(
            text, "log_entries", "current_index", "commit_index", "last_applied_index", "file_size",
            "cache_memory_size", "cache_entries", "client_attached_entries", "fsync_count", "fsync_max_microseconds", "fsync_avg_microseconds");
        WriteSnapshot(text);
    }

    private static void WriteZeros(StringBuilder text, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            Field(text, name, 0);
        }
    }
}
