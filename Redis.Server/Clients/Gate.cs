using System.Text;
using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.Replication;
using Redis.Server.Scripting;
using Redis.Server.Security;

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
    private static readonly byte[] MonitorMayNot = "-ERR Replica can't interact with the keyspace\r\n"u8.ToArray(); // to Redis a monitor is one
    private static readonly byte[] NotInTransaction = "-ERR Command not allowed inside a transaction\r\n"u8.ToArray();

    [ThreadStatic]
    private static RespWriter? _threadRefusal;

    private readonly AccessCheck _access = new(services, client);

    /// <summary>Stages the request, or the reply that refuses it.</summary>
    public void Stage(CommandArgs args, ReadOnlyMemory<byte> frame)
    {
        RespWriter refusal = _threadRefusal ??= new RespWriter();
        if (services.Commands.Resolve(args, refusal) is not { } command)
        {
            if (CrossProtocolScripting.Is(args))
            {
                services.CrossProtocol.Note(client.Session.Address);
                client.Abandon();
            }
            else
            {
                Refuse(services.Commands.Named(args), refusal.Written.ToArray());
            }

            refusal.Clear();
            return;
        }

        client.Session.LastCommand = command.FullName;
        if (NeedsAuth(command))
        {
            Refuse(command, NoAuth);
        }
        else if (!client.Session.User.Rights.IsUnrestricted && _access.Refusal(command, args) is { } denial)
        {
            Refuse(command, denial);
        }
        else if (TakesMemory(command) && services.IsOutOfMemory)
        {
            Refuse(command, OutOfMemory);
        }
        else if (client.IsInSubscribedMode && command is not LocalCommand { IsAllowedToSubscribers: true })
        {
            Refuse(command, Encoding.ASCII.GetBytes(
                $"-ERR Can't execute '{command.FullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n"));
        }
        else if (client.IsMonitor && IsAboutData(command))
        {
            Refuse(command, MonitorMayNot);
        }
        else if (services.Scripts.Watch.BusyError is { } busy && !command.Has(CommandFlags.AllowBusy))
        {
            Refuse(command, busy);
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
            _access.RecheckQueued();
            client.WritesLowerCase = args[0] is [>= (byte)'a', ..];
            TransactionControl.Stage(client, command, InOwnName(command, args, frame));
        }
        else
        {
            StageData(command, args, frame);
        }
    }

    private void StageData(Command command, CommandArgs args, ReadOnlyMemory<byte> frame)
    {
        bool changesUsers = (command == AclCommands.SetUser || command == AclCommands.DelUser) && services.SharesUsers;
        if (changesUsers && services.HasPeers && services.UserEntries.CutsNodesOff(args, services.Options.Raft) is { } reason)
        {
            Refuse(command, AclText.Bytes($"-{reason}\r\n"));
            return;
        }

        if (changesUsers)
        {
            (command, frame) = services.UserEntries.Rewrite(args);
        }
        else if (command == ClientCommands.Unblock && !client.Transaction.IsOpen && UnblockEntry.Rewrite(services, args) is { } unblock)
        {
            (command, frame) = (UnblockEntry.Row, unblock);
        }
        else
        {
            frame = InOwnName(command, args, frame);
        }

        if (client.Transaction.IsOpen && !TransactionControl.ActsAtOnce(command))
        {
            Enqueue(command, frame);
        }
        else
        {
            StageAlone(command, args, command.AsksForRights ? AccessCheck.OnBehalf(client, frame) : frame);
            if (changesUsers)
            {
                client.WaitForTurn();
            }
        }
    }

    /// <summary>The log knows commands by their own names, whatever rename-command makes of them here.</summary>
    private ReadOnlyMemory<byte> InOwnName(Command command, CommandArgs args, ReadOnlyMemory<byte> frame) =>
        services.Commands.HasRenamed && !args.Is(0, command.OwnName) ? FrameRewriting.Build([command.OwnName], args, 1) : frame;

    /// <summary>Whether CLIENT PAUSE holds the request back. What would be refused anyway is not; what would only be queued is, as in Redis.</summary>
    public bool IsHeldBack(CommandArgs args)
    {
        RespWriter refusal = _threadRefusal ??= new RespWriter();
        Command? command = services.Commands.Resolve(args, refusal);
        refusal.Clear();
        if (command is null || NeedsAuth(command))
        {
            return false;
        }

        return services.Pause.Kind switch
        {
            PauseKind.All => true,
            PauseKind.Write => TransactionControl.IsExec(command) ? client.Transaction.WaitsInPause : MayWrite(command, args),
            _ => false,
        };
    }

    private bool IsAboutData(Command command) => TransactionControl.IsExec(command)
        ? client.Transaction.IsAboutData
        : command.IsAboutData;

    private bool MayWrite(Command command, CommandArgs args) =>
        command.MayWrite && !(command is ScriptCommand script && script.WritesNothing(services.Scripts, args));

    private bool NeedsAuth(Command command) =>
        !client.Session.IsAuthenticated && !command.Has(CommandFlags.NoAuth) && !services.Users.LetsAnyoneIn;

    private void StageAlone(Command command, CommandArgs args, ReadOnlyMemory<byte> frame)
    {
        if (command is LocalCommand local)
        {
            client.Stage(local.IsForLeader ? RequestKind.OnLeader : RequestKind.Local, command, frame);
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
        else if (command is ScriptCommand script)
        {
            client.Stage(script.IsRead(services.Scripts, args) ? RequestKind.Read : RequestKind.Write, command, LimitsPayload.Wrap(services.ScriptLimits, frame));
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
        if (command.Has(CommandFlags.NoMulti) || command is LocalCommand { IsBarredFromMulti: true })
        {
            Refuse(command, NotInTransaction);
            return;
        }

        client.Transaction.Add(command, frame.Span, client.Session.User.Rights);
        client.Stage(RequestKind.Reply, null, Queued);
    }

    private void StagePeer(CommandArgs args)
    {
        if (PeerIntroduction.TryAccept(args, client, out PeerIntroduction? introduction, out string refusal))
        {
            client.Stage(RequestKind.Reply, null, Encoding.ASCII.GetBytes($"+OK {introduction.Version}\r\n"));
            client.BecomePeer(introduction);
        }
        else
        {
            services.Refusals.Note(client.Session.Address, refusal);
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
