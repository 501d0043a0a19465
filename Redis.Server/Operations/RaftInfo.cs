using System.Globalization;

namespace Redis.Server.Operations;

/// <summary>What INFO raft says about a node, read by name.</summary>
internal sealed class RaftInfo
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    public RaftInfo(string info)
    {
        foreach (string line in info.Split('\n', StringSplitOptions.TrimEntries))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[0] != '#') _fields[line[..colon]] = line[(colon + 1)..];
        }
        Members = [.. _fields.Where(f => f.Key.StartsWith("raft_node", StringComparison.Ordinal) && f.Value.Contains("id=", StringComparison.Ordinal)).Select(f => new RaftMember(f.Value))];
    }

    public string State => Field("raft_state");

    public string Role => Field("raft_role");

    public long NodeId => Number("raft_node_id");

    public long LeaderId => Number("raft_leader_id");

    public long Term => Number("raft_current_term");

    /// <summary>The other members, as this node sees them.</summary>
    public IReadOnlyList<RaftMember> Members { get; }

    public IReadOnlyDictionary<string, string> Fields => _fields;

    public bool IsUninitialized => State is "uninitialized" or "";

    public bool IsLeader => Role == "leader";

    public bool IsVoting => Field("raft_is_voting") == "yes";

    /// <summary>A member that knows its leader.</summary>
    public bool IsSettled => State == "up" && LeaderId > 0;

    public string Field(string name) => _fields.GetValueOrDefault(name, "");

    public long Number(string name) =>
        long.TryParse(Field(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;

    /// <summary>Asks a node; null when it does not answer in time.</summary>
    public static RaftInfo? Ask(string host, int port, TimeSpan timeout, NodeAccess? access = null)
    {
        try
        {
            using RespConnection connection = (access ?? NodeAccess.Plain).Connect(host, port, timeout);
            RespReply reply = connection.Call("INFO", "raft");
            return reply.IsError ? null : new RaftInfo(reply.Text);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

/// <summary>One raft_node line of INFO raft: id=…,state=…,voting=…,addr=…,port=…,last_conn_secs=…,conn_errors=…,conn_oks=….</summary>
internal sealed class RaftMember
{
    private readonly Dictionary<string, string> _fields;

    public RaftMember(string line) => _fields = line.Split(',')
        .Select(f => f.Split('=', 2))
        .Where(p => p.Length == 2)
        .ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);

    public string Id => _fields.GetValueOrDefault("id", "");

    public string State => _fields.GetValueOrDefault("state", "");

    public bool IsVoting => _fields.GetValueOrDefault("voting", "") == "yes";

    public string Address => $"{_fields.GetValueOrDefault("addr", "")}:{_fields.GetValueOrDefault("port", "")}";
}
