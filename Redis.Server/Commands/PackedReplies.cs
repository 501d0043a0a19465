using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Replies with elements of collections.</summary>
internal static class PackedReplies
{
    /// <summary>A bulk string of an element's bytes.</summary>
    public static void BulkString(this RespWriter reply, PackedElement element)
    {
        if (element.IsInteger)
            reply.BulkInteger(element.Integer);
        else
            reply.BulkString(element.Text);
    }
}
