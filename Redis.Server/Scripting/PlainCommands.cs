using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>
/// Commands about no data that a script may call all the same: those whose answer is the same on every replica. TIME is the
/// entry's time.
/// </summary>
internal static class PlainCommands
{
    public static bool Has(Command command) => command.FullName is "time" or "ping" or "echo" or "select";

    public static void Run(Command command, CommandArgs args, CommandContext context)
    {
        RespWriter reply = context.Reply;
        switch (command.FullName)
        {
            case "time":
                reply.ArrayHeader(2);
                reply.BulkInteger(context.Now / 1000);
                reply.BulkInteger(context.Now % 1000 * 1000);
                break;
            case "echo":
                reply.BulkString(args[1]);
                break;
            case "ping" when args.Count == 2:
                reply.BulkString(args[1]);
                break;
            case "ping" when args.Count > 2:
                reply.Error("ERR wrong number of arguments for 'ping' command"u8);
                break;
            case "ping":
                reply.SimpleString("PONG"u8);
                break;
            default:
                Select(args, reply);
                break;
        }
    }

    private static void Select(CommandArgs args, RespWriter reply)
    {
        if (!Numbers.TryParseInteger(args[1], out long database))
            reply.Error(Errors.NotInteger);
        else if (database != 0)
            reply.Error("ERR DB index is out of range"u8);
        else
            reply.Ok();
    }
}
