using System.Net.Sockets;
using System.Text;

namespace Redis.Server.Operations;

/// <summary>Tells systemd how far the node is (sd_notify(3), Type=notify). Without a NOTIFY_SOCKET in the environment nobody is told.</summary>
internal static class ServiceNotification
{
    public const string SocketVariable = "NOTIFY_SOCKET";

    /// <summary>The ports listen and the data is loaded.</summary>
    public static void Ready() => Send("READY=1\nSTATUS=Serving clients");

    /// <summary>The node hands leadership over and ends.</summary>
    public static void Stopping() => Send("STOPPING=1\nSTATUS=Stopping");

    private static void Send(string message)
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is not { Length: > 0 } path)
        {
            return;
        }

        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading @ stands for the zero byte of Linux's abstract names.
            socket.SendTo(Encoding.ASCII.GetBytes(message), new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
        }
        catch (SocketException)
        {
            // Whoever set the variable is gone: as sd_notify, the service goes on.
        }
    }
}
