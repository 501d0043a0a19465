using Redis.Server.Commands;
using Redis.Server.Peers;
using Redis.Server.Protocol;

namespace Redis.Server.Replication;

/// <summary>
/// A client that is connected to another node, as the leader sees it: one session of a proxy connection. Each reply goes
/// back under the number of its request.
/// </summary>
internal sealed class ProxiedStream(long session, string node, SendQueue output) : RequestStream
{
    private string _userName = "default";

    /// <summary>That of the client's node.</summary>
    public override string Address => node;

    public override string Name => "";

    public override string UserName => _userName;

    public override SendQueue Output => output;

    /// <summary>A leader that lost its office answers so; it does not pass on what was passed to it.</summary>
    public override bool IsProxied => true;

    public override void Respond(ReadOnlySpan<byte> reply) => ProxyCodec.WriteReply(output, session, Taken + 1, reply);

    public override bool ExecuteLocal(in InFlightRequest request, RespWriter reply) =>
        throw new InvalidOperationException("A local command is the business of the client's own node.");

    /// <summary>Leaves a gap, which the client's own node fills (<see cref="Replication.LocalParts"/>).</summary>
    public override bool ExecuteInTransaction(Command command, CommandArgs args, RespWriter reply)
    {
        reply.Null();
        return true;
    }

    /// <summary>The client is authenticated as this user, and wants its replies in this version of RESP.</summary>
    public void Identify(string userName, int protocolVersion)
    {
        // Its node lets nothing follow a HELLO or AUTH before all is answered: no reply under way is concerned.
        _userName = userName;
        ProtocolVersion = protocolVersion;
    }

    /// <summary>The client sends no more.</summary>
    public void End() => HasEnded = true;
}
