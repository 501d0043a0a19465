using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Redis.Server.Peers;

/// <summary>Takes what other nodes send.</summary>
internal interface IPeerReceiver
{
    /// <summary>Handles one frame; its bytes are valid during the call.</summary>
    /// <exception cref="FormatException">The frame is damaged or of an unknown kind.</exception>
    void Receive(int from, ReadOnlyMemory<byte> frame, PeerFrameScratch scratch);

    /// <summary>Completes when more may be received: until then the other side is held back by its full connection.</summary>
    ValueTask ReadyAsync() => ValueTask.CompletedTask;

    /// <summary>A node's connection ended.</summary>
    void Disconnected(int from);
}

/// <summary>Storage that one incoming connection reuses for the entries of its frames.</summary>
internal sealed class PeerFrameScratch
{
    public Raft.Core.LogEntry[] Entries = new Raft.Core.LogEntry[64];
}

/// <summary>The way in from one other node: a client connection whose handshake said that it is a peer.</summary>
internal sealed class PeerSession(Transport transport, int from, IPeerReceiver receiver, ILogger logger)
{
    private const int InitialCapacity = 64 * 1024;
    private const int KeptCapacity = 4 * 1024 * 1024;

    private readonly PeerFrameScratch _scratch = new();
    private byte[] _buffer = new byte[InitialCapacity];
    private int _length;

    /// <summary>Reads frames until the connection ends.</summary>
    /// <param name="first">Bytes that came behind the handshake.</param>
    public async Task RunAsync(Task<ReadOnlyMemory<byte>> first)
    {
        try
        {
            ReadOnlyMemory<byte> bytes = await first.ConfigureAwait(false);
            MakeRoom(bytes.Length);
            bytes.CopyTo(_buffer);
            _length = bytes.Length;
            while (true)
            {
                MakeRoom(HandleFrames());
                await receiver.ReadyAsync().ConfigureAwait(false);
                int received = await transport.ReceiveAsync(_buffer.AsMemory(_length)).ConfigureAwait(false);
                if (received == 0)
                {
                    break;
                }

                _length += received;
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            logger.LogDebug("Connection from node {NodeId} ended: {Reason}", from, exception.Message);
        }
        catch (FormatException exception)
        {
            logger.LogWarning("Closing the connection from node {NodeId}: {Reason}", from, exception.Message);
        }
        finally
        {
            transport.Close();
            receiver.Disconnected(from);
        }
    }

    /// <summary>Handles the complete frames; returns how long the next one is, or 0 when that is not known yet.</summary>
    private int HandleFrames()
    {
        int start = 0;
        int next;
        while ((next = PeerCodec.FrameLength(_buffer.AsSpan(start, _length - start))) > 0 && next <= _length - start)
        {
            receiver.Receive(from, _buffer.AsMemory(start, next), _scratch);
            start += next;
        }

        _length -= start;
        _buffer.AsSpan(start, _length).CopyTo(_buffer);
        return next;
    }

    private void MakeRoom(int frameLength)
    {
        int wanted = Math.Max(frameLength, InitialCapacity);
        if (wanted > _buffer.Length || (_buffer.Length > KeptCapacity && wanted < KeptCapacity))
        {
            Array.Resize(ref _buffer, Math.Max(wanted, _length + InitialCapacity));
        }
    }
}
