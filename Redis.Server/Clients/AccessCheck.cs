using Redis.Server.Clients.Local;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Replication;
using Redis.Server.Security;

namespace Redis.Server.Clients;

/// <summary>What the ACL says of the requests of a client whose user may not do everything. Network thread only.</summary>
internal sealed class AccessCheck(ClientServices services, ClientConnection client)
{
    private readonly RequestParser _parser = new() { MaxBulkLength = int.MaxValue };

    /// <summary>Payloads of commands that have to know what their caller may do say so.</summary>
    public static ReadOnlyMemory<byte> OnBehalf(ClientConnection client, ReadOnlyMemory<byte> payload)
    {
        AclRights rights = client.Session.User.Rights;
        return rights.IsUnrestricted ? payload : OnBehalfPayload.Build(rights.RulesBytes(client.Services.Users.Table), payload.Span);
    }

    /// <summary>Null, or the reply that refuses the request, which then stands in ACL LOG.</summary>
    public byte[]? Refusal(Command command, CommandArgs args)
    {
        AclDenial denial = client.Session.User.Rights.Check(command, args);
        if (!denial.IsDenied)
        {
            return null;
        }

        Log(denial, command, args, client.Transaction.IsOpen ? AclContext.Multi : AclContext.TopLevel);
        return AclText.Bytes($"-{denial.Reply(command)}\r\n");
    }

    /// <summary>At EXEC: what was queued under other rights is judged again, and answers an error where it is refused now.</summary>
    public void RecheckQueued()
    {
        AclRights rights = client.Session.User.Rights;
        TransactionQueue queue = client.Transaction;
        if (queue.Rights is null || queue.Rights == rights)
        {
            return;
        }

        for (int i = 0; i < queue.Frames.Count; i++)
        {
            (Command command, byte[] frame) = queue.Frames[i];
            _parser.Parse(frame, out _);
            CommandArgs args = _parser.Args(frame);
            AclDenial denial = rights.Check(command, args);
            if (denial.IsDenied)
            {
                Log(denial, command, args, AclContext.Multi);
                queue.Replace(i, RefusalCommand.Frame(denial.ReplyInExec()));
            }
        }
    }

    private void Log(AclDenial denial, Command command, CommandArgs args, AclContext context) => services.AclLog.Add(
        new AclLogEntry(denial.Reason, context, denial.Object(command, args), client.Session.User.Name, ClientDescription.Of(client)));
}
