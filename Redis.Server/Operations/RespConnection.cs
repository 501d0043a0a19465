using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Redis.Server.Operations;

/// <summary>A reply as an operator's tool sees it: text of a string, error or integer, or items of an array.</summary>
internal sealed record RespReply(char Type, string Text, IReadOnlyList<RespReply> Items)
{
    public bool IsError => Type == '-';
}

/// <summary>A plain blocking client for the operator's tools (local-cluster, status): one request at a time.</summary>
internal sealed class RespConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly BufferedStream _input;

    private RespConnection(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
        _input = new BufferedStream(_stream, 16 * 1024);
    }

    /// <exception cref="IOException">There is no connection, or not in time.</exception>
    public static RespConnection Open(string host, int port, TimeSpan timeout, SslClientAuthenticationOptions? tls = null)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using CancellationTokenSource limit = new(timeout);
            socket.ConnectAsync(host, port, limit.Token).AsTask().GetAwaiter().GetResult();
            socket.ReceiveTimeout = socket.SendTimeout = (int)timeout.TotalMilliseconds;
            NetworkStream plain = new(socket, ownsSocket: true);
            return new RespConnection(socket, tls is null ? plain : Encrypted(plain, tls));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or AuthenticationException or IOException)
        {
            socket.Dispose();
            throw new IOException($"cannot connect to {host}:{port}: {e.Message}", e);
        }
    }

    private static SslStream Encrypted(NetworkStream plain, SslClientAuthenticationOptions tls)
    {
        SslStream stream = new(plain);
        stream.AuthenticateAsClient(tls);
        return stream;
    }

    /// <summary>How long a reply may take.</summary>
    public void SetTimeout(TimeSpan timeout) => _socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;

    /// <summary>Sends a request and waits for its reply; an error reply is returned, not thrown.</summary>
    /// <exception cref="IOException">The connection broke, or the reply took too long.</exception>
    public RespReply Call(params IReadOnlyList<string> words)
    {
        using MemoryStream request = new();
        request.Write(Encoding.UTF8.GetBytes($"*{words.Count}\r\n"));
        foreach (string word in words)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(word);
            request.Write(Encoding.UTF8.GetBytes($"${bytes.Length}\r\n"));
            request.Write(bytes);
            request.Write("\r\n"u8);
        }
        _stream.Write(request.GetBuffer(), 0, (int)request.Length);
        _stream.Flush();
        return ReadReply();
    }

    public void Dispose() => _input.Dispose();

    private RespReply ReadReply()
    {
        string line = ReadLine();
        string rest = line[1..];
        switch (line[0])
        {
            case '$':
                return new RespReply('$', ReadBulk(int.Parse(rest, CultureInfo.InvariantCulture)), []);
            case '*':
                RespReply[] items = new RespReply[Math.Max(0, int.Parse(rest, CultureInfo.InvariantCulture))];
                for (int i = 0; i < items.Length; i++) items[i] = ReadReply();
                return new RespReply('*', "", items);
            default:
                return new RespReply(line[0], rest, []);
        }
    }

    private string ReadBulk(int length)
    {
        if (length < 0) return "";
        byte[] bytes = new byte[length + 2];
        _input.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private string ReadLine()
    {
        List<byte> line = [];
        while (true)
        {
            int next = _input.ReadByte();
            if (next < 0) throw new EndOfStreamException("the connection was closed");
            if (next == '\n' && line.Count > 1 && line[^1] == '\r') return Encoding.UTF8.GetString([.. line[..^1]]);
            line.Add((byte)next);
        }
    }
}
