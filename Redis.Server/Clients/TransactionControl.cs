using Redis.Server.Commands;
using Redis.Server.Replication;

namespace Redis.Server.Clients;

/// <summary>MULTI, EXEC and DISCARD: they act when they are staged, for they decide what the requests behind them are.</summary>
internal static class TransactionControl
{
    private const CommandFlags Flags = CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale | CommandFlags.AllowBusy;

    private static readonly byte[] Ok = "+OK\r\n"u8.ToArray();
    private static readonly byte[] Empty = "*0\r\n"u8.ToArray();
    private static readonly byte[] Nested = "-ERR MULTI calls can not be nested\r\n"u8.ToArray();
    private static readonly byte[] ExecWithoutMulti = "-ERR EXEC without MULTI\r\n"u8.ToArray();
    private static readonly byte[] DiscardWithoutMulti = "-ERR DISCARD without MULTI\r\n"u8.ToArray();
    private static readonly byte[] Aborted = "-EXECABORT Transaction discarded because of previous errors.\r\n"u8.ToArray();

    private static readonly Command Multi = new("multi", 1, Flags | CommandFlags.Fast, AclCategories.Transaction, handler: null);
    private static readonly Command Exec = new("exec", 1, CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale | CommandFlags.SkipSlowlog, AclCategories.Transaction, handler: null);
    private static readonly Command Discard = new("discard", 1, Flags | CommandFlags.Fast, AclCategories.Transaction, handler: null);

    public static IReadOnlyList<Command> Rows { get; } = [Multi, Exec, Discard];

    public static bool IsControl(Command command) => command == Multi || command == Exec || command == Discard;

    /// <param name="client">Whose transaction.</param>
    /// <param name="command">One of <see cref="Rows"/>.</param>
    /// <param name="outOfMemory">The reply that refuses an EXEC with writes, when memory is over its limit.</param>
    public static void Stage(ClientConnection client, Command command, byte[]? outOfMemory)
    {
        TransactionQueue queue = client.Transaction;
        if (command == Multi)
        {
            Reply(client, command, queue.IsOpen ? Nested : Ok);
            queue.Open();
        }
        else if (command == Discard)
        {
            Reply(client, command, queue.IsOpen ? Ok : DiscardWithoutMulti);
            queue.Close();
        }
        else
        {
            StageExec(client, queue, outOfMemory);
            queue.Close();
        }
    }

    private static void StageExec(ClientConnection client, TransactionQueue queue, byte[]? outOfMemory)
    {
        if (!queue.IsOpen)
        {
            Reply(client, Exec, ExecWithoutMulti);
        }
        else if (queue.IsBroken)
        {
            Reply(client, Exec, Aborted);
        }
        else if (queue.Frames.Count == 0)
        {
            Reply(client, Exec, Empty);
        }
        else if (queue.HasWrite && outOfMemory is not null)
        {
            Reply(client, Exec, outOfMemory);
        }
        else
        {
            client.Stage(queue.HasWrite ? RequestKind.Write : RequestKind.Read, null, TransactionPayload.Build(queue.Frames));
            client.WaitForTurn(); // a queued HELLO or AUTH may change what follows
        }
    }

    private static void Reply(ClientConnection client, Command command, byte[] reply) => client.Stage(RequestKind.Reply, command, reply);
}
