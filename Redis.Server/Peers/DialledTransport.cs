using System.Net;

namespace Redis.Server.Peers;

/// <summary>A connection that is still being made: what is sent meanwhile goes out once it stands, or fails with it.</summary>
internal sealed class DialledTransport(Task<Transport> dialled) : Transport
{
    private int _isClosed;

    /// <summary>Whether it stood at some time: from then on something may have been sent.</summary>
    public bool IsConnected => dialled.IsCompletedSuccessfully;

    public override EndPoint? Remote => IsConnected ? dialled.Result.Remote : null;

    public override EndPoint? Local => IsConnected ? dialled.Result.Local : null;

    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        Transport transport = await dialled.ConfigureAwait(false);
        return await transport.ReceiveAsync(buffer).ConfigureAwait(false);
    }

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Transport transport = await dialled.ConfigureAwait(false);
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
