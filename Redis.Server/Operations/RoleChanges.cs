namespace Redis.Server.Operations;

/// <summary>Turns one look after another at the nodes of a cluster into the sentences a person wants to read.</summary>
internal sealed class RoleChanges
{
    private readonly Dictionary<int, int> _ports;
    private readonly Dictionary<int, bool> _answered;
    private long _leaderTerm;

    public RoleChanges(IEnumerable<(int Node, int Port)> nodes)
    {
        _ports = nodes.ToDictionary(n => n.Node, n => n.Port);
        _answered = _ports.Keys.ToDictionary(n => n, _ => true);
    }

    /// <summary>What is worth saying after a look at a node (null: it did not answer), or null.</summary>
    public string? Observe(int node, RaftInfo? info)
    {
        bool answers = info is not null;
        bool answered = _answered[node];
        _answered[node] = answers;
        if (info is { IsLeader: true } && info.Term > _leaderTerm)
        {
            bool first = _leaderTerm == 0;
            _leaderTerm = info.Term;
            return first ? null : $"node {node} (port {_ports[node]}) leads now, in term {info.Term}";
        }
        if (answers == answered) return null;
        return answers ? $"node {node} (port {_ports[node]}) is back as {info!.Role}" : $"node {node} (port {_ports[node]}) does not answer";
    }
}
