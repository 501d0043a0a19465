using System.Text;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>RAFT.CLUSTER, RAFT.NODE and their kin, as RedisRaft has them.</summary>
internal static class RaftCommands
{
    private const CommandFlags Flags = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoMulti | CommandFlags.Loading | CommandFlags.Stale;
    private const int ClusterIdLength = 32;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("raft.cluster", -2, Flags, AclCategories.None, Cluster),
        new LocalCommand("raft.node", -2, Flags, AclCategories.None, Node),
        new LocalCommand("raft.transfer_leader", -1, Flags, AclCategories.None, TransferLeader),
        new LocalCommand("raft.timeout_now", 1, Flags, AclCategories.None, TimeoutNow),
    ];

    private static bool Cluster(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        if (args.Is(1, "init"u8))
        {
            return Init(client, args, reply);
        }

        if (!args.Is(1, "join"u8))
        {
            reply.Error("ERR RAFT.CLUSTER supports INIT / JOIN only"u8);
            return true;
        }

        if (args.Count < 3)
        {
            reply.Error("ERR wrong number of arguments for 'raft.cluster' command"u8);
            return true;
        }

        List<string> addresses = [];
        for (int i = 2; i < args.Count; i++)
        {
            string address = Encoding.Latin1.GetString(args[i]);
            if (!HostPort.TryParse(address, out _, out _))
            {
                reply.Error("ERR invalid node address"u8);
                return true;
            }

            addresses.Add(address);
        }

        if (!IsFree(host, reply))
        {
            return true;
        }

        _ = JoinAsync(client, addresses);
        return false;
    }

    private static bool Init(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        string? id = args.Count > 2 ? Encoding.Latin1.GetString(args[2]) : null;
        if (args.Count > 3)
        {
            reply.Error("ERR wrong number of arguments for 'raft.cluster' command"u8);
        }
        else if (id is not null && id.Length != ClusterIdLength)
        {
            reply.Error("ERR cluster id must be 32 characters"u8);
        }
        else if (IsFree(host, reply))
        {
            _ = InitAsync(client, id);
            return false;
        }

        return true;
    }

    private static async Task InitAsync(ClientConnection client, string? wanted)
    {
        RaftHost host = client.Services.Host;
        try
        {
            string id = await host.InitAsync(wanted).ConfigureAwait(false);
            host.Application.Complete(client, reply => reply.SimpleString(Encoding.Latin1.GetBytes("OK " + id)));
        }
        catch (StorageException exception)
        {
            host.Application.Complete(client, reply => reply.Error($"ERR {exception.Message}"));
        }
    }

    private static bool IsFree(RaftHost host, RespWriter reply)
    {
        if (host.Admission.State == NodeState.Uninitialized)
        {
            return true;
        }

        if (host.Admission.State == NodeState.Joining)
        {
            reply.Raw(host.Admission.Refusal(null)!);
        }
        else
        {
            reply.Error("ERR Already cluster member"u8);
        }

        return false;
    }

    private static async Task JoinAsync(ClientConnection client, List<string> addresses)
    {
        string? failure = await client.Services.Joining.RunAsync(addresses).ConfigureAwait(false);
        client.Services.Host.Application.Complete(client, reply =>
        {
            if (failure is null)
            {
                reply.Ok();
            }
            else
            {
                reply.Error($"ERR {failure}");
            }
        });
    }

    private static bool Node(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        if (host.Consensus.Read((server, _) => host.Admission.Refusal(server), host.Admission.Refusal(null)) is { } refusal)
        {
            reply.Raw(refusal);
            return true;
        }

        bool adds = args.Is(1, "add"u8);
        if (!adds && !args.Is(1, "remove"u8))
        {
            reply.Error("ERR RAFT.NODE supports ADD / REMOVE only"u8);
            return true;
        }

        if (args.Count != (adds ? 4 : 3))
        {
            reply.Error("ERR wrong number of arguments for 'raft.node' command"u8);
            return true;
        }

        return adds ? Add(client, args, reply) : Remove(client, args, reply);
    }

    private static bool Add(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        string address = Encoding.Latin1.GetString(args[3]);
        if (!Numbers.TryParseInteger(args[2], out long wanted) || wanted is < 0 or > int.MaxValue)
        {
            reply.Error("ERR invalid node id"u8);
            return true;
        }

        if (!HostPort.TryParse(address, out _, out _))
        {
            reply.Error("ERR invalid node address"u8);
            return true;
        }

        RaftHost host = client.Services.Host;
        int id = (int)wanted;
        if (id > 0 && host.Consensus.Read((server, _) => server.Configuration.UsedIds.Contains(id), false))
        {
            reply.Error("ERR node id has already been used in this cluster"u8);
            return true;
        }

        return Change(
            client,
            reply,
            (RaftServer server, out EntryId entry) =>
            {
                id = id > 0 ? id : server.Configuration.UsedIds[^1] + 1;
                return server.AddMember(id, address, out entry);
            },
            done =>
            {
                done.ArrayHeader(2);
                done.Integer(id);
                done.BulkString(host.ClusterId);
            });
    }

    private static bool Remove(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        if (!Numbers.TryParseInteger(args[2], out long wanted) || wanted is <= 0 or > int.MaxValue)
        {
            reply.Error("ERR invalid node id"u8);
            return true;
        }

        if (!host.Consensus.Read((server, _) => server.Configuration.Find((int)wanted) is not null, false))
        {
            reply.Error("ERR node id does not exist"u8);
            return true;
        }

        return Change(client, reply, (RaftServer server, out EntryId entry) => server.RemoveMember((int)wanted, out entry), done => done.Ok());
    }

    /// <summary>Proposes a change of the members and answers once it is applied.</summary>
    public static bool Change(ClientConnection client, RespWriter reply, EntryProposal propose, Action<RespWriter> done)
    {
        Application application = client.Services.Host.Application;
        ProposeResult result = client.Services.Host.Consensus.Propose(propose, fate => application.Complete(client, writer =>
        {
            if (fate == EntryFate.Applied)
            {
                done(writer);
            }
            else
            {
                writer.Error("TIMEOUT not committed yet"u8);
            }
        }));

        switch (result)
        {
            case ProposeResult.Accepted:
                return false;
            case ProposeResult.ChangeInProgress:
                reply.Error("ERR a voting change is already in progress: the cluster makes one voting change only at a time"u8);
                return true;
            case ProposeResult.InvalidChange:
                reply.Error("ERR the change of members is not possible"u8);
                return true;
            default:
                reply.Raw(Admission.Refusal(result));
                return true;
        }
    }

    private static bool TransferLeader(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        long target = 0;
        if (args.Count > 2)
        {
            reply.Error("ERR wrong number of arguments for 'raft.transfer_leader' command"u8);
            return true;
        }

        if (args.Count == 2 && (!Numbers.TryParseInteger(args[1], out target) || target is <= 0 or > int.MaxValue))
        {
            reply.Error("ERR invalid node id"u8);
            return true;
        }

        if (!host.Consensus.IsStarted)
        {
            reply.Raw(host.Admission.Refusal(null)!);
            return true;
        }

        (bool leads, bool exists) = host.Consensus.Read(
            (server, _) => (server.Role == RaftRole.Leader, target == 0 || server.Configuration.Find((int)target) is { IsVoter: true }),
            (false, false));
        if (!leads || !exists)
        {
            reply.Error(leads ? "ERR invalid node id"u8 : "ERR not leader"u8);
            return true;
        }

        if (target == host.NodeId)
        {
            reply.Error("ERR invalid node id"u8);
            return true;
        }

        _ = TransferAsync(client, (int)target);
        return false;
    }

    private static async Task TransferAsync(ClientConnection client, int target)
    {
        RaftHost host = client.Services.Host;
        string? failure = await new LeadershipTransfer(host).RunAsync(target).ConfigureAwait(false);
        host.Application.Complete(client, reply =>
        {
            if (failure is null)
            {
                reply.Ok();
            }
            else
            {
                reply.Error($"ERR {failure}");
            }
        });
    }

    private static void TimeoutNow(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        if (!host.Consensus.IsStarted)
        {
            reply.Raw(host.Admission.Refusal(null)!);
            return;
        }

        host.Consensus.Step(server => server.Campaign());
        reply.Ok();
    }
}
