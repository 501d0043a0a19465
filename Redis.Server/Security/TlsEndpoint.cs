using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Redis.Server.Configuration;
using Redis.Server.Peers;

namespace Redis.Server.Security;

/// <summary>
/// Both ends of TLS on this node, with the certificates of the moment: CONFIG SET tls-* takes effect with the next
/// handshake, and is refused as a whole when the new files are no good.
/// </summary>
internal sealed class TlsEndpoint
{
    /// <summary>How long a client may take to shake hands.</summary>
    public static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    private readonly ServerOptions _options;
    private readonly ILogger _logger;
    private volatile TlsSettings? _settings;

    /// <exception cref="ConfigurationException">TLS is wanted, and its options or files are no good.</exception>
    public TlsEndpoint(ServerOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        if (IsWanted)
        {
            try
            {
                _settings = TlsSettings.Load(options);
            }
            catch (FormatException exception)
            {
                throw new ConfigurationException("tls", 0, "tls-*", $"Failed to configure TLS: {exception.Message}");
            }
        }

        options.Table.OnApply(Reconfigure);
    }

    private bool IsWanted => _options.Tls.Port > 0 || _options.PeersUseTls;

    /// <summary>Shakes hands with a client.</summary>
    /// <exception cref="IOException">It does not speak TLS, or what it showed is not enough.</exception>
    public Task<Transport> AcceptAsync(Socket socket) => ShakeHandsAsync(socket, HandshakeLimit, (stream, settings, limit) =>
        stream.AuthenticateAsServerAsync(settings.Server, limit));

    /// <summary>Shakes hands with another node; ends the socket where that fails.</summary>
    /// <exception cref="IOException">It does not speak TLS, or is not of a trusted authority.</exception>
    public Task<Transport> ConnectAsync(Socket socket, string host, TimeSpan timeout) => ShakeHandsAsync(socket, timeout, (stream, settings, limit) =>
        stream.AuthenticateAsClientAsync(settings.ClientTo(host), limit));

    private async Task<Transport> ShakeHandsAsync(Socket socket, TimeSpan timeout, Func<SslStream, TlsSettings, CancellationToken, Task> authenticate)
    {
        try
        {
            using CancellationTokenSource limit = new(timeout);
            TlsSettings settings = _settings ?? throw new IOException("TLS is not configured");
            SslStream stream = new(new NetworkStream(socket, ownsSocket: false));
            await authenticate(stream, settings, limit.Token).ConfigureAwait(false);
            return new TlsTransport(socket, stream);
        }
        catch (Exception exception) when (exception is AuthenticationException or OperationCanceledException or InvalidOperationException or NotSupportedException or System.ComponentModel.Win32Exception)
        {
            socket.Dispose();
            throw new IOException($"TLS handshake: {exception.InnerException?.Message ?? exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private string? Reconfigure(IReadOnlyList<Option> changed)
    {
        bool concerns = changed.Any(option => option.Name.StartsWith("tls-", StringComparison.Ordinal) || option.Name == "raft.tls-enabled");
        if (!concerns || !IsWanted)
        {
            return null;
        }

        try
        {
            _settings = TlsSettings.Load(_options);
            return null;
        }
        catch (FormatException exception)
        {
            _logger.LogWarning("Failed to configure TLS: {Reason}", exception.Message);
            return "Unable to update TLS configuration. Check server logs.";
        }
    }
}
