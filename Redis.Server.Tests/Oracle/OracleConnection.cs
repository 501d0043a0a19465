using System.Net;
using System.Net.Sockets;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Oracle;

/// <summary>A connection to the real redis-server: a batch of requests in one go, their replies in order.</summary>
internal sealed class OracleConnection : IDisposable
{
    // redis-server 7.0's SORT takes an errno that some earlier command has left for its own failure; to read a time-out sets
    // it to 0, and a negative one is refused before any key is looked up.
    private static readonly Request ResetsErrorNumber = new("BLPOP", "nokey", "-1");

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;

    public OracleConnection(int port, int version)
    {
        _socket.ReceiveTimeout = 30_000;
        _socket.Connect(IPAddress.Loopback, port);
        if (version == 3)
            Run([new Request("HELLO", "3")]);
    }

    /// <summary>Gets the pushed messages that come among the replies of RESP3.</summary>
    public Action<Reply>? Pushed { get; set; }

    /// <summary>Sends a request whose reply may come late.</summary>
    public void Send(Request request)
    {
        using RespWriter writer = new();
        request.WriteTo(writer);
        _socket.Send(writer.Written);
    }

    /// <summary>The replies that have come whole by now.</summary>
    public IEnumerable<Reply> Poll()
    {
        while (_socket.Available > 0)
        {
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            _length += _socket.Receive(_buffer.AsSpan(_length));
        }

        int start = 0;
        while (Reply.TryRead(_buffer.AsSpan(start, _length - start), out int consumed) is { } reply)
        {
            start += consumed;
            yield return reply;
        }

        _buffer.AsSpan(start, _length - start).CopyTo(_buffer);
        _length -= start;
    }

    /// <summary>Sends all requests, then reads their replies.</summary>
    public IReadOnlyList<Reply> Run(IReadOnlyList<Request> requests)
    {
        using RespWriter writer = new();
        foreach (Request request in requests)
        {
            if (request.Name is "sort" or "sort_ro")
                ResetsErrorNumber.WriteTo(writer);
            request.WriteTo(writer);
        }

        // Replies may fill the socket before all is sent.
        Task sending = SendAsync(writer.Written.ToArray());
        List<Reply> replies = [];
        int start = 0;
        bool isReset = false;
        while (replies.Count < requests.Count)
        {
            if (Reply.TryRead(_buffer.AsSpan(start, _length - start), out int consumed) is { } reply)
            {
                start += consumed;
                if (reply.Kind == '>' && Pushed is { } pushed)
                {
                    pushed(reply);
                    continue;
                }

                if (requests[replies.Count].Name is "sort" or "sort_ro" && !isReset)
                {
                    isReset = true;
                    continue;
                }

                isReset = false;
                replies.Add(reply);
                continue;
            }

            _buffer.AsSpan(start, _length - start).CopyTo(_buffer);
            _length -= start;
            start = 0;
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            int received = _socket.Receive(_buffer.AsSpan(_length));
            if (received == 0)
                throw new EndOfStreamException($"redis-server closed the connection; last request: {requests[replies.Count]}");
            _length += received;
        }

        _buffer.AsSpan(start, _length - start).CopyTo(_buffer);
        _length -= start;
        sending.GetAwaiter().GetResult();
        return replies;
    }

    public void Dispose() => _socket.Dispose();

    private async Task SendAsync(byte[] bytes)
    {
        int sent = 0;
        while (sent < bytes.Length)
            sent += await _socket.SendAsync(bytes.AsMemory(sent)).ConfigureAwait(false);
    }
}
