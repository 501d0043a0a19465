using System.Net;
using System.Net.Sockets;
using System.Text;
using Redis.Server.Peers;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Chaos;

/// <summary>
/// The address of a node, as clients and the other nodes know it. Everything to and from that node comes through here; who calls
/// is known by the first command of a connection, in which nodes say their own address.
/// </summary>
internal sealed class FaultProxy : IDisposable
{
    private const int LongestIntroduction = 4096;

    private readonly FaultyNetwork _network;
    private readonly int _node;
    private readonly int _target;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();

    public FaultProxy(FaultyNetwork network, int node, int target)
    {
        (_network, _node, _target) = (network, node, target);
        Port = LoopbackPorts.Next();
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen();
        network.Name(Address, node);
        _ = AcceptAsync();
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync(_stop.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        using Socket here = caller;
        using Socket target = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            here.NoDelay = target.NoDelay = true;
            (byte[] first, int from) = await IntroductionAsync(here);
            if (first.Length == 0)
                return;
            if (_network[from, _node].Refuses)
            {
                here.LingerState = new LingerOption(true, 0);
                return;
            }

            await target.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _target), _stop.Token);
            using FaultyConnection connection = new(_network, from, _node, here, target);
            await using CancellationTokenRegistration stopping = _stop.Token.Register(connection.Reset);
            await connection.RunAsync(first);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody is there, or the test is over: the caller sees its connection end.
        }
    }

    /// <summary>The first bytes, which hold the whole first command, and who sent them.</summary>
    private async Task<(byte[] First, int From)> IntroductionAsync(Socket caller)
    {
        byte[] buffer = new byte[LongestIntroduction];
        int length = 0;
        while (length < buffer.Length)
        {
            int received = await caller.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
            if (received == 0)
                break;
            length += received;
            if (buffer[0] != '*')
                break;
            if (Reply.TryRead(buffer.AsSpan(0, length), out _) is { } command)
                return (buffer[..length], Caller([.. command.Elements.Select(word => Encoding.ASCII.GetString(word.Text))]));
        }

        return (buffer[..length], FaultyNetwork.Clients);
    }

    private int Caller(string[] words) => words switch
    {
        [_, _, _, _, _, string address, ..] when words[0].Equals(PeerHandshake.CommandName, StringComparison.OrdinalIgnoreCase) => _network.NodeAt(address),
        ["RAFT.NODE", "ADD", _, string address] => _network.NodeAt(address),
        _ => FaultyNetwork.Clients,
    };
}
