using System.Globalization;
using System.Text;

namespace Redis.Server.Peers;

/// <summary>What a connection between nodes is for.</summary>
internal enum PeerPurpose
{
    /// <summary>Raft's messages, one way: each node dials every other.</summary>
    Raft,

    /// <summary>Requests of a follower's clients, and the leader's replies (<see cref="ProxyCodec"/>).</summary>
    Proxy,
}

/// <summary>
/// How a client connection becomes a peer's: AUTH where a password is set, then RAFT.PEER version cluster-id from to address
/// [PROXY]. The answer +OK version says which version both sides speak from here on; frames follow: Raft's (<see cref="PeerCodec"/>) from the dialling side only, a proxy's both ways.
/// </summary>
internal static class PeerHandshake
{
    public const string CommandName = "raft.peer";

    public const string ProxyWord = "PROXY";

    /// <summary>How a refusal begins that tells a node that the group goes on without it. On the wire: it never changes.</summary>
    public const string Removed = "ERR removed from the cluster";

    private const int MaxReplyLength = 4096;

    /// <summary>Runs the dialling side.</summary>
    /// <exception cref="RemovedException">This node was removed from the cluster.</exception>
    /// <exception cref="IOException">The other side refused, closed, or is no node; the message says which.</exception>
    public static async Task DialAsync(Transport transport, PeerIdentity identity, int to, PeerPurpose purpose)
    {
        transport.LimitSilence(identity.Patience);
        int replies = 1;
        StringBuilder request = new();
        if (identity.LogsIn)
        {
            replies = 2;
            AppendCommand(request, "AUTH", identity.User, identity.Password);
        }

        string[] words = [CommandName, Text(PeerCodec.Version), identity.ClusterId, Text(identity.NodeId), Text(to), identity.Address];
        AppendCommand(request, purpose == PeerPurpose.Proxy ? [.. words, ProxyWord] : words);
        await transport.SendAsync(Encoding.UTF8.GetBytes(request.ToString())).ConfigureAwait(false);

        byte[] buffer = new byte[MaxReplyLength];
        int length = 0;
        while (true)
        {
            string text = Encoding.UTF8.GetString(buffer, 0, length);
            string[] lines = text.Split("\r\n");
            if (lines.SkipLast(1).FirstOrDefault(line => !line.StartsWith("+OK", StringComparison.Ordinal)) is { } refusal)
            {
                string reason = refusal.TrimStart('-');
                throw reason.StartsWith(Removed, StringComparison.Ordinal) ? new RemovedException(reason) : new IOException(reason);
            }

            if (lines.Length > replies)
            {
                CheckVersion(lines[replies - 1]);
                return;
            }

            int received = length < buffer.Length ? await transport.ReceiveAsync(buffer.AsMemory(length)).ConfigureAwait(false) : 0;
            if (received == 0)
            {
                throw new IOException("closed during the handshake");
            }

            length += received;
        }
    }

    /// <summary>The version to speak, out of a range that the other side knows, too.</summary>
    /// <returns>0 when there is none.</returns>
    public static int Settle(long offered) => offered < PeerCodec.OldestVersion ? 0 : (int)Math.Min(offered, PeerCodec.Version);

    private static void CheckVersion(string answer)
    {
        if (!int.TryParse(answer.AsSpan("+OK".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int version)
            || version is < PeerCodec.OldestVersion or > PeerCodec.Version)
        {
            throw new IOException($"the other side answered '{answer}', and this node speaks peer protocols {PeerCodec.OldestVersion} to {PeerCodec.Version}: upgrade one release at a time");
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void AppendCommand(StringBuilder request, params ReadOnlySpan<string> words)
    {
        request.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (string word in words)
        {
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }
    }
}
