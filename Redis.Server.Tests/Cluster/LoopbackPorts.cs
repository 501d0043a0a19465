using System.Net;
using System.Net.Sockets;

namespace Redis.Server.Tests.Cluster;

/// <summary>
/// Free loopback ports below the range that outgoing connections are given: a node that is down for a moment finds its
/// port free when it comes back.
/// </summary>
internal static class LoopbackPorts
{
    private const int First = 11_000;
    private const int Count = 20_000;

    private static int _next = Environment.ProcessId * 97 % Count;

    public static int Next()
    {
        for (int tries = 0; tries < Count; tries++)
        {
            int port = First + (Interlocked.Increment(ref _next) & int.MaxValue) % Count;
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException("no free loopback port");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
