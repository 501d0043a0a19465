using Microsoft.Extensions.Logging;
using Redis.Server.Protocol;

namespace Redis.Server.Clients;

/// <summary>
/// A web page can make its reader's browser send HTTP requests to a server on the reader's machine, with commands in their bodies. Such a
/// request gives itself away by its first lines, POST or Host:, and ends the connection.
/// </summary>
internal sealed class CrossProtocolScripting(ILogger logger)
{
    private const int SilenceBetweenWarnings = 60_000;

    private long _warnedAt = -SilenceBetweenWarnings;

    public static bool Is(CommandArgs args) => args.Is(0, "post"u8) || args.Is(0, "host:"u8);

    /// <summary>Says so in the log, once a minute. Any thread.</summary>
    public void Note(string address)
    {
        long now = Environment.TickCount64;
        long warnedAt = Volatile.Read(ref _warnedAt);
        if (now - warnedAt >= SilenceBetweenWarnings && Interlocked.CompareExchange(ref _warnedAt, now, warnedAt) == warnedAt)
        {
            logger.LogWarning(
                "Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. "
                + "This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection from {Address} aborted.",
                address);
        }
    }
}
