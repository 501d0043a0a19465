using System.Diagnostics.CodeAnalysis;
using System.Text;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients;

/// <summary>A connection whose handshake (<see cref="PeerHandshake"/>) was accepted: hands it down to the peers' room.</summary>
internal sealed class PeerIntroduction(int from, string address, PeerPurpose purpose, ClientServices services)
{
    /// <summary>Looks at RAFT.PEER version cluster-id from to address [PROXY].</summary>
    public static bool TryAccept(CommandArgs args, ClientServices services, [NotNullWhen(true)] out PeerIntroduction? introduction, out string refusal)
    {
        introduction = null;
        RaftHost host = services.Host;
        if (!Numbers.TryParseInteger(args[1], out long version) || !Numbers.TryParseInteger(args[3], out long from) || !Numbers.TryParseInteger(args[4], out long to))
        {
            refusal = "malformed handshake between nodes";
            return false;
        }

        string clusterId = Encoding.Latin1.GetString(args[2]);
        refusal = version != PeerCodec.Version ? $"peer protocol {version} is not spoken here, only {PeerCodec.Version}: run the same version on all nodes"
            : host.Admission.State == NodeState.Loading && !host.Consensus.IsStarted ? "this node is loading its data"
            : !host.Consensus.IsStarted ? "this node is not a member of a cluster" // or not yet: to welcome the peer there must be a server
            : clusterId != host.ClusterId ? $"this node belongs to cluster {host.ClusterId}, not to {clusterId}"
            : to != host.NodeId ? $"this node is {host.NodeId}, not {to}"
            : args.Count > 6 && !args.Is(6, "proxy"u8) ? $"connections for {Encoding.Latin1.GetString(args[6])} are not known here: run the same version on all nodes"
            : "";
        PeerPurpose purpose = args.Count > 6 ? PeerPurpose.Proxy : PeerPurpose.Raft;
        introduction = refusal.Length == 0 ? new PeerIntroduction((int)from, Encoding.Latin1.GetString(args[5]), purpose, services) : null;
        return introduction is not null;
    }

    public Task RunAsync(Transport transport, ReadOnlyMemory<byte> first)
    {
        if (purpose == PeerPurpose.Proxy)
        {
            return new PeerSession(transport, from, new ProxyInlet(transport, services.Host), services.Logger).RunAsync(first);
        }

        services.Host.Consensus.Connected(from, address);
        return new PeerSession(transport, from, services.Host.Consensus, services.Logger).RunAsync(first);
    }
}
