using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients.Local;

/// <summary>
/// WAIT and WAITAOF. A write is answered once a majority has it on disk; these tell, or wait for, how many of the other nodes
/// have on disk what was applied when they were called. Learners count: they too hold the data.
/// </summary>
internal static class WaitCommands
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("wait", 3, CommandFlags.NoScript, AclCategories.Connection, Wait) { InTransaction = WaitInTransaction },
        new LocalCommand("waitaof", 4, CommandFlags.NoScript, AclCategories.Connection, Wait) { InTransaction = WaitInTransaction },
    ];

    private static bool Wait(ClientConnection client, CommandArgs args, RespWriter reply) =>
        !TryParse(client, args, reply, out Wanted wanted) || Begin(client, wanted, reply);

    /// <summary>Inside MULTI nothing waits.</summary>
    private static bool WaitInTransaction(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        if (TryParse(client, args, reply, out Wanted wanted))
        {
            Write(reply, wanted, Count(client, wanted.Index));
        }

        return true;
    }

    private static bool Begin(ClientConnection client, Wanted wanted, RespWriter reply)
    {
        (bool IsLocal, int Others) has = Count(client, wanted.Index);
        if (wanted.IsMetBy(has))
        {
            Write(reply, wanted, has);
            return true;
        }

        _ = WaitAsync(client, wanted);
        return false;
    }

    private static async Task WaitAsync(ClientConnection client, Wanted wanted)
    {
        TaskCompletionSource<UnblockReason> unblocked = new();
        client.Session.Wait = unblocked;
        (bool IsLocal, int Others) has;
        do
        {
            await Task.Delay(PollInterval).ConfigureAwait(false);
            has = Count(client, wanted.Index);
        }
        while (!wanted.IsMetBy(has) && Environment.TickCount64 < wanted.Deadline && !client.HasEnded && !unblocked.Task.IsCompleted);
        client.Session.Wait = null;
        bool fails = !unblocked.TrySetCanceled() && await unblocked.Task.ConfigureAwait(false) == UnblockReason.Error;
        client.Services.Host.Application.Complete(client, reply =>
        {
            if (fails)
            {
                reply.Error(Errors.Unblocked);
            }
            else
            {
                Write(reply, wanted, has);
            }
        });
    }

    private static (bool IsLocal, int Others) Count(ClientConnection client, long index) => client.Services.Host.Consensus.Read(
        (server, log) => (log.Durable.Index >= index, server.Status().Peers.Count(peer => peer.Match >= index)), (false, 0));

    private static void Write(RespWriter reply, in Wanted wanted, (bool IsLocal, int Others) has)
    {
        if (wanted.IsAof)
        {
            reply.ArrayHeader(2);
            reply.Integer(has.IsLocal);
        }

        reply.Integer(has.Others);
    }

    private static bool TryParse(ClientConnection client, CommandArgs args, RespWriter reply, out Wanted wanted)
    {
        RaftHost host = client.Services.Host;
        wanted = default;
        long local = 0;
        if (host.Consensus.Read((server, _) => host.Admission.Refusal(server), host.Admission.Refusal(null)) is { } refusal)
        {
            reply.Raw(refusal);
            return false;
        }

        bool isAof = args.Count == 4;
        if (isAof && (!Numbers.TryParseInteger(args[1], out local) || local is < 0 or > 1))
        {
            reply.Error(Numbers.TryParseInteger(args[1], out _) ? "ERR value is out of range, value must between 0 and 1"u8 : Errors.NotInteger);
        }
        else if (!Numbers.TryParseInteger(args[^2], out long others))
        {
            reply.Error(Errors.NotInteger);
        }
        else if (isAof && others < 0)
        {
            reply.Error("ERR value is out of range, must be positive"u8);
        }
        else if (!Numbers.TryParseInteger(args[^1], out long timeout))
        {
            reply.Error("ERR timeout is not an integer or out of range"u8);
        }
        else if (timeout < 0)
        {
            reply.Error("ERR timeout is negative"u8);
        }
        else
        {
            long deadline = timeout == 0 ? long.MaxValue : Environment.TickCount64 + Math.Min(timeout, long.MaxValue / 2);
            wanted = new Wanted(isAof, local, others, deadline, host.Application.AppliedIndex);
            return true;
        }

        return false;
    }

    /// <summary>What is waited for: so many nodes that have the entry with this index on disk.</summary>
    private readonly record struct Wanted(bool IsAof, long Local, long Others, long Deadline, long Index)
    {
        public bool IsMetBy((bool IsLocal, int Others) has) => has.Others >= Others && (Local == 0 || has.IsLocal);
    }
}
