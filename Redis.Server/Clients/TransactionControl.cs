using System.Text;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients;

/// <summary>
/// MULTI, EXEC and DISCARD, WATCH and UNWATCH: they act when they are staged, for they decide what the requests behind them are.
/// </summary>
internal static class TransactionControl
{
    private const CommandFlags Flags = CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale | CommandFlags.AllowBusy;

    private static readonly byte[] Ok = "+OK\r\n"u8.ToArray();
    private static readonly byte[] Empty = "*0\r\n"u8.ToArray();
    private static readonly byte[] Nested = "-ERR MULTI calls can not be nested\r\n"u8.ToArray();
    private static readonly byte[] WatchInside = "-ERR WATCH inside MULTI is not allowed\r\n"u8.ToArray();
    private static readonly byte[] ExecWithoutMulti = "-ERR EXEC without MULTI\r\n"u8.ToArray();
    private static readonly byte[] DiscardWithoutMulti = "-ERR DISCARD without MULTI\r\n"u8.ToArray();
    private static readonly byte[] Aborted = "-EXECABORT Transaction discarded because of previous errors.\r\n"u8.ToArray();

    private static readonly Command Multi = new("multi", 1, Flags | CommandFlags.Fast, AclCategories.Transaction, handler: null);
    private static readonly Command Exec = new("exec", 1, CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale | CommandFlags.SkipSlowlog, AclCategories.Transaction, handler: null);
    private static readonly Command Discard = new("discard", 1, Flags | CommandFlags.Fast, AclCategories.Transaction, handler: null);

    // Inside MULTI it is queued like any other, and then finds nothing watched: EXEC has ended that.
    private static readonly LocalCommand Unwatch = new("unwatch", 1, Flags | CommandFlags.Fast, AclCategories.Transaction, (_, _, reply) => reply.Ok());

    public static IReadOnlyList<Command> Rows { get; } = [Multi, Exec, Discard, Unwatch];

    public static bool IsExec(Command command) => command == Exec;

    /// <summary>Whether <see cref="Stage"/> is to deal with the command.</summary>
    public static bool IsControl(Command command, TransactionQueue queue) =>
        command == Multi || command == Exec || command == Discard || command.Name == "watch" || (command == Unwatch && !queue.IsOpen);

    /// <summary>What is not queued between MULTI and EXEC, but run.</summary>
    public static bool ActsAtOnce(Command command) => command.FullName is "quit" or "reset";

    public static void Stage(ClientConnection client, Command command, ReadOnlyMemory<byte> frame)
    {
        TransactionQueue queue = client.Transaction;
        if (command == Multi)
        {
            Reply(client, command, queue.IsOpen ? Nested : Ok, hasFailed: queue.IsOpen);
            queue.Open();
        }
        else if (command == Exec)
        {
            StageExec(client, queue);
        }
        else if (command == Discard)
        {
            StageDiscard(client, queue);
        }
        else if (command == Unwatch)
        {
            client.StageEndOfWatch(RequestKind.Reply, Unwatch, Ok);
        }
        else
        {
            StageWatch(client, queue, command, frame);
        }
    }

    /// <summary>EXEC itself was refused: the transaction ends, and the reply says why.</summary>
    /// <param name="client">Whose transaction.</param>
    /// <param name="error">A ready error reply.</param>
    public static void RefuseExec(ClientConnection client, ReadOnlySpan<byte> error)
    {
        string reason = Encoding.Latin1.GetString(error[1..^2]);
        reason = reason.StartsWith("ERR ", StringComparison.Ordinal) ? reason[4..] : reason;
        client.StageEndOfWatch(RequestKind.Reply, Exec, Encoding.Latin1.GetBytes($"-EXECABORT Transaction discarded because of: {reason}\r\n"));
        client.Transaction.Close();
    }

    private static void StageWatch(ClientConnection client, TransactionQueue queue, Command command, ReadOnlyMemory<byte> frame)
    {
        if (queue.IsOpen)
        {
            Reply(client, command, WatchInside, hasFailed: true);
            return;
        }

        client.Watches ??= new Keyspace.WatchSet();
        client.Stage(RequestKind.Read, command, frame);
        client.WaitForTurn(); // an EXEC behind it is decided by what it has found
    }

    private static void StageDiscard(ClientConnection client, TransactionQueue queue)
    {
        if (!queue.IsOpen)
        {
            Reply(client, Discard, DiscardWithoutMulti, hasFailed: true);
            return;
        }

        client.StageEndOfWatch(RequestKind.Reply, Discard, Ok);
        queue.Close();
    }

    private static void StageExec(ClientConnection client, TransactionQueue queue)
    {
        if (!queue.IsOpen)
        {
            Reply(client, Exec, ExecWithoutMulti, hasFailed: true);
            return;
        }

        if (queue.IsBroken)
        {
            client.StageEndOfWatch(RequestKind.Failure, Exec, Aborted);
        }
        else if (queue.Frames.Count == 0 && client.Watches is null)
        {
            Reply(client, Exec, Empty);
        }
        else
        {
            if (queue.HasLocal)
            {
                UnblockEntry.RewriteQueued(client.Services, queue);
            }

            ReadOnlyMemory<byte> payload = TransactionPayload.Build([.. queue.Frames.Select(queued => InLog(client, queued.Command, queued.Frame))]);
            payload = queue.AsksForRights ? AccessCheck.OnBehalf(client, payload) : payload;
            payload = queue.HasScript ? LimitsPayload.Wrap(client.Services.ScriptLimits, payload) : payload;
            client.LocalParts = LocalPartsOf(queue);
            queue.Depart();
            client.StageEndOfWatch(queue.HasWrite ? RequestKind.Write : RequestKind.Read, null, payload);
            client.WaitForTurn(); // a queued HELLO or AUTH may change what follows
        }

        queue.Close();
    }

    /// <summary>What is the client's own node's business may have a password, which the log does not get: the node runs its own copy.</summary>
    private static byte[] InLog(ClientConnection client, Command command, byte[] frame) => command is LocalCommand ? client.Services.Secrets.Hide(command, frame) : frame;

    private static LocalParts? LocalPartsOf(TransactionQueue queue) => !queue.HasLocal ? null : new LocalParts(
        [.. queue.Frames.Select((queued, position) => new LocalPart(position, queued.Command, queued.Frame)).Where(part => part.Command is LocalCommand)]);

    private static void Reply(ClientConnection client, Command command, byte[] reply, bool hasFailed = false) =>
        client.Stage(hasFailed ? RequestKind.Failure : RequestKind.Reply, command, reply);
}
