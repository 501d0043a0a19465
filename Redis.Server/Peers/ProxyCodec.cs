using System.Text;

namespace Redis.Server.Peers;

/// <summary>What a follower tells the leader about a client besides its requests. On the wire: the numbers never change.</summary>
internal enum ProxyNote : byte
{
    /// <summary>The client sends no more: a command of it that waits gives up.</summary>
    End = 1,

    /// <summary>CLIENT UNBLOCK … TIMEOUT.</summary>
    TimeOut = 2,

    /// <summary>CLIENT UNBLOCK … ERROR.</summary>
    Unblock = 3,
}

/// <summary>How a proxied request differs from a plain read. On the wire: the bits never change.</summary>
[Flags]
internal enum ProxyTraits : byte
{
    None = 0,

    /// <summary>It goes through the log.</summary>
    Writes = 1,

    /// <summary>The first WATCH after nothing was watched: what a forgotten UNWATCH left does not count.</summary>
    BeginsWatch = 2,

    /// <summary>EXEC: decided by what is watched, and ends that.</summary>
    EndsWatch = 4,
}

/// <summary>One request of a client, as its node passes it on.</summary>
internal readonly record struct ProxiedRequest(ProxyTraits Traits, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// The frames of a proxy connection, which a follower dials to the leader: requests and notes one way, replies the other.
/// A session is one client's stream of requests; requests are numbered in it from 1, and a reply names its request.
/// </summary>
internal static class ProxyCodec
{
    private const int RequestHeaderSize = 1 + 4;

    /// <summary>Requests of one session that follow each other.</summary>
    /// <param name="queue">The connection.</param>
    /// <param name="session">Whose.</param>
    /// <param name="protocolVersion">The RESP version that the client wants its replies in.</param>
    /// <param name="user">As whom the follower authenticated the client.</param>
    /// <param name="requests">What it asks.</param>
    public static void WriteRequests(SendQueue queue, long session, int protocolVersion, string user, ReadOnlySpan<ProxiedRequest> requests)
    {
        int userLength = Encoding.UTF8.GetByteCount(user);
        int length = checked(PeerCodec.HeaderSize + 8 + 1 + 4 + userLength + 4);
        foreach (ref readonly ProxiedRequest request in requests)
        {
            length = checked(length + RequestHeaderSize + request.Bytes.Length);
        }

        Requests frame = new(session, (byte)protocolVersion, user, userLength, requests);
        queue.Append(length, frame, static (span, in f) =>
        {
            FrameWriter writer = PeerCodec.Begin(span, PeerFrame.ProxyRequests).Put(f.Session).Put(f.ProtocolVersion).Put(f.UserLength)
                .Put(Encoding.UTF8.GetBytes(f.User)).Put(f.Items.Length);
            foreach (ref readonly ProxiedRequest request in f.Items)
            {
                writer = writer.Put((byte)request.Traits).Put(request.Bytes.Length).Put(request.Bytes.Span);
            }

            writer.End();
        });
    }

    /// <summary>The views of the frame in <paramref name="requests"/> are valid as long as the frame.</summary>
    public static (long Session, int ProtocolVersion, string User) ReadRequests(ref FrameReader reader, List<ProxiedRequest> requests)
    {
        (long session, int version) = (reader.Long(), reader.Byte());
        string user = Encoding.UTF8.GetString(reader.Bytes(reader.Int()).Span);
        requests.Clear();
        for (int left = reader.Count(RequestHeaderSize); left > 0; left--)
        {
            ProxyTraits traits = (ProxyTraits)reader.Byte();
            ReadOnlyMemory<byte> bytes = reader.Bytes(reader.Int());
            requests.Add(bytes.IsEmpty ? throw new FormatException("A proxied request without content.") : new ProxiedRequest(traits, bytes));
        }

        return (session, version, user);
    }

    public static void WriteReply(SendQueue queue, long session, long number, ReadOnlySpan<byte> reply) => queue.Append(
        checked(PeerCodec.HeaderSize + 8 + 8 + reply.Length),
        new Reply(session, number, reply),
        static (span, in r) => PeerCodec.Begin(span, PeerFrame.ProxyReply).Put(r.Session).Put(r.Number).Put(r.Bytes).End());

    public static (long Session, long Number, ReadOnlyMemory<byte> Reply) ReadReply(ref FrameReader reader) =>
        (reader.Long(), reader.Long(), reader.Rest());

    public static void WriteNote(SendQueue queue, long session, ProxyNote note) => queue.Append(
        PeerCodec.HeaderSize + 8 + 1,
        (session, note),
        static (span, in n) => PeerCodec.Begin(span, PeerFrame.ProxyNote).Put(n.session).Put((byte)n.note).End());

    public static (long Session, ProxyNote Note) ReadNote(ref FrameReader reader) => (reader.Long(), (ProxyNote)reader.Byte());

    private readonly ref struct Requests(long session, byte protocolVersion, string user, int userLength, ReadOnlySpan<ProxiedRequest> items)
    {
        public readonly long Session = session;
        public readonly byte ProtocolVersion = protocolVersion;
        public readonly string User = user;
        public readonly int UserLength = userLength;
        public readonly ReadOnlySpan<ProxiedRequest> Items = items;
    }

    private readonly ref struct Reply(long session, long number, ReadOnlySpan<byte> bytes)
    {
        public readonly long Session = session;
        public readonly long Number = number;
        public readonly ReadOnlySpan<byte> Bytes = bytes;
    }
}
