using System.Net;
using System.Net.Sockets;
using System.Text;
using Redis.Server.Protocol;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>A client connection that shows the wire as it is: raw bytes out, replies in as they come.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private TestClient()
    {
    }

    /// <summary>The address this end has, as CLIENT LIST shows it.</summary>
    public string Address => $"{_socket.LocalEndPoint}";

    /// <param name="port">On loopback.</param>
    /// <param name="receiveBuffer">Bytes the system may keep for this client; 0 for the usual.</param>
    public static async Task<TestClient> ConnectAsync(int port, int receiveBuffer = 0)
    {
        TestClient client = new();
        try
        {
            if (receiveBuffer > 0)
                client._socket.ReceiveBufferSize = receiveBuffer;
            using CancellationTokenSource limit = new(Eventually.Limit);
            await client._socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of requests as clients send them: arrays of bulk strings.</summary>
    public static byte[] Encode(params IEnumerable<Request> requests)
    {
        using RespWriter writer = new();
        foreach (Request request in requests)
            request.WriteTo(writer);
        return writer.Written.ToArray();
    }

    /// <summary>Sends a command and returns its reply in short form (<see cref="ReplyText"/>).</summary>
    public async Task<string> AskAsync(params string[] words) => ReplyText.Of(await CallAsync(words));

    public async Task<Reply> CallAsync(params string[] words)
    {
        await SendAsync(Encode(new Request(words)));
        return await ReadAsync();
    }

    /// <summary>Sends all requests, reading replies meanwhile.</summary>
    public async Task<Reply[]> PipelineAsync(IReadOnlyCollection<Request> requests)
    {
        Task sending = SendAsync(Encode(requests));
        Reply[] replies = await ReadAsync(requests.Count);
        await sending;
        return replies;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using CancellationTokenSource limit = new(Eventually.Limit);
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, limit.Token)..];
    }

    public async Task<Reply[]> ReadAsync(int count)
    {
        Reply[] replies = new Reply[count];
        for (int i = 0; i < count; i++)
            replies[i] = await ReadAsync();
        return replies;
    }

    /// <summary>The next reply.</summary>
    /// <exception cref="EndOfStreamException">The server closed the connection.</exception>
    public async Task<Reply> ReadAsync()
    {
        while (true)
        {
            if (Reply.TryRead(_buffer.AsSpan(_start, _end - _start), out int consumed) is { } reply)
            {
                _start += consumed;
                return reply;
            }

            if (await ReceiveAsync() == 0)
                throw new EndOfStreamException("the server closed the connection");
        }
    }

    /// <summary>Whether the server ends the connection without another byte.</summary>
    public async Task<bool> IsClosedAsync()
    {
        if (_start < _end)
            return false;
        try
        {
            return await ReceiveAsync() == 0;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>No more requests will come; replies are still read.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReceiveAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        using CancellationTokenSource limit = new(Eventually.Limit);
        int received = await _socket.ReceiveAsync(_buffer.AsMemory(_end), limit.Token);
        _end += received;
        return received;
    }
}
