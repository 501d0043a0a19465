using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Redis.Server.Configuration;

/// <summary>Addresses written host:port; an IPv6 host may stand in brackets.</summary>
internal static class HostPort
{
    public static bool TryParse(string text, out string host, out int port)
    {
        int colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon].Trim('[', ']') : "";
        port = 0;
        return host.Length > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= 65535;
    }

    /// <summary>The parts of an address that was checked before.</summary>
    public static (string Host, int Port) Parse(string text) => TryParse(text, out string host, out int port) ? (host, port) : (text, 0);

    /// <summary>For option rows: null, or what is wrong.</summary>
    public static string? Check(string text) =>
        text.Length == 0 || TryParse(text, out _, out _) ? null : "argument must be an address of the form host:port";

    /// <summary>The first address of this machine that others can reach, else the loopback address.</summary>
    public static string FirstNonLocalHost()
    {
        foreach (NetworkInterface card in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (card.OperationalStatus != OperationalStatus.Up || card.NetworkInterfaceType == NetworkInterfaceType.Loopback) continue;
            foreach (UnicastIPAddressInformation address in card.GetIPProperties().UnicastAddresses)
            {
                if (address.Address.AddressFamily == AddressFamily.InterNetwork) return address.Address.ToString();
            }
        }
        return "127.0.0.1";
    }
}
