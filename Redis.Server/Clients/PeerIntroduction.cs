using System.Diagnostics.CodeAnalysis;
using System.Text;
using Redis.Server.Clients.Local;
using Redis.Server.Configuration;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.Replication;
using Redis.Server.Security;

namespace Redis.Server.Clients;

/// <summary>A connection whose handshake (<see cref="PeerHandshake"/>) was accepted: hands it down to the peers' room.</summary>
internal sealed class PeerIntroduction(int from, string address, PeerPurpose purpose, AclUser user, ClientServices services)
{
    /// <summary>The version that both sides speak from here on.</summary>
    public required int Version { get; init; }

    /// <summary>Looks at RAFT.PEER version cluster-id from to address [PROXY].</summary>
    public static bool TryAccept(CommandArgs args, ClientConnection client, [NotNullWhen(true)] out PeerIntroduction? introduction, out string refusal)
    {
        introduction = null;
        ClientServices services = client.Services;
        RaftHost host = services.Host;
        if (!Numbers.TryParseInteger(args[1], out long version) || !Numbers.TryParseInteger(args[3], out long from) || !Numbers.TryParseInteger(args[4], out long to))
        {
            refusal = "malformed handshake between nodes";
            return false;
        }

        string clusterId = Encoding.Latin1.GetString(args[2]);
        refusal = PeerHandshake.Settle(version) == 0
                ? $"peer protocol {version} is not spoken here any more, only {PeerCodec.OldestVersion} to {PeerCodec.Version}: upgrade one release at a time"
            : host.Admission.State == NodeState.Loading && !host.Consensus.IsStarted ? "this node is loading its data"
            : !host.Consensus.IsStarted ? "this node is not a member of a cluster" // or not yet: to welcome the peer there must be a server
            : clusterId != host.ClusterId ? $"this node belongs to cluster {host.ClusterId}, not to {clusterId}"
            : host.WasRemoved((int)from) ? $"{PeerHandshake.Removed["ERR ".Length..]}: it goes on without node {from}"
            : to != host.NodeId ? $"this node is {host.NodeId}, not {to}"
            : args.Count > 6 && !args.Is(6, "proxy"u8) ? $"connections for {Encoding.Latin1.GetString(args[6])} are not known here: run the same version on all nodes"
            : Missing(client);
        PeerPurpose purpose = args.Count > 6 ? PeerPurpose.Proxy : PeerPurpose.Raft;
        introduction = refusal.Length == 0
            ? new PeerIntroduction((int)from, Encoding.Latin1.GetString(args[5]), purpose, client.Session.User, services) { Version = PeerHandshake.Settle(version) }
            : null;
        return introduction is not null;
    }

    /// <summary>Receives from the peer until the connection ends, its user may no longer be one, or its node is no member any more.</summary>
    public async Task RunAsync(Transport transport, Task<ReadOnlyMemory<byte>> first)
    {
        void Revoke(AclUser changed)
        {
            if (changed == user && (services.Users.Find(user.Name) != user || !user.Rights.Selectors.Exists(selector => selector.Commands.Has(ConnectionCommands.Peer))))
            {
                transport.Close();
            }
        }

        void RevokeChanged(AclUser changed, AclRights before) => Revoke(changed);

        void Dismiss(int removed)
        {
            if (removed == from)
            {
                transport.Close();
            }
        }

        services.Users.Deleted += Revoke;
        services.Users.Changed += RevokeChanged;
        services.Host.MemberRemoved += Dismiss;
        try
        {
            if (services.Host.WasRemoved(from))
            {
                return; // since it introduced itself
            }

            await ReceiveAsync(transport, first).ConfigureAwait(false);
        }
        finally
        {
            services.Users.Deleted -= Revoke;
            services.Users.Changed -= RevokeChanged;
            services.Host.MemberRemoved -= Dismiss;
        }
    }

    private Task ReceiveAsync(Transport transport, Task<ReadOnlyMemory<byte>> first)
    {
        if (purpose == PeerPurpose.Proxy)
        {
            return new PeerSession(transport, from, new ProxyInlet(transport, services.Host), services.Logger).RunAsync(first);
        }

        services.Host.Consensus.Connected(from, address);
        return new PeerSession(transport, from, services.Host.Consensus, services.Logger).RunAsync(first);
    }

    /// <summary>What the connection lacks to be one between nodes; empty when it will do.</summary>
    private static string Missing(ClientConnection client)
    {
        ServerOptions options = client.Services.Options;
        return !options.PeersUseTls ? ""
            : !client.Proof.IsEncrypted ? "nodes of this cluster talk over TLS: set tls-cluster on all of them"
            : options.Tls.AuthClients != TlsClientAuthentication.No && !client.Proof.ShowedCertificate ? "a node has to show a certificate"
            : "";
    }
}
