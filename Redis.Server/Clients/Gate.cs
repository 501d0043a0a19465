using System.Text;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.Replication;

namespace Redis.Server.Clients;

/// <summary>
/// What every request passes before it is taken: does the command exist, is its arity right, may this client call it,
/// is there memory for it, is a transaction open. Network thread only; the order is that of Redis's processCommand.
/// </summary>
internal sealed class Gate(ClientServices services, ClientConnection client)
{
    private static readonly byte[] Queued = "+QUEUED\r\n"u8.ToArray();
    private static readonly byte[] NoAuth = "-NOAUTH Authentication required.\r\n"u8.ToArray();
    private static readonly byte[] OutOfMemory = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"u8.ToArray();
    private static readonly byte[] NotInTransaction = "-ERR Command not allowed inside a transaction\r\n"u8.ToArray();

    [ThreadStatic]
    private static RespWriter? _threadRefusal;

    /// <summary>Stages the request, or the reply that refuses it.</summary>
    public void Stage(CommandArgs args, ReadOnlyMemory<byte> frame)
    {
        RespWriter refusal = _threadRefusal ??= new RespWriter();
        if (services.Commands.Resolve(args, refusal) is not { } command)
        {
            Refuse(services.Commands.Named(args), client.Session.IsAuthenticated ? refusal.Written.ToArray() : NoAuth);
            refusal.Clear();
            return;
        }

        client.Session.LastCommand = command.FullName;
        if (!client.Session.IsAuthenticated && !command.Has(CommandFlags.NoAuth))
        {
            Refuse(command, NoAuth);
        }
        else if (TakesMemory(command) && services.IsOutOfMemory)
        {
            Refuse(command, OutOfMemory);
        }
        else if (command.Name == PeerHandshake.CommandName)
        {
            StagePeer(args);
        }
        else if (command.Name == RaftDebugCommands.Explicit)
        {
            StageExplicit(args);
        }
        else if (TransactionControl.IsControl(command, client.Transaction))
        {
            TransactionControl.Stage(client, command, frame);
        }
        else if (client.Transaction.IsOpen && !TransactionControl.ActsAtOnce(command))
        {
            Enqueue(command, frame);
        }
        else
        {
            StageAlone(command, frame);
        }
    }

    private void StageAlone(Command command, ReadOnlyMemory<byte> frame)
    {
        if (command is LocalCommand local)
        {
            client.Stage(RequestKind.Local, command, frame);
            if (!local.IsTransparent)
            {
                client.WaitForTurn();
            }
        }
        else if (services.Options.Raft.IgnoredCommands is { Count: > 0 } ignored && ignored.Contains(command.FullName.Split('|')[0]))
        {
            client.Stage(RequestKind.Local, command, frame);
            client.WaitForTurn();
        }
        else
        {
            client.Stage(command.EntersLog ? RequestKind.Write : RequestKind.Read, command, frame);
            if (command.Has(CommandFlags.Blocking))
            {
                client.WaitForTurn();
            }
        }
    }

    /// <summary>
    /// Whether the command is refused while memory is over maxmemory: when it may add data; inside MULTI any that would be
    /// queued; EXEC when something queued may add data.
    /// </summary>
    private bool TakesMemory(Command command) =>
        command.Has(CommandFlags.DenyOom)
        || (client.Transaction.IsOpen && (TransactionControl.IsExec(command)
            ? client.Transaction.TakesMemory
            : !TransactionControl.IsControl(command, client.Transaction) && !TransactionControl.ActsAtOnce(command)));

    /// <summary>RAFT command …: through the log explicitly, which is what happens to the command anyway.</summary>
    private void StageExplicit(CommandArgs args)
    {
        RespWriter frame = new();
        frame.ArrayHeader(args.Count - 1);
        for (int i = 1; i < args.Count; i++)
        {
            frame.BulkString(args[i]);
        }

        RequestParser parser = new() { MaxBulkLength = int.MaxValue };
        parser.Parse(frame.Written, out _);
        Stage(parser.Args(frame.Written), frame.WrittenMemory);
    }

    private void Enqueue(Command command, ReadOnlyMemory<byte> frame)
    {
        if (command.Has(CommandFlags.NoMulti))
        {
            Refuse(command, NotInTransaction);
            return;
        }

        client.Transaction.Add(command, frame.Span);
        client.Stage(RequestKind.Reply, null, Queued);
    }

    private void StagePeer(CommandArgs args)
    {
        if (PeerIntroduction.TryAccept(args, services, out PeerIntroduction? introduction, out string refusal))
        {
            client.Stage(RequestKind.Reply, null, "+OK\r\n"u8.ToArray());
            client.BecomePeer(introduction);
        }
        else
        {
            client.StageClose(Encoding.Latin1.GetBytes($"-ERR {refusal}\r\n"));
        }
    }

    private void Refuse(Command? command, byte[] reply)
    {
        if (command is not null && TransactionControl.IsExec(command))
        {
            TransactionControl.RefuseExec(client, reply);
            return;
        }

        if (client.Transaction.IsOpen)
        {
            client.Transaction.IsBroken = true;
        }

        client.Stage(RequestKind.Reply, command, reply);
    }
}
