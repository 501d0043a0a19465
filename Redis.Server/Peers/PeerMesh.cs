using Microsoft.Extensions.Logging;
using Raft.Core;
using Redis.Server.Diagnostics;

namespace Redis.Server.Peers;

/// <summary>One link to each other member. Changed and used by consensus only, but <see cref="Flush"/> by anyone.</summary>
internal sealed class PeerMesh(TransportDialer dial, Func<PeerIdentity> identity, Func<TimeSpan> reconnectInterval, RaftTracing tracing, ILogger logger) : IDisposable
{
    private readonly Dictionary<int, (string Address, int Connections)> _guests = [];
    private Member[] _members = [];
    private PeerLink[] _links = [];

    public IReadOnlyList<PeerLink> Links => _links;

    /// <summary>What to do when another node says that this one is no member any more.</summary>
    public Action Removed { get; set; } = () => { };

    /// <summary>Where messages to a node go; null when there is no connection.</summary>
    public SendQueue? QueueTo(int nodeId)
    {
        foreach (PeerLink link in _links)
        {
            if (link.NodeId == nodeId)
            {
                return link.Queue;
            }
        }

        return null;
    }

    public PeerLink? LinkTo(int nodeId) => Array.Find(_links, link => link.NodeId == nodeId);

    /// <summary>Sends what was queued.</summary>
    public void Flush()
    {
        foreach (PeerLink link in _links)
        {
            link.Flush();
        }
    }

    /// <summary>Makes the links those of the members, leaving alone what did not change.</summary>
    public void Adjust(ClusterConfiguration configuration, int self)
    {
        _members = [.. configuration.Members.Where(m => m.Id != self)];
        Rebuild();
    }

    /// <summary>
    /// A node that is not (yet) known as a member has introduced itself: a leader that adds this one, above all. It gets
    /// a link for as long as it holds its own connection.
    /// </summary>
    public void Welcome(int nodeId, string address)
    {
        _guests[nodeId] = (address, _guests.GetValueOrDefault(nodeId).Connections + 1);
        Rebuild();
    }

    /// <summary>A node's own connection ended.</summary>
    public void Farewell(int nodeId)
    {
        // The end of a connection may be noticed after its successor has begun.
        (string address, int connections) = _guests.GetValueOrDefault(nodeId);
        if (connections > 1)
        {
            _guests[nodeId] = (address, connections - 1);
        }
        else if (_guests.Remove(nodeId))
        {
            Rebuild();
        }
    }

    public void Dispose()
    {
        _members = [];
        _guests.Clear();
        Rebuild();
    }

    private void Rebuild()
    {
        IEnumerable<(int Id, string Address)> wanted = _members.Select(m => (m.Id, m.Address))
            .Concat(_guests.Where(g => !_members.Any(m => m.Id == g.Key)).Select(g => (g.Key, g.Value.Address)));
        List<PeerLink> links = [];
        foreach ((int id, string address) in wanted)
        {
            PeerLink? kept = Array.Find(_links, link => link.NodeId == id && link.Address == address);
            if (kept is null)
            {
                kept = new PeerLink(id, address, dial, identity, reconnectInterval, () => Removed(), tracing, logger);
                kept.Start();
            }

            links.Add(kept);
        }

        PeerLink[] before = _links;
        _links = [.. links];
        foreach (PeerLink link in before.Except(links))
        {
            link.Dispose();
        }
    }
}
