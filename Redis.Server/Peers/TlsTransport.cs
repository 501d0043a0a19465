using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Redis.Server.Peers;

/// <summary>TLS over a TCP socket, after the handshake.</summary>
internal sealed class TlsTransport(Socket socket, SslStream stream) : Transport
{
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private bool _sending;
    private bool _closed;
    private bool _saysFarewell;
    private bool _closesAfterFarewell;

    public override EndPoint? Remote { get; } = socket.RemoteEndPoint;

    public override EndPoint? Local { get; } = socket.LocalEndPoint;

    public override long Handle { get; } = socket.SafeHandle.DangerousGetHandle();

    public override bool IsEncrypted => true;

    public override bool ShowedCertificate => stream.RemoteCertificate is not null;

    public override void LimitSilence(TimeSpan limit) => SocketTransport.LimitSilence(socket, limit);

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => stream.ReadAsync(buffer);

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _sending = true;
        }

        try
        {
            await stream.WriteAsync(bytes).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _sending = false;
            }
        }
    }

    public override void Shutdown()
    {
        if (!TryBeginFarewell(thenClose: false, out bool isUnderWay) && !isUnderWay)
        {
            SocketTransport.Shutdown(socket);
        }
    }

    public override void Close()
    {
        if (!TryBeginFarewell(thenClose: true, out bool isUnderWay) && !isUnderWay)
        {
            socket.Dispose();
        }
    }

    /// <summary>Nothing is sent from here on but the farewell, which cannot be said while something else is being sent.</summary>
    private bool TryBeginFarewell(bool thenClose, out bool isUnderWay)
    {
        lock (_lock)
        {
            isUnderWay = _saysFarewell;
            _closesAfterFarewell |= thenClose;
            if (_closed || _sending)
            {
                _closed = true;
                return false;
            }

            _closed = true;
            _saysFarewell = true;
        }

        _ = SayFarewellAsync();
        return true;
    }

    /// <summary>close_notify tells the other side that nothing was cut off.</summary>
    private async Task SayFarewellAsync()
    {
        try
        {
            await stream.ShutdownAsync().WaitAsync(FarewellLimit).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException or TimeoutException or NotSupportedException)
        {
            // It is gone, or does not read: nobody to be told.
        }
        finally
        {
            SocketTransport.Shutdown(socket);
            bool closes;
            lock (_lock)
            {
                _saysFarewell = false;
                closes = _closesAfterFarewell;
            }

            if (closes)
            {
                socket.Dispose();
            }
        }
    }
}
