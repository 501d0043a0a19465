using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Replication;

/// <summary>A command between MULTI and EXEC that concerns the client's own node.</summary>
/// <param name="Position">Its place among the queued commands.</param>
/// <param name="Command">Its row.</param>
/// <param name="Frame">Its request.</param>
internal readonly record struct LocalPart(int Position, Command Command, byte[] Frame);

/// <summary>
/// What the client's own node answers of a transaction. The log has no passwords, so it has them from here. When the transaction is passed on to the
/// leader, that leaves those places in its reply for it: they run when the reply's turn has come, after all that the transaction did.
/// </summary>
internal sealed class LocalParts(IReadOnlyList<LocalPart> parts)
{
    /// <summary>The request at this place among the queued commands, as the client sent it; null: it stands in the log as it was.</summary>
    public byte[]? At(int position)
    {
        foreach (LocalPart part in parts)
        {
            if (part.Position == position)
            {
                return part.Frame;
            }
        }

        return null;
    }

    /// <summary>Writes the leader's reply with its gaps filled. A transaction that did not take place has none.</summary>
    public void Fill(RequestStream stream, RequestParser parser, ReadOnlySpan<byte> leaderReply, RespWriter reply)
    {
        if (ReplyLength.OfArrayHead(leaderReply) is not (int line, int items))
        {
            reply.Raw(leaderReply);
            return;
        }

        reply.ArrayHeader(items);
        leaderReply = leaderReply[line..];
        int next = 0;
        for (int position = 0; position < items; position++)
        {
            int length = ReplyLength.Of(leaderReply);
            if (next < parts.Count && parts[next].Position == position)
            {
                Run(stream, parser, parts[next++], reply);
            }
            else
            {
                reply.Raw(leaderReply[..length]);
            }

            leaderReply = leaderReply[length..];
        }
    }

    private static void Run(RequestStream stream, RequestParser parser, in LocalPart part, RespWriter reply)
    {
        parser.Parse(part.Frame, out _);
        if (!stream.ExecuteInTransaction(part.Command, parser.Args(part.Frame), reply))
        {
            reply.Error("ERR Command not allowed inside a transaction"u8);
        }
    }
}
