using System.Net;

namespace Redis.Server.Peers;

/// <summary>A connection that is still being made: what is sent meanwhile goes out once it stands, or fails with it.</summary>
internal sealed class DialledTransport(Task<Transport> dialled) : Transport
{
    private const int Nothing = 0;
    private const int Something = 1;
    private const int Forgone = 2;

    private int _isClosed;
    private int _sent = Nothing;

    public override EndPoint? Remote => IsConnected ? dialled.Result.Remote : null;

    public override EndPoint? Local => IsConnected ? dialled.Result.Local : null;

    private bool IsConnected => dialled.IsCompletedSuccessfully;

    /// <summary>
    /// True when nothing was sent and, by this, nothing ever will be: not even what waits for a connection that comes to stand
    /// at this moment.
    /// </summary>
    public bool TryForgo() => Interlocked.CompareExchange(ref _sent, Forgone, Nothing) != Something;

    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        Transport transport = await dialled.ConfigureAwait(false);
        return await transport.ReceiveAsync(buffer).ConfigureAwait(false);
    }

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Transport transport = await dialled.ConfigureAwait(false);
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _sent, Something, Nothing) == Forgone, this);
        await transport.SendAsync(bytes).ConfigureAwait(false);
    }

    public override long Handle => IsConnected ? dialled.Result.Handle : -1;

    public override void Shutdown() => Close();

    public override void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _ = CloseAsync();
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            (await dialled.ConfigureAwait(false)).Close();
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It was never made.
        }
    }
}
