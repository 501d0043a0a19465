using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Security;

namespace Redis.Server.Clients.Local;

/// <summary>ACL LOG [count | RESET]</summary>
internal static class AclLogCommand
{
    private const long ShownByDefault = 10;

    public static void Run(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        AclLog log = client.Services.AclLog;
        long count = ShownByDefault;
        if (args.Count > 3)
        {
            AclCommands.WrongCount(args, reply);
        }
        else if (args.Count == 3 && args.Is(2, "reset"u8))
        {
            log.Clear();
            reply.Ok();
        }
        else if (args.Count == 3 && !Numbers.TryParseInteger(args[2], out count))
        {
            reply.Error(Errors.NotInteger);
        }
        else
        {
            Write(log.Latest(Math.Max(count, 0)), reply);
        }
    }

    private static void Write(IReadOnlyList<AclLogEntry> entries, RespWriter reply)
    {
        reply.ArrayHeader(entries.Count);
        foreach (AclLogEntry entry in entries)
        {
            reply.MapHeader(7);
            reply.BulkString("count"u8);
            reply.Integer(entry.Count);
            reply.BulkString("reason"u8);
            reply.BulkString(entry.Reason.ToString().ToLowerInvariant());
            reply.BulkString("context"u8);
            reply.BulkString(entry.Context.ToString().ToLowerInvariant());
            reply.BulkString("object"u8);
            reply.BulkString(AclText.Bytes(entry.Object));
            reply.BulkString("username"u8);
            reply.BulkString(AclText.Bytes(entry.User));
            reply.BulkString("age-seconds"u8);
            reply.Double((long)entry.Age.TotalMilliseconds / 1000.0);
            reply.BulkString("client-info"u8);
            reply.BulkString(AclText.Bytes(entry.Client));
        }
    }
}
