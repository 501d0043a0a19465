using System.Net;
using System.Net.Sockets;

namespace Redis.Server.Tests.Cluster;

/// <summary>Neighbouring ports that nobody listens on.</summary>
internal static class FreePorts
{
    /// <summary>The first of them.</summary>
    /// <exception cref="IOException">There are none.</exception>
    public static int Next(int count)
    {
        for (int first = 27100; first < 65000; first += 10)
        {
            if (Enumerable.Range(first, count).All(IsFree)) return first;
        }
        throw new IOException("there are no free ports");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener probe = new(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
