using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Redis.Server.Protocol;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Security;

namespace Redis.Server.Tests.Cluster;

/// <summary>A client connection that shows the wire as it is: raw bytes out, replies in as they come.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private SslStream? _tls;
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

    /// <summary>Comes in by a door: shakes hands, shows what it has, logs in.</summary>
    /// <param name="port">On loopback.</param>
    /// <param name="door">Which.</param>
    /// <param name="version">Of TLS; None: the newest.</param>
    /// <exception cref="AuthenticationException">One side does not trust the other.</exception>
    public static async Task<TestClient> ConnectAsync(int port, TestDoor door, SslProtocols version = SslProtocols.None)
    {
        TestClient client = await ConnectAsync(port);
        try
        {
            if (door.Authority is { } authority)
                await client.ShakeHandsAsync(authority, door.Certificate, version);
            if (door.Login.Length > 0 && await client.AskAsync(["AUTH", .. door.Login]) is var answer and not "+OK")
                throw new IOException($"The login was answered with {answer}.");
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>The subject of the server's certificate.</summary>
    public string ServerName => _tls!.RemoteCertificate!.Subject;

    public TlsCipherSuite CipherSuite => _tls!.NegotiatedCipherSuite;

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
        if (_tls is { } tls)
        {
            await tls.WriteAsync(bytes, limit.Token);
            return;
        }

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
        catch (Exception exception) when (exception is SocketException { SocketErrorCode: SocketError.ConnectionReset } or IOException)
        {
            return true;
        }
    }

    /// <summary>No more requests will come; replies are still read.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    private async Task ShakeHandsAsync(TestAuthority authority, X509Certificate2? certificate, SslProtocols version)
    {
        using CancellationTokenSource limit = new(Eventually.Limit);
        _tls = new SslStream(new NetworkStream(_socket));
        X509ChainPolicy trust = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(authority.Root);
        await _tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = version,
                CertificateChainPolicy = trust,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            },
            limit.Token);
    }

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
        int received = _tls is { } tls
            ? await tls.ReadAsync(_buffer.AsMemory(_end), limit.Token)
            : await _socket.ReceiveAsync(_buffer.AsMemory(_end), limit.Token);
        _end += received;
        return received;
    }
}
