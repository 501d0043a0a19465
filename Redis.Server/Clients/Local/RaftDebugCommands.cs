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
        RaftHost host = client.Services.Host;
        if (args.Is(1, "exec"u8) && args.Count > 2)
        {
            return Execute(client, args.From(2), reply);
        }

        if (args.Is(1, "commandspec"u8) && args.Count == 3)
        {
            WriteSpecification(client.Services.Commands.Find(args[2]), reply);
        }
        else if (!host.Consensus.IsStarted)
        {
            reply.Raw(host.Admission.Refusal(null)!);
        }
        else if (args.Is(1, "compact"u8))
        {
            return Compact(client, args, reply);
        }
        else if (args.Is(1, "used_node_ids"u8) && args.Count == 2)
        {
            int[] ids = host.Consensus.Read<int[]>((server, _) => [.. server.Configuration.UsedIds], []);
            reply.ArrayHeader(ids.Length);
            foreach (int id in ids)
            {
                reply.Integer(id);
            }
        }
        else if (args.Is(1, "nodecfg"u8) && args.Count == 3)
        {
            WriteMember(host, args, reply);
        }
        else if (args.Is(1, "nodecfg"u8) && args.Count > 3)
        {
            reply.Error("ERR a member's flags are what the group agreed on: use RAFT.NODE ADD and REMOVE"u8);
        }
        else
        {
            reply.Error("ERR unknown RAFT.DEBUG subcommand or wrong number of arguments"u8);
        }

        return true;
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

    /// <summary>COMPACT [async]: a snapshot now, and nothing of the log behind it.</summary>
    private static bool Compact(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        bool isAsync = args.Count > 2 && (args.Is(2, "async"u8) || args.Is(2, "1"u8));
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
        Member? member = Numbers.TryParseInteger(args[2], out long id)
            ? host.Consensus.Read((server, _) => server.Configuration.Find((int)id), null)
            : null;
        if (member is null)
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
            reply.Error("ERR node id does not match"u8);
        }
        else
        {
            reply.Ok();
            host.Retire();
        }
    }
}
