using System.Net.Sockets;
using Redis.Server.Configuration;
using Redis.Server.Security;

namespace Redis.Server.Peers;

/// <summary>Opens connections to other nodes.</summary>
internal static class Dialing
{
    /// <summary>A connection to host:port, in the clear or by TLS.</summary>
    /// <param name="address">host:port</param>
    /// <param name="timeout">For the connection, and again for the handshake.</param>
    /// <param name="tls">Where TLS is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="IOException">The address cannot be used, or the handshake failed.</exception>
    public static async Task<Transport> DialAsync(string address, TimeSpan timeout, TlsEndpoint? tls, CancellationToken cancellation)
    {
        if (!HostPort.TryParse(address, out string host, out int port))
        {
            throw new IOException($"'{address}' is not an address of the form host:port");
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(timeout);
            await socket.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            return tls is null ? new SocketTransport(socket) : await tls.ConnectAsync(socket, host, timeout).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            socket.Dispose();
            throw new IOException($"no answer within {timeout.TotalMilliseconds:0} ms");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
