using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Redis.Server.Configuration;
using Redis.Server.Peers;

namespace Redis.Server.Clients;

/// <summary>Takes connections on the configured addresses.</summary>
internal sealed class Listener(ClientServices services) : IDisposable
{
    private static readonly byte[] TooManyClients = "-ERR max number of clients reached\r\n"u8.ToArray();

    private static readonly byte[] Protected =
        ("-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. " +
         "In this mode connections are only accepted from the loopback interface. " +
         "If you want to connect from external computers to Redis you may adopt one of the following solutions: " +
         "1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback interface by connecting to Redis " +
         "from the same host the server is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. " +
         "Use CONFIG REWRITE to make this change permanent. " +
         "2) Alternatively you can just disable the protected mode by editing the Redis configuration file, and setting the protected mode " +
         "option to 'no', and then restarting the server. " +
         "3) If you started the server manually just for testing, restart it with the '--protected-mode no' option. " +
         "4) Setup a an authentication password for the default user. " +
         "NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.\r\n").Select(c => (byte)c).ToArray();

    private readonly List<Socket> _sockets = [];
    private volatile bool _stopped;
    private int _shakingHands;

    /// <summary>Listens from now on.</summary>
    /// <exception cref="SocketException">An address is in use or not this machine's.</exception>
    public void Start()
    {
        ServerOptions options = services.Options;
        if (options.Port > 0)
        {
            foreach (string address in options.Bind)
            {
                Bind(address, options.Port, withTls: false);
            }
        }

        if (options.Tls.Port > 0)
        {
            foreach (string address in options.Bind)
            {
                Bind(address, options.Tls.Port, withTls: true);
            }
        }

        if (options.UnixSocket.Length > 0)
        {
            string path = options.PathOf(options.UnixSocket);
            File.Delete(path);
            Listen(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path), withTls: false);
            if (options.UnixSocketPermissions != UnixFileMode.None && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, options.UnixSocketPermissions);
            }
        }
    }

    public void Dispose()
    {
        _stopped = true;
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private void Bind(string address, int port, bool withTls)
    {
        bool mayBeMissing = address.StartsWith('-');
        string host = address.TrimStart('-');
        IPAddress ip = host switch
        {
            "*" => IPAddress.Any,
            "::*" => IPAddress.IPv6Any,
            _ => IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : Dns.GetHostAddresses(host)[0],
        };
        try
        {
            // Not ReuseAddress: in .NET that would also let two processes share the port. Bind itself passes over TIME_WAIT.
            Socket socket = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (ip.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            Listen(socket, new IPEndPoint(ip, port), withTls);
        }
        catch (SocketException exception) when (mayBeMissing && exception.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            services.Logger.LogDebug("Not listening on {Address}: {Reason}", host, exception.Message);
        }
    }

    private void Listen(Socket socket, EndPoint endPoint, bool withTls)
    {
        try
        {
            socket.Bind(endPoint);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new SocketException(exception.ErrorCode, $"Could not listen on {endPoint}: {exception.Message}");
        }

        socket.Listen(services.Options.TcpBacklog);
        _sockets.Add(socket);
        services.Logger.LogInformation("Ready to accept connections on {Address}{Tls}", endPoint, withTls ? ", TLS" : "");
        _ = AcceptAsync(socket, withTls);
    }

    private async Task AcceptAsync(Socket listener, bool withTls)
    {
        while (!_stopped)
        {
            try
            {
                Socket socket = await listener.AcceptAsync().ConfigureAwait(false);
                if (withTls)
                {
                    _ = WelcomeWithTlsAsync(socket);
                }
                else
                {
                    Prepare(socket);
                    Welcome(new SocketTransport(socket), isTcp: socket.AddressFamily != AddressFamily.Unix);
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException exception)
            {
                if (_stopped)
                {
                    return;
                }

                // Out of descriptors, or the client gave up: the listener itself is sound.
                services.Logger.LogWarning("Could not accept a connection: {Reason}", exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Who shakes hands counts as a client already: strangers cannot hold more connections than maxclients either.</summary>
    private async Task WelcomeWithTlsAsync(Socket socket)
    {
        try
        {
            if (services.Clients.Count + Interlocked.Increment(ref _shakingHands) > services.Options.MaxClients)
            {
                services.Clients.CountRejected();
                socket.Dispose();
                return;
            }

            Prepare(socket);
            Transport transport = await services.Tls.AcceptAsync(socket).ConfigureAwait(false);
            Welcome(transport, isTcp: true);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            services.Logger.LogDebug("Error accepting a client connection: {Reason}", exception.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _shakingHands);
        }
    }

    private void Prepare(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix)
        {
            socket.NoDelay = true;
            ApplyKeepAlive(socket, (int)services.Options.TcpKeepAlive.TotalSeconds);
        }
    }

    private void Welcome(Transport transport, bool isTcp)
    {
        byte[]? refusal = services.Clients.Count >= services.Options.MaxClients ? TooManyClients : IsRefused(transport) ? Protected : null;
        if (refusal is not null)
        {
            services.Clients.CountRejected();
            SendQueue queue = new(transport, _ => transport.Close());
            queue.Append(refusal);
            queue.CloseWhenSent();
            return;
        }

        ClientConnection client = new(services, transport, new ClientSession
        {
            Id = services.Clients.NextId(),
            Address = isTcp ? $"{transport.Remote}" : $"{services.Options.UnixSocket}:0",
            LocalAddress = isTcp ? $"{transport.Local}" : $"{services.Options.UnixSocket}:0",
            User = services.Users.Default,
            IsAuthenticated = services.Users.LetsAnyoneIn,
        });
        services.Clients.Add(client);
        _ = client.RunAsync();
    }

    private bool IsRefused(Transport transport) =>
        services.Options.ProtectedMode && services.Users.Default.Rights.NeedsNoPassword
        && transport.Remote is IPEndPoint { Address: { } address } && !IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static void ApplyKeepAlive(Socket socket, int seconds)
    {
        if (seconds == 0)
        {
            return;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 3));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }
}
