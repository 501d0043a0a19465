using Microsoft.Extensions.Logging;
using Raft.Core;

namespace Redis.Server.Peers;

/// <summary>One link to each other member. Changed and used by consensus only, but <see cref="Flush"/> by anyone.</summary>
internal sealed class PeerMesh(TransportDialer dial, Func<PeerIdentity> identity, Func<TimeSpan> reconnectInterval, ILogger logger) : IDisposable
{
    private PeerLink[] _links = [];

    public IReadOnlyList<PeerLink> Links => _links;

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
        List<PeerLink> links = [];
        foreach (Member member in configuration.Members.Where(m => m.Id != self))
        {
            PeerLink? kept = Array.Find(_links, link => link.NodeId == member.Id && link.Address == member.Address);
            if (kept is null)
            {
                kept = new PeerLink(member.Id, member.Address, dial, identity, reconnectInterval, logger);
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

    public void Dispose() => Adjust(ClusterConfiguration.Empty, 0);
}
