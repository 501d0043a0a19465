using System.Globalization;
using Redis.Server.PubSub;
using Redis.Server.Replication;
using Redis.Server.Tracking;

namespace Redis.Server.Clients.Local;

/// <summary>A client's line in CLIENT LIST. https://redis.io/docs/latest/commands/client-list/</summary>
internal static class ClientDescription
{
    // Redis has a buffer of this size for replies and a list for what goes beyond it: obl and omem. Ours is one queue.
    private const int ReplyBuffer = 16 * 1024;

    /// <summary>With the last command that was read from it.</summary>
    public static string Of(ClientConnection client) => Of(client, client.Session.LastCommand);

    /// <summary>With the command whose turn it is; the client may have sent others behind it.</summary>
    public static string AtItsTurn(ClientConnection client) =>
        Of(client, client.TryPeek(out InFlightRequest request) && request.Command is { } command ? command.FullName : client.Session.LastCommand);

    private static string Of(ClientConnection client, string command)
    {
        ClientSession session = client.Session;
        Subscriptions subscriptions = client.Subscriptions;
        TransactionQueue transaction = client.Transaction;
        long now = Environment.TickCount64;
        (int used, int free) = client.QueryBuffer;
        int waiting = client.Output.Waiting;
        int beyond = Math.Max(0, waiting - ReplyBuffer);
        (int multi, long multiBytes) = transaction.IsOpen ? (transaction.Frames.Count, transaction.Bytes) : transaction.UnderWay;
        return string.Create(CultureInfo.InvariantCulture,
            $"id={session.Id} addr={session.Address} laddr={session.LocalAddress} fd={client.Handle} name={session.Name} age={(now - session.CreatedAt) / 1000} " +
            $"idle={(now - session.LastActiveAt) / 1000} flags={Flags(client)} db=0 sub={subscriptions.Count(SubscriptionKind.Channel)} " +
            $"psub={subscriptions.Count(SubscriptionKind.Pattern)} ssub={subscriptions.Count(SubscriptionKind.ShardChannel)} multi={multi} " +
            $"qbuf={used} qbuf-free={free} argv-mem={client.ArgumentBytes} multi-mem={multiBytes} rbs={ReplyBuffer} rbp={Math.Min(waiting, ReplyBuffer)} " +
            $"obl={Math.Min(waiting, ReplyBuffer)} oll={(beyond + ReplyBuffer - 1) / ReplyBuffer} omem={beyond} " +
            $"tot-mem={client.MemoryBytes} events={(waiting > 0 ? "rw" : "r")} cmd={command} user={session.User.Name} redir={client.Tracking?.Redirect ?? -1} " +
            $"resp={client.ProtocolVersion} lib-name={session.LibraryName} lib-ver={session.LibraryVersion}");
    }

    /// <summary>Letters in Redis's order.</summary>
    private static string Flags(ClientConnection client)
    {
        string flags = string.Concat(
            client.IsMonitor ? "O" : "",
            client.Subscriptions.Total > 0 ? "P" : "",
            client.Transaction.IsOpen || client.Transaction.UnderWay.Count >= 0 ? "x" : "",
            client.IsHeldBack || client.Awaited is not null ? "b" : "",
            client.Tracking is not null ? "t" : "",
            client.Tracking is { IsRedirectBroken: true } ? "R" : "",
            client.Tracking?.Has(TrackingModes.Broadcast) == true ? "B" : "",
            client.Watches is { IsDirty: true } ? "d" : "",
            client.Session.IsOnUnixSocket ? "U" : "",
            client.TakesFollowerReads ? "r" : "",
            client.Session.IsExemptFromEviction ? "e" : "");
        return flags.Length > 0 ? flags : "N";
    }
}
