using System.Net.Sockets;

namespace Redis.Server.Tests.Chaos;

/// <summary>One connection through the proxy: two sockets, and two directions with a link each.</summary>
internal sealed class FaultyConnection(FaultyNetwork network, int from, int to, Socket caller, Socket target) : IDisposable
{
    private const int Chunk = 32 * 1024;

    private readonly CancellationTokenSource _stop = new();

    public int From => from;

    public int To => to;

    /// <summary>Passes on what comes until both directions have ended.</summary>
    /// <param name="first">What was received already.</param>
    public async Task RunAsync(ReadOnlyMemory<byte> first)
    {
        network.Opened(this);
        try
        {
            await Task.WhenAll(PassAsync(caller, target, network[from, to], network[to, from], first), PassAsync(target, caller, network[to, from], network[from, to], default));
        }
        finally
        {
            network.Closed(this);
            caller.Dispose();
            target.Dispose();
        }
    }

    /// <summary>Both ends see a reset.</summary>
    public void Reset()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return; // it has just ended by itself
        }

        Abort(caller);
        Abort(target);
    }

    public void Dispose()
    {
        Reset();
        _stop.Dispose();
    }

    /// <summary>One direction. What happens at one end becomes known at the other by the link that leads there, so not while that is held.</summary>
    private async Task PassAsync(Socket source, Socket sink, Link link, Link back, ReadOnlyMemory<byte> first)
    {
        byte[] buffer = new byte[Chunk];
        try
        {
            int received = first.Length;
            first.CopyTo(buffer);
            while (received > 0 || first.IsEmpty)
            {
                if (received == 0 && (received = await ReceiveAsync(source, buffer)) <= 0)
                    break;
                await link.PassAsync(received, _stop.Token);
                network.Passed(received);
                if (!await TrySendAsync(sink, buffer.AsMemory(0, received)))
                {
                    await back.PassAsync(0, _stop.Token);
                    Abort(source);
                    return;
                }

                (received, first) = (0, default);
            }

            await link.PassAsync(0, _stop.Token);
            if (received < 0)
                Abort(sink);
            else
                sink.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other direction, a reset or the end of the test has closed it.
        }
    }

    /// <summary>0 at the end, less than that after a failure.</summary>
    private async Task<int> ReceiveAsync(Socket source, byte[] buffer)
    {
        try
        {
            return await source.ReceiveAsync(buffer, _stop.Token);
        }
        catch (SocketException)
        {
            return -1;
        }
    }

    private async Task<bool> TrySendAsync(Socket sink, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
                bytes = bytes[await sink.SendAsync(bytes, _stop.Token)..];
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }
}
