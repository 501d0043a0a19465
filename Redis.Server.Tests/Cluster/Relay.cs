using System.Net;
using System.Net.Sockets;

namespace Redis.Server.Tests.Cluster;

/// <summary>
/// Stands in front of a node, at the address that the others know: what they send it passes up to a limit, and the connections can be
/// cut. What the node sends on them passes at once.
/// </summary>
internal sealed class Relay : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private long _limit;
    private long _passed;
    private int _connections;

    public Relay(long limit)
    {
        _limit = limit;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    /// <summary>Where it passes bytes on to; set before anybody connects.</summary>
    public int Target { get; set; }

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether the limit holds bytes back.</summary>
    public bool IsHolding => Volatile.Read(ref _passed) >= Volatile.Read(ref _limit);

    public void Begin() => _ = AcceptAsync();

    /// <summary>Ends all connections; what is under way is lost.</summary>
    public void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }
    }

    /// <summary>Lets everything pass from now on.</summary>
    public void Open() => Volatile.Write(ref _limit, long.MaxValue);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                Socket node = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                lock (_sockets)
                    _sockets.AddRange([client, node]);
                Interlocked.Increment(ref _connections);
                _ = ConnectAsync(client, node);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ConnectAsync(Socket client, Socket node)
    {
        using (client)
        using (node)
        {
            try
            {
                await node.ConnectAsync(IPAddress.Loopback, Target, _stop.Token);
                await Task.WhenAny(PassAsync(client, node, isLimited: true), PassAsync(node, client, isLimited: false));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Cut, or one side is gone: the other is told by the end of its connection.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool isLimited)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and int count)
            {
                while (isLimited && IsHolding)
                    await Task.Delay(Pause, _stop.Token);
                await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
                if (isLimited)
                    Interlocked.Add(ref _passed, count);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // As above.
        }
    }
}
