using System.Buffers;
using System.Net.Sockets;

namespace Redis.Server.Peers;

/// <summary>Fills exactly the span it is given.</summary>
internal delegate void SpanWriter<TState>(Span<byte> destination, in TState state)
    where TState : allows ref struct;

/// <summary>
/// Bytes on their way out of one connection. Writers append at any time; one send is under way at a time and takes all
/// that gathered meanwhile, so a busy connection costs one system call a batch.
/// </summary>
internal sealed class SendQueue(Transport transport, Action<Exception> failed)
{
    private const int InitialCapacity = 4 * 1024;

    // What a slow receiver has taken of a large batch shows while it is sent, not only at its end.
    private const int LargestSend = 256 * 1024;

    // A burst's buffer is given back once it is drained, so that an idle connection stays small.
    private const int KeptCapacity = 256 * 1024;

    private readonly Lock _lock = new();
    private byte[] _filling = [];
    private byte[] _sending = [];
    private int _filled;
    private int _inTransit;
    private bool _busy;
    private bool _closed;
    private bool _endWhenSent;
    private TaskCompletionSource? _emptied;

    /// <summary>Bytes appended and not yet sent. Any thread.</summary>
    public int Waiting => Volatile.Read(ref _filled) + Volatile.Read(ref _inTransit);

    /// <summary>Memory of the buffers. Any thread.</summary>
    public int Capacity => Volatile.Read(ref _filling).Length + Volatile.Read(ref _sending).Length;

    /// <summary>Bytes sent since the start.</summary>
    public long BytesSent { get; private set; }

    /// <summary>Sends since the start.</summary>
    public long Sends { get; private set; }

    /// <summary>Whether nothing is accepted any more. Any thread.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Appends bytes; nothing is sent before <see cref="Flush"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                bytes.CopyTo(ReserveLocked(bytes.Length));
            }
        }
    }

    /// <summary>Appends what <paramref name="write"/> puts into <paramref name="length"/> reserved bytes.</summary>
    public void Append<TState>(int length, in TState state, SpanWriter<TState> write)
        where TState : allows ref struct
    {
        lock (_lock)
        {
            if (!_closed)
            {
                write(ReserveLocked(length), state);
            }
        }
    }

    /// <summary>Starts sending unless a send is under way, which will take these bytes too.</summary>
    public void Flush()
    {
        int count;
        lock (_lock)
        {
            if (_busy || _closed || _filled == 0)
            {
                return;
            }

            count = TakeLocked();
        }

        _ = PumpAsync(count);
    }

    /// <summary>Completes once nothing waits to be sent, or the connection has ended.</summary>
    public Task EmptiedAsync()
    {
        lock (_lock)
        {
            if (_closed || (!_busy && _filled == 0))
            {
                return Task.CompletedTask;
            }

            _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _emptied.Task;
        }
    }

    /// <summary>Shuts the connection down once everything queued so far is sent.</summary>
    public void ShutdownWhenSent()
    {
        bool isSent;
        lock (_lock)
        {
            _endWhenSent = true;
            isSent = !_busy && _filled == 0;
        }

        if (isSent)
        {
            transport.Shutdown();
        }
        else
        {
            Flush();
        }
    }

    /// <summary>Drops what is queued; nothing is accepted any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _filled = 0;
            _inTransit = 0;
            EmptiedLocked();
        }
    }

    private async Task PumpAsync(int count)
    {
        try
        {
            while (true)
            {
                for (int sent = 0; sent < count; sent += LargestSend)
                {
                    await transport.SendAsync(_sending.AsMemory(sent, Math.Min(LargestSend, count - sent))).ConfigureAwait(false);
                    Volatile.Write(ref _inTransit, Math.Max(0, count - sent - LargestSend));
                }

                bool end;
                lock (_lock)
                {
                    BytesSent += count;
                    Sends++;
                    if (_sending.Length > KeptCapacity)
                    {
                        ArrayPool<byte>.Shared.Return(_sending);
                        _sending = [];
                    }

                    _busy = _filled > 0;
                    end = _endWhenSent && !_busy;
                    if (_busy)
                    {
                        count = TakeLocked();
                        continue;
                    }

                    EmptiedLocked();
                }

                if (end)
                {
                    transport.Shutdown();
                }

                return;
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Close();
            failed(exception);
        }
    }

    private void EmptiedLocked()
    {
        _emptied?.SetResult();
        _emptied = null;
    }

    private int TakeLocked()
    {
        (_filling, _sending) = (_sending, _filling);
        int count = _filled;
        _inTransit = count;
        _filled = 0;
        _busy = true;
        return count;
    }

    private Span<byte> ReserveLocked(int length)
    {
        int needed = checked(_filled + length);
        if (needed > _filling.Length)
        {
            long doubled = Math.Min(Array.MaxLength, Math.Max(InitialCapacity, _filling.Length * 2L));
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, doubled));
            _filling.AsSpan(0, _filled).CopyTo(larger);
            if (_filling.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_filling);
            }

            _filling = larger;
        }

        Span<byte> reserved = _filling.AsSpan(_filled, length);
        _filled = needed;
        return reserved;
    }
}
