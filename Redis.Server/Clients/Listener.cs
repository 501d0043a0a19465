using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Redis.Server.Configuration;
using Redis.Server.Peers;

namespace Redis.Server.Clients;

/// <summary>Takes connections on the configured addresses.</summary>
internal sealed class Listener : IDisposable
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

    private readonly ClientServices _services;
    private readonly List<Door> _doors = [];
    private volatile bool _stopped;
    private int _shakingHands;

    public Listener(ClientServices services)
    {
        _services = services;
        services.Options.Table.OnApply(Move);
    }

    private IEnumerable<(string Address, int Port, bool WithTls)> Wanted
    {
        get
        {
            ServerOptions options = _services.Options;
            return from way in new[] { (options.Port, WithTls: false), (options.Tls.Port, WithTls: true) }
                   where way.Port > 0
                   from address in options.Bind
                   select (address, way.Port, way.WithTls);
        }
    }

    /// <summary>Listens from now on.</summary>
    /// <exception cref="SocketException">An address is in use or not this machine's.</exception>
    public void Start()
    {
        ServerOptions options = _services.Options;
        foreach ((string address, int port, bool withTls) in Wanted)
        {
            Bind(address, port, withTls);
        }

        if (options.UnixSocket.Length > 0)
        {
            string path = options.PathOf(options.UnixSocket);
            File.Delete(path);
            Listen(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path), new Door(path, 0, false, null));
            if (options.UnixSocketPermissions != UnixFileMode.None && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, options.UnixSocketPermissions);
            }
        }
    }

    public void Dispose()
    {
        _stopped = true;
        foreach (Door door in _doors.ToArray())
        {
            door.Socket?.Dispose();
        }
    }

    /// <summary>CONFIG SET port, tls-port, bind. Old doors are closed before new ones are opened, as * takes the place of each address. Who is inside stays.</summary>
    private string? Move(IReadOnlyList<Option> changed)
    {
        Option? reason = changed.FirstOrDefault(option => option.Name is "port" or "tls-port" or "bind");
        if (reason is null || _doors.Count == 0 || _stopped)
        {
            return null;
        }

        (string Address, int Port, bool WithTls)[] wanted = [.. Wanted];
        if (CutsNodesOff(wanted) is { } objection)
        {
            return objection;
        }

        Door[] leaving = [.. _doors.Where(door => door.Port > 0 && !wanted.Any(door.Is))];
        Close(leaving);
        Door[] staying = [.. _doors];
        try
        {
            foreach ((string address, int port, bool withTls) in wanted.Where(one => !staying.Any(door => door.Is(one))))
            {
                Bind(address, port, withTls);
            }

            return null;
        }
        catch (SocketException exception)
        {
            _services.Logger.LogWarning("{Option} stays as it was: {Reason}", reason.Name, exception.Message);
            Close([.. _doors.Except(staying)]);
            foreach (Door door in leaving)
            {
                Bind(door.Address, door.Port, door.WithTls);
            }

            return reason.Name == "bind" ? "Failed to bind to specified addresses." : "Unable to listen on this port. Check server logs.";
        }
    }

    /// <summary>raft.addr is what the other nodes know of this one, and cannot change any more.</summary>
    private string? CutsNodesOff(IEnumerable<(string Address, int Port, bool WithTls)> wanted) =>
        !_services.HasPeers || wanted.Any(one => one.Port == HostPort.Parse(_services.Options.AdvertisedAddress).Port)
            ? null
            : $"the other nodes reach this one at raft.addr {_services.Options.AdvertisedAddress}";

    private void Close(IReadOnlyList<Door> doors)
    {
        foreach (Door door in doors)
        {
            _doors.Remove(door);
            door.Socket?.Dispose();
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

            Listen(socket, new IPEndPoint(ip, port), new Door(address, port, withTls, null));
        }
        catch (SocketException exception) when (mayBeMissing && exception.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable)
        {
            _services.Logger.LogDebug("Not listening on {Address}: {Reason}", host, exception.Message);
            _doors.Add(new Door(address, port, withTls, null));
        }
    }

    private void Listen(Socket socket, EndPoint endPoint, Door door)
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

        socket.Listen(_services.Options.TcpBacklog);
        _doors.Add(door with { Socket = socket });
        _services.Logger.LogInformation("Ready to accept connections on {Address}{Tls}", endPoint, door.WithTls ? ", TLS" : "");
        _ = AcceptAsync(socket, door.WithTls);
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
                _services.Logger.LogWarning("Could not accept a connection: {Reason}", exception.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Who shakes hands counts as a client already: strangers cannot hold more connections than maxclients either.</summary>
    private async Task WelcomeWithTlsAsync(Socket socket)
    {
        try
        {
            if (_services.Clients.Count + Interlocked.Increment(ref _shakingHands) > _services.Options.MaxClients)
            {
                _services.Clients.CountRejected();
                socket.Dispose();
                return;
            }

            Prepare(socket);
            Transport transport = await _services.Tls.AcceptAsync(socket).ConfigureAwait(false);
            Welcome(transport, isTcp: true);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            _services.Logger.LogDebug("Error accepting a client connection: {Reason}", exception.Message);
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
            ApplyKeepAlive(socket, (int)_services.Options.TcpKeepAlive.TotalSeconds);
        }
    }

    private void Welcome(Transport transport, bool isTcp)
    {
        byte[]? refusal = _services.Clients.Count >= _services.Options.MaxClients ? TooManyClients : IsRefused(transport) ? Protected : null;
        if (refusal is not null)
        {
            _services.Clients.CountRejected();
            _ = TurnAwayAsync(transport, refusal);
            return;
        }

        ClientConnection client = new(_services, transport, new ClientSession
        {
            Id = _services.Clients.NextId(),
            Address = isTcp ? $"{transport.Remote}" : $"{_services.Options.UnixSocket}:0",
            LocalAddress = isTcp ? $"{transport.Local}" : $"{_services.Options.UnixSocket}:0",
            User = _services.Users.Default,
            IsAuthenticated = _services.Users.LetsAnyoneIn,
            IsOnUnixSocket = !isTcp,
        });
        _services.Clients.Add(client);
        _ = client.RunAsync();
    }

    private static async Task TurnAwayAsync(Transport transport, byte[] refusal)
    {
        try
        {
            await transport.SendAsync(refusal).ConfigureAwait(false);
            transport.Shutdown();
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // It did not wait to be told.
        }
        finally
        {
            transport.Close();
        }
    }

    private bool IsRefused(Transport transport) =>
        _services.Options.ProtectedMode && _services.Users.Default.Rights.NeedsNoPassword
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

    /// <summary>One address that is listened on; without a socket where the address is not this machine's and may be missing.</summary>
    private sealed record Door(string Address, int Port, bool WithTls, Socket? Socket)
    {
        public bool Is((string Address, int Port, bool WithTls) other) => (Address, Port, WithTls) == other;
    }
}
