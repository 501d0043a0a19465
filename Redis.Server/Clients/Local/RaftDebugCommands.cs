using System.Globalization;
using System.Text;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>RAFT, RAFT.DEBUG and RAFT.NODESHUTDOWN: for operators and tests.</summary>
internal static class RaftDebugCommands
{
    /// <summary>RAFT command …</summary>
    public const string Explicit = "raft";

    private const CommandFlags Flags = CommandFlags.Admin | CommandFlags.NoScript | CommandFlags.NoMulti | CommandFlags.Loading | CommandFlags.Stale;

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new(Explicit, -2, CommandFlags.None, AclCategories.None, handler: null),
        new LocalCommand("raft.debug", -2, Flags, AclCategories.None, Debug),
        new LocalCommand("raft.nodeshutdown", 2, Flags, AclCategories.None, NodeShutdown),
    ];

    private static bool Debug(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        switch (Encoding.ASCII.GetString(args[1]).ToLowerInvariant(), args.Count)
        {
            case ("exec", > 2):
                return Execute(client, args.From(2), reply);
            case ("compact", <= 3):
                return Compact(client, args, reply);
            case ("nodecfg", 3):
                WriteMember(client.Services.Host, args, reply);
                return true;
            case ("nodecfg", 4):
                return RaftVoteCommands.Configure(client, args, reply);
            case ("sendsnapshot", 3):
                SendSnapshot(client.Services.Host, args, reply);
                return true;
            case ("used_node_ids", 2):
                WriteUsedIds(client.Services.Host, reply);
                return true;
            case ("commandspec", 3):
                WriteSpecification(client.Services.Commands.Find(args[2]), reply);
                return true;
            case ("disable_apply", 3):
                SetFailure(client, "raft.log-disable-apply", args.Is(2, "0"u8) ? "no" : "yes", reply);
                return true;
            case ("delay_apply", 3):
                SetFailure(client, "raft.log-delay-apply", Encoding.Latin1.GetString(args[2]), reply);
                return true;
            case ("exec" or "compact" or "nodecfg" or "sendsnapshot" or "used_node_ids" or "commandspec" or "disable_apply" or "delay_apply", _):
                reply.Error("ERR wrong number of arguments for 'raft.debug' command"u8);
                return true;
            default:
                reply.Error("ERR invalid debug subcommand"u8);
                return true;
        }
    }

    /// <summary>Runs any command on this node alone, past the log.</summary>
    private static bool Execute(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        Command? command = client.Services.Commands.Resolve(args, reply);
        switch (command)
        {
            case null:
                return true;
            case { Name: "debug" } when args.Is(1, "populate"u8) && args.Count is >= 3 and <= 5:
                DebugPopulate.RunLocally(client, args, reply);
                return true;
            case { Name: "debug" }:
                return DebugCommands.Run(client, args, reply);
            default:
                return client.RunLocal(command, args, reply);
        }
    }

    /// <summary>COMPACT [async]: a snapshot now, and nothing of the log behind it. A number but 0 means async, too.</summary>
    private static bool Compact(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (!client.Services.Host.Consensus.IsStarted)
        {
            reply.Raw(client.Services.Host.Admission.Refusal(null)!);
            return true;
        }

        long number = 0;
        bool isAsync = args.Count > 2 && (args.Is(2, "async"u8) || (Numbers.TryParseInteger(args[2], out number) && number != 0));
        if (args.Count > 2 && !isAsync && !args.Is(2, "0"u8))
        {
            reply.Error("ERR invalid compact async value"u8);
            return true;
        }

        Task<string?> taking = client.Services.Host.TakeSnapshotAsync(keepsTail: false);
        if (isAsync)
        {
            reply.Ok();
            return true;
        }

        _ = CompactedAsync(client, taking);
        return false;
    }

    private static async Task CompactedAsync(ClientConnection client, Task<string?> taking)
    {
        string? failure = await taking.ConfigureAwait(false);
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

    /// <summary>SENDSNAPSHOT id: the leader sends a member its latest snapshot.</summary>
    private static void SendSnapshot(RaftHost host, CommandArgs args, RespWriter reply)
    {
        if (!host.Consensus.IsStarted)
        {
            reply.Raw(host.Admission.Refusal(null)!);
        }
        else if (!Numbers.TryParseInteger(args[2], out long id))
        {
            reply.Error("ERR invalid node id"u8);
        }
        else if (id == host.NodeId)
        {
            reply.Error("ERR cannot send snapshot itself"u8);
        }
        else if (!host.Consensus.Read((server, _) => server.Configuration.Find((int)id) is not null, false))
        {
            reply.Error("ERR node does not exist"u8);
        }
        else if (host.RefusalUnlessLeader() is { } refusal)
        {
            reply.Raw(refusal);
        }
        else
        {
            bool isSent = false;
            host.Consensus.Step(server => isSent = server.SendSnapshot((int)id));
            if (isSent)
            {
                reply.Ok();
            }
            else
            {
                reply.Error("ERR there is no snapshot to send"u8);
            }
        }
    }

    private static void WriteUsedIds(RaftHost host, RespWriter reply)
    {
        int[] ids = host.Consensus.Read<int[]>((server, _) => [.. server.Configuration.UsedIds], []);
        reply.ArrayHeader(ids.Length);
        foreach (int id in ids)
        {
            reply.Integer(id);
        }
    }

    /// <summary>DISABLE_APPLY, DELAY_APPLY: today's options under the names that earlier versions of RedisRaft had for them.</summary>
    private static void SetFailure(ClientConnection client, string option, string value, RespWriter reply)
    {
        if (client.Services.Options.Table.Set([(option, value)]) is { } refusal)
        {
            reply.Error(refusal);
        }
        else
        {
            reply.Ok();
        }
    }

    private static void WriteSpecification(Command? command, RespWriter reply)
    {
        if (command is null)
        {
            reply.Error("ERR no such command"u8);
            return;
        }

        // RedisRaft's bits: read-only, write, not supported, not through the log.
        reply.Integer(
            (command.Has(CommandFlags.ReadOnly) ? 1 << 1 : 0)
            | (command.IsWrite ? 1 << 2 : 0)
            | (RefusedCommands.Includes(command) ? 1 << 3 : 0)
            | (command.Has(CommandFlags.Local) ? 1 << 4 : 0));
    }

    private static void WriteMember(RaftHost host, CommandArgs args, RespWriter reply)
    {
        if (!Numbers.TryParseInteger(args[2], out long id))
        {
            reply.Error("ERR invalid node id"u8);
        }
        else if (host.Consensus.Read((server, _) => server.Configuration.Find((int)id), null) is not { } member)
        {
            reply.Error("ERR node does not exist"u8);
        }
        else
        {
            reply.BulkString(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"id={member.Id} voting={(member.IsVoter ? 1 : 0)} addr={member.Address}")));
        }
    }

    private static void NodeShutdown(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        RaftHost host = client.Services.Host;
        if (!host.Consensus.IsStarted)
        {
            reply.Raw(host.Admission.Refusal(null)!);
        }
        else if (!Numbers.TryParseInteger(args[1], out long id) || id != host.NodeId)
        {
            reply.Error("ERR invalid node id"u8);
        }
        else
        {
            reply.Ok();
            host.Retire();
        }
    }
}
