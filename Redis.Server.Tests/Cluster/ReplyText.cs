using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>
/// A reply in one short line, type included: +OK, -ERR text, :1, $bulk, (nil), [$a, :1] for an array, %[…] for a map and
/// so on for the other aggregates.
/// </summary>
internal static class ReplyText
{
    public static string Of(Reply reply) => reply switch
    {
        { IsNull: true } => "(nil)",
        { Kind: '*' } => Items(reply),
        { Kind: '%' or '~' or '>' } => reply.Kind + Items(reply),
        _ => reply.Kind + reply.AsString,
    };

    private static string Items(Reply reply) => $"[{string.Join(", ", reply.Elements.Select(Of))}]";
}
