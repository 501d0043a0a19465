using System.Text.Json;
using System.Text.Json.Nodes;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;

namespace Redis.Server.Operations;

/// <summary>
/// status: asks a node for the members of its group, then each member for itself, and shows them on one screen. Lag is
/// counted in log entries behind the leader.
/// </summary>
internal sealed class ClusterStatus(string host, int port, NodeAccess access)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Answers the exit code; with --watch it goes on until the process is stopped.</summary>
    public static int Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        StatusArguments wanted = StatusArguments.Parse(arguments);
        ClusterStatus status = new(wanted.Host, wanted.Port, wanted.Access);
        while (true)
        {
            if (wanted.Watches && !wanted.IsJson) output.Write("\e[H\e[2J"); // top left, clear
            bool answered = status.Show(output, wanted.IsJson);
            if (!wanted.Watches) return answered ? ExitCode.Success : ExitCode.CommandFailed;
            Thread.Sleep(WatchInterval);
        }
    }

    private bool Show(TextWriter output, bool json)
    {
        RaftInfo? asked = RaftInfo.Ask(host, port, AnswerLimit, access);
        if (asked is null)
        {
            output.WriteLine(json ? "{ \"error\": \"no answer\" }" : $"{host}:{port} does not answer, or wants other credentials");
            return false;
        }
        List<MemberStatus> members = [new(asked.NodeId, $"{host}:{port}", true, asked), .. asked.Members.Select(Ask)];
        members.Sort((a, b) => a.Id.CompareTo(b.Id));
        long lastIndex = members.Max(m => m.Info?.Number("raft_current_index") ?? 0);
        if (json) output.WriteLine(new JsonArray([.. members.Select(m => m.ToJson(lastIndex))]).ToJsonString(Indented));
        else ShowTable(output, asked, members, lastIndex);
        output.Flush();
        return true;
    }

    private MemberStatus Ask(RaftMember member)
    {
        RaftInfo? info = HostPort.TryParse(member.Address, out string memberHost, out int memberPort)
            ? RaftInfo.Ask(memberHost, memberPort, AnswerLimit, access)
            : null;
        return new MemberStatus(long.TryParse(member.Id, out long id) ? id : 0, member.Address, member.IsVoting, info);
    }

    private static void ShowTable(TextWriter output, RaftInfo asked, List<MemberStatus> members, long lastIndex)
    {
        output.WriteLine(asked.IsUninitialized
            ? "no member of a cluster yet"
            : $"cluster {asked.Field("raft_dbid")}  term {asked.Term}  leader {(asked.LeaderId > 0 ? $"node {asked.LeaderId}" : "none")}");
        output.WriteLine($"{"node",-5} {"address",-22} {"role",-10} {"vote",-5} {"applied",10} {"behind",8} {"log",10} {"snapshot",10} {"fsync avg",10} {"disk free",10}");
        foreach (MemberStatus m in members)
        {
            output.WriteLine(m.Info is not { } info
                ? $"{m.Id,-5} {m.Address,-22} no answer"
                : $"{m.Id,-5} {m.Address,-22} {info.Role,-10} {(info.IsVoting ? "yes" : "no"),-5} "
                    + $"{info.Number("raft_last_applied_index"),10} {m.Behind(lastIndex),8} {InfoText.Human(info.Number("raft_file_size")),10} "
                    + $"{info.Number("raft_snapshot_last_idx"),10} {info.Number("raft_fsync_avg_microseconds") + " µs",10} "
                    + $"{InfoText.Human(Math.Max(0, info.Number("raft_disk_free_bytes"))),10}");
        }
    }

    private sealed record MemberStatus(long Id, string Address, bool IsVoting, RaftInfo? Info)
    {
        public long? Behind(long lastIndex) => Info is null ? null : Math.Max(0, lastIndex - Info.Number("raft_last_applied_index"));

        public JsonObject ToJson(long lastIndex) => new JsonObject
        {
            ["id"] = Id,
            ["address"] = Address,
            ["voting"] = Info is null ? IsVoting : Info.IsVoting,
            ["answers"] = Info is not null,
            ["behind"] = Behind(lastIndex),
            ["info"] = Info is null ? null : new JsonObject(Info.Fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value))),
        };
    }
}
