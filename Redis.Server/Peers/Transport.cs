using System.Net;
using System.Net.Sockets;

namespace Redis.Server.Peers;

/// <summary>A connected byte stream: a plain socket, or TLS over one. One receiver and one sender at a time.</summary>
internal abstract class Transport
{
    public abstract EndPoint? Remote { get; }

    public abstract EndPoint? Local { get; }

    /// <summary>The operating system's number of the socket.</summary>
    public abstract long Handle { get; }

    /// <summary>Whether nobody on the way can read or change what goes over it.</summary>
    public virtual bool IsEncrypted => false;

    /// <summary>Whether the other side showed a certificate of a trusted authority.</summary>
    public virtual bool ShowedCertificate => false;

    /// <summary>Waits for bytes; 0 when the other side closed. Throws <see cref="IOException"/> or <see cref="SocketException"/> on failure.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends all of the bytes.</summary>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Lets the connection end when the other side's machine has acknowledged nothing for so long. Otherwise the end of a
    /// silent network is noticed only by a repetition, and those come ever more rarely.
    /// </summary>
    public virtual void LimitSilence(TimeSpan limit)
    {
    }

    /// <summary>
    /// Ends the conversation both ways: the other side reads the end behind what was sent, and so does who receives here and
    /// then closes. Closing while a receive is pending would reset the connection instead. Any thread, more than once.
    /// </summary>
    public abstract void Shutdown();

    /// <summary>Ends the connection at once; pending calls fail. May be called more than once and from any thread.</summary>
    public abstract void Close();
}

/// <summary>A plain TCP or Unix socket.</summary>
internal sealed class SocketTransport(Socket socket) : Transport
{
    public override EndPoint? Remote { get; } = Attempt(() => socket.RemoteEndPoint);

    public override EndPoint? Local { get; } = Attempt(() => socket.LocalEndPoint);

    public override long Handle { get; } = socket.SafeHandle.DangerousGetHandle();

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, SocketFlags.None);

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int sent = await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false);
            bytes = bytes[sent..];
        }
    }

    public override void LimitSilence(TimeSpan limit) => LimitSilence(socket, limit);

    /// <inheritdoc cref="Transport.LimitSilence"/>
    public static void LimitSilence(Socket socket, TimeSpan limit)
    {
        const int protocolTcp = 6;
        const int userTimeout = 18; // TCP_USER_TIMEOUT, tcp(7)
        if (OperatingSystem.IsLinux() && socket.AddressFamily != AddressFamily.Unix)
        {
            socket.SetRawSocketOption(protocolTcp, userTimeout, BitConverter.GetBytes((int)limit.TotalMilliseconds));
        }
    }

    public override void Shutdown() => Shutdown(socket);

    /// <inheritdoc cref="Transport.Shutdown"/>
    public static void Shutdown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The other side or somebody here was quicker.
        }
    }

    public override void Close() => socket.Dispose();

    private static EndPoint? Attempt(Func<EndPoint?> get)
    {
        try
        {
            return get();
        }
        catch (SocketException)
        {
            return null; // already closed by the other side
        }
    }
}
