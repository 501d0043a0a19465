using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Redis.Server.Clients;

/// <summary>Nodes whose handshake was refused: one line in the log a host and reason, however often they try.</summary>
internal sealed class PeerRefusals(ILogger logger)
{
    private const int MostRemembered = 1024;

    private readonly ConcurrentDictionary<(string Host, string Reason), bool> _said = new();

    /// <param name="address">host:port it came from.</param>
    /// <param name="reason">What it was told.</param>
    public void Note(string address, string reason)
    {
        string host = address[..Math.Max(0, address.LastIndexOf(':'))];
        if (_said.Count < MostRemembered && _said.TryAdd((host, reason), true))
        {
            logger.LogWarning("Refused a connection of another node from {Address}: {Reason}", address, reason);
        }
    }
}
