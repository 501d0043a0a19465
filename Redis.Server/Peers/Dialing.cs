using System.Net.Sockets;
using Redis.Server.Configuration;

namespace Redis.Server.Peers;

/// <summary>Opens connections to other nodes.</summary>
internal static class Dialing
{
    /// <summary>A plain TCP connection to host:port.</summary>
    /// <exception cref="IOException">The address cannot be used.</exception>
    public static async Task<Transport> TcpAsync(string address, TimeSpan timeout, CancellationToken cancellation)
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
            return new SocketTransport(socket);
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
