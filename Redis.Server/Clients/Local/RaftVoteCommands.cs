using System.Text;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>
/// RAFT.DEBUG NODECFG id "-voting" or "+voting": takes a member's vote, and gives it back. RedisRaft changes what the node
/// asked believes; here the group agrees on it, as on any change of its members, so that no two majorities miss each other.
/// </summary>
internal static class RaftVoteCommands
{
    public static bool Configure(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        if (!host.Consensus.IsStarted)
        {
            reply.Raw(host.Admission.Refusal(null)!);
            return true;
        }

        if (!Numbers.TryParseInteger(args[2], out long id))
        {
            reply.Error("ERR invalid node id"u8);
            return true;
        }

        if (host.Consensus.Read((server, _) => server.Configuration.Find((int)id), null) is not { } member)
        {
            reply.Error("ERR node does not exist"u8);
            return true;
        }

        if (host.RefusalUnlessLeader() is { } refusal)
        {
            reply.Raw(refusal);
            return true;
        }

        switch (Encoding.ASCII.GetString(args[3]).Trim().ToLowerInvariant())
        {
            case "+voting":
                host.Consensus.Step(server => server.AllowPromotion(member.Id));
                reply.Ok();
                return true;
            case "-voting" when !member.IsVoter:
                reply.Ok();
                return true;
            case "-voting":
                return RaftCommands.Change(
                    client, reply, (RaftServer server, out EntryId entry) => server.DemoteMember(member.Id, out entry), done => done.Ok());
            default:
                reply.Error("ERR invalid nodecfg option"u8);
                return true;
        }
    }
}
