using System.Globalization;
using Redis.Server.PubSub;
using Redis.Server.Tracking;

namespace Redis.Server.Clients.Local;

/// <summary>A client's line in CLIENT LIST. https://redis.io/docs/latest/commands/client-list/</summary>
internal static class ClientDescription
{
    public static string Of(ClientConnection client)
    {
        ClientSession session = client.Session;
        Subscriptions subscriptions = client.Subscriptions;
        TransactionQueue transaction = client.Transaction;
        long now = Environment.TickCount64;
        (int used, int free) = client.QueryBuffer;
        int waiting = client.Output.Waiting;
        int multi = transaction.IsOpen ? transaction.Frames.Count : -1;
        return string.Create(CultureInfo.InvariantCulture,
            $"id={session.Id} addr={session.Address} laddr={session.LocalAddress} fd=-1 name={session.Name} age={(now - session.CreatedAt) / 1000} " +
            $"idle={(now - session.LastActiveAt) / 1000} flags={Flags(client)} db=0 sub={subscriptions.Count(SubscriptionKind.Channel)} " +
            $"psub={subscriptions.Count(SubscriptionKind.Pattern)} ssub={subscriptions.Count(SubscriptionKind.ShardChannel)} multi={multi} " +
            $"qbuf={used} qbuf-free={free} argv-mem=0 multi-mem={transaction.Bytes} rbs={free + used} rbp=0 obl={waiting} oll=0 omem=0 " +
            $"tot-mem={free + used + waiting} events=r cmd={session.LastCommand} user={session.User.Name} redir={client.Tracking?.Redirect ?? -1} " +
            $"resp={client.ProtocolVersion} lib-name={session.LibraryName} lib-ver={session.LibraryVersion}");
    }

    /// <summary>Letters in Redis's order.</summary>
    private static string Flags(ClientConnection client)
    {
        string flags = string.Concat(
            client.IsMonitor ? "O" : "",
            client.Subscriptions.Total > 0 ? "P" : "",
            client.Transaction.IsOpen ? "x" : "",
            client.IsHeldBack || client.Services.Host.Application.IsBlocked(client) ? "b" : "",
            client.Tracking is not null ? "t" : "",
            client.Tracking is { IsRedirectBroken: true } ? "R" : "",
            client.Tracking?.Has(TrackingModes.Broadcast) == true ? "B" : "",
            client.TakesFollowerReads ? "r" : "",
            client.Session.IsExemptFromEviction ? "e" : "");
        return flags.Length > 0 ? flags : "N";
    }
}
