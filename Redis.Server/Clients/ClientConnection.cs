using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.PubSub;
using Redis.Server.Replication;
using Redis.Server.Security;

namespace Redis.Server.Clients;

/// <summary>
/// One client: receives bytes, stages the requests in them, hands them to consensus in one go, and goes on while the
/// replies come back in their order.
/// </summary>
internal sealed class ClientConnection : RequestStream, ISubscriber
{
    /// <summary>
    /// Beyond so many requests under way a client that only sends must wait until it is answered. With one more batch they are what
    /// a ring of 8192 holds.
    /// </summary>
    public const int MaxInFlight = 7 * 1024;

    private const int InitialCapacity = 4 * 1024;
    private const int KeptCapacity = 64 * 1024;
    private const int MaxStaged = 1024;
    private const int MaxReadAhead = 1024 * 1024;

    // The objects of an idle connection, roughly.
    private const int BaseBytes = 2 * 1024;

    // Beyond so many bytes of requests under way it waits as well.
    private const long MaxInFlightBytes = 64 * 1024 * 1024;

    // And beyond these until they got out.
    private const int MaxWaitingReplies = 32 * 1024 * 1024;

    // How long a client whose user was deleted may take to read its last replies.
    private static readonly TimeSpan GraceForReplies = TimeSpan.FromSeconds(1);

    private readonly ClientServices _services;
    private readonly Transport _transport;
    private readonly Gate _gate;
    private readonly RequestParser _parser = new();
    private readonly List<StagedRequest> _staged = [];
    private readonly OutputSlowness _slowness = new();
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialCapacity);
    private int _start;
    private int _end;
    private long _bytesIn;
    private long _bytesTaken;
    private long _bytesAnswered;
    private long _reads;
    private volatile TaskCompletionSource? _drained;
    private Task<int>? _receiving;
    private bool _waitForTurn;
    private volatile bool _isHeldBack;
    private bool _closing;
    private ReadOnlyMemory<byte> _running;
    private PeerIntroduction? _peer;
    private RespWriter? _ownLines;

    public ClientConnection(ClientServices services, Transport transport, ClientSession session)
    {
        _services = services;
        _transport = transport;
        Session = session;
        Output = new SendQueue(transport, _ => transport.Shutdown());
        _gate = new Gate(services, this);
        _parser.MaxBulkLength = services.Options.ProtoMaxBulkLength;
    }

    public ClientSession Session { get; }

    public ClientServices Services => _services;

    public override string Address => Session.Address;

    public override string Name => Session.Name;

    /// <summary>Whether the client is on this machine.</summary>
    public bool IsLocal => _transport.Remote is not IPEndPoint { Address: { } address } || IPAddress.IsLoopback(address);

    /// <summary>What the connection itself proves of the other side.</summary>
    public (bool IsEncrypted, bool ShowedCertificate) Proof => (_transport.IsEncrypted, _transport.ShowedCertificate);

    /// <summary>Commands queued by MULTI.</summary>
    public TransactionQueue Transaction { get; } = new();

    /// <summary>What it has subscribed to.</summary>
    public Subscriptions Subscriptions { get; } = new();

    /// <summary>Whether it sees what others ask (MONITOR). Changed on the application's turn.</summary>
    public bool IsMonitor { get; set; }

    /// <summary>Whether it belongs to a class of CLIENT LIST TYPE and KILL TYPE, in lower case: monitors count as normal.</summary>
    public bool IsOfType(string type) => type == (Subscriptions.Total > 0 ? "pubsub" : "normal");

    /// <summary>Whether its next request waits for the end of CLIENT PAUSE. Any thread.</summary>
    public bool IsHeldBack => _isHeldBack;

    /// <summary>Whether silence of this client says that nobody is there (timeout).</summary>
    public bool MayTimeOut => InFlight == 0 && Subscriptions.Total == 0 && !IsMonitor && !IsHeldBack && _peer is null;

    /// <summary>A RESP2 client with subscriptions: messages would be taken for replies, so it may ask for next to nothing.</summary>
    public bool IsInSubscribedMode => Subscriptions.Total > 0 && ProtocolVersion == 2;

    public override SendQueue Output { get; }

    /// <summary>The descriptor of its socket.</summary>
    public long Handle => _transport.Handle;

    /// <summary>What went over this connection.</summary>
    public Traffic Traffic => new(Volatile.Read(ref _bytesIn), Output.BytesSent, Volatile.Read(ref _reads), Output.Sends);

    public override string UserName => Session.User.Name;

    /// <summary>Bytes received and not yet run, and the room left behind them.</summary>
    public (int Used, int Free) QueryBuffer => (_end - _start + _running.Length, Math.Max(0, _buffer.Length - (_end - _start) - _running.Length));

    /// <summary>Bytes of the arguments of the command that it runs at the moment; 0 when there is none.</summary>
    public int ArgumentBytes { get; private set; }

    /// <summary>What it takes of this node's memory (CLIENT LIST tot-mem, maxmemory-clients).</summary>
    public long MemoryBytes => BaseBytes + _buffer.Length + Output.Capacity + Transaction.Bytes + ArgumentBytes + Subscriptions.Bytes + (Tracking?.PrefixBytes ?? 0);

    /// <summary>Serves the client until either side ends the connection.</summary>
    public async Task RunAsync()
    {
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // Gone: nobody is left to be told.
        }
        catch (Exception exception)
        {
            _services.Logger.LogError(exception, "Closing client {Id} at {Address}", Session.Id, Session.Address);
        }
        finally
        {
            IsMuted |= !_closing;
            _services.Clients.Remove(this);
            End();
            Unwatch();
            await CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Only here, where nothing is received any more: until then the connection is only shut down, and its end is an orderly one.</summary>
    private async ValueTask CloseAsync()
    {
        if (_closing)
        {
            await Output.EmptiedAsync().ConfigureAwait(false);
        }

        _transport.Close();
    }

    /// <summary>Ends the connection at once (CLIENT KILL, output limits, time-out): from here on nobody finds it.</summary>
    public void Kill()
    {
        _services.Clients.Remove(this);
        Output.Close();
        _transport.Shutdown();
    }

    /// <summary>The client's user was deleted: it is nobody from here on, and its connection ends with the replies it has. Application's turn.</summary>
    public void LoseUser()
    {
        Session.User = _services.Users.Default;
        Session.IsAuthenticated = false;
        _services.Clients.Remove(this);
        Output.ShutdownWhenSent();
        _ = Task.Delay(GraceForReplies).ContinueWith(_ => Kill(), TaskScheduler.Default);
    }

    /// <summary>Answers everything asked so far, then this, then ends the connection (QUIT, protocol errors).</summary>
    public void StageClose(ReadOnlyMemory<byte> reply)
    {
        _staged.Add(new StagedRequest(RequestKind.Reply, null, reply));
        _closing = true;
    }

    /// <summary>Ends the connection with whatever it sent: nothing more of it is read, and no reply gets out.</summary>
    public void Abandon()
    {
        StageClose(default);
        Kill();
    }

    /// <summary>The command whose turn it is ends this connection, after its reply.</summary>
    public void CloseAfterReply() => _closing = true;

    /// <summary>The requests behind this one wait until it is answered: it may change what they mean.</summary>
    public void WaitForTurn() => _waitForTurn = true;

    /// <summary>The handshake of another node: from here on this is no client.</summary>
    public void BecomePeer(PeerIntroduction introduction) => _peer = introduction;

    public void Stage(RequestKind kind, Command? command, ReadOnlyMemory<byte> bytes) => _staged.Add(new StagedRequest(kind, command, bytes));

    /// <summary>As <see cref="Stage"/>, of a request that ends what the client watches.</summary>
    public void StageEndOfWatch(RequestKind kind, Command? command, ReadOnlyMemory<byte> bytes)
    {
        _staged.Add(new StagedRequest(kind, command, bytes, Watches));
        Watches = null;
    }

    public override bool ExecuteLocal(in InFlightRequest request, RespWriter reply)
    {
        RequestParser parser = _services.LocalParser;
        ReadOnlySpan<byte> frame = request.Bytes.Span;
        parser.Parse(frame, out _);
        CommandArgs args = parser.Args(frame);
        bool wasCachingGiven = Tracking is { IsCachingGiven: true };
        long started = _services.Meter.Start();
        _running = request.Bytes;
        ArgumentBytes = args.TotalLength;
        bool isAnswered = RunLocal(request.Command!, args, reply);
        _running = default;
        ArgumentBytes = 0;
        if (reply.ErrorCount == 0 && reply.Written is [(byte)'-', .. ReadOnlySpan<byte> ready])
        {
            _services.Meter.Statistics.CountError(ready);
        }

        _services.Meter.Ran(request.Command!, args, started, reply.ErrorCount > 0 || reply.Written is [(byte)'-', ..], this);
        if (wasCachingGiven && request.Command!.Container?.Name != "client")
        {
            Tracking?.IsCachingGiven = false; // it was for this command
        }

        return isAnswered;
    }

    /// <summary>Runs a command on this node alone: one that concerns it, or a data command past the log (raft.ignored-commands).</summary>
    public bool RunLocal(Command command, CommandArgs args, RespWriter reply)
    {
        if (command is LocalCommand local)
        {
            return local.Run(this, args, reply);
        }

        _services.Host.Application.RunLocally(command, args);
        return true;
    }

    public override bool ExecuteInTransaction(Command command, CommandArgs args, RespWriter reply) =>
        ((LocalCommand)command).InTransaction(this, args, reply);

    public override void Denied(AclReason reason, string what) =>
        _services.AclLog.Add(new AclLogEntry(reason, AclContext.Lua, what, Session.User.Name, Local.ClientDescription.AtItsTurn(this)));

    public override void Answered()
    {
        if (_ownLines is { Length: > 0 } lines)
        {
            _services.Host.Application.Push(this, lines.Written);
            lines.Clear();
        }

        if (Transaction.UnderWay.Count >= 0 && InFlight == 0)
        {
            Transaction.Arrive(); // nothing is behind an EXEC
        }

        if (_drained is { } drained && InFlight == 0)
        {
            drained.TrySetResult();
        }

        KillIfTooSlow();
    }

    public void Push(ReadOnlySpan<byte> message)
    {
        if (IsMonitor && message is [(byte)'+', ..] && _services.Host.Application.IsAnswering(this))
        {
            (_ownLines ??= new RespWriter()).Raw(message); // what a monitor does itself is shown behind its reply, as by Redis
            return;
        }

        _services.Host.Application.Push(this, message);
        KillIfTooSlow();
    }

    public void Dismiss() => Output.ShutdownWhenSent();

    /// <summary>Nothing will be pushed to this client any more. Application's turn only.</summary>
    public void EndPushes()
    {
        _services.Channels.UnsubscribeAll(this);
        _services.Meter.Monitors.Remove(this);
        IsMonitor = false;
        EndTracking();
    }

    /// <summary>CLIENT TRACKING OFF. Application's turn only.</summary>
    public void EndTracking()
    {
        if (Tracking is { } session)
        {
            _services.Invalidations.Disable(session);
            Tracking = null;
        }
    }

    /// <summary>Ends a connection whose output waits for the client beyond client-output-buffer-limit.</summary>
    public void KillIfTooSlow()
    {
        OutputBufferLimits limits = _services.Options.OutputBufferLimits;
        if (_slowness.Exceeds(Subscriptions.Total > 0 ? limits.PubSub : limits.Normal, Output.Waiting) && !Output.IsClosed)
        {
            _services.Logger.LogWarning("Client {Id} at {Address} closed: its output exceeds client-output-buffer-limit", Session.Id, Session.Address);
            Kill();
        }
    }

    /// <summary>The client sends no more. It may still read what it asked for, but no command of it waits any longer.</summary>
    private void End()
    {
        HasEnded = true;
        if (InFlight > 0 || Subscriptions.Total > 0 || IsMonitor || Tracking is not null)
        {
            _services.Host.Application.Post(() =>
            {
                EndPushes();
                _services.Host.Application.Unblock(this, UnblockReason.Disconnected);
            });
        }

        _services.Host.Proxy.Tell(this, ProxyNote.End);
    }

    private void Unwatch()
    {
        if (Watches is { } watches)
        {
            _services.Host.Application.Post(() => _services.Host.Application.Unwatch(watches));
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            bool stagedAll = StageRequests();
            if (_staged.Count > 0)
            {
                Submit();
            }

            if (_closing || _peer is not null)
            {
                await DrainedAsync().ConfigureAwait(false);
            }
            else if (_waitForTurn || InFlight > MaxInFlight || _bytesTaken - _bytesAnswered > MaxInFlightBytes)
            {
                await ReceiveUntilAsync(DrainedAsync()).ConfigureAwait(false);
                _waitForTurn = false;
                _bytesAnswered = _bytesTaken;
                stagedAll = false; // what came meanwhile may be complete, and the last that the client sends
                _end = HasLeftWaiting ? _start : _end;
            }

            if (_isHeldBack)
            {
                await PausedAsync().ConfigureAwait(false);
            }

            if (_closing)
            {
                Output.ShutdownWhenSent();
                return;
            }

            if (_peer is { } peer)
            {
                _services.Clients.Remove(this);
                await peer.RunAsync(_transport, RestAsync()).ConfigureAwait(false);
                return;
            }

            if (Output.Waiting > MaxWaitingReplies)
            {
                await Output.EmptiedAsync().ConfigureAwait(false);
            }

            if (_services.Host.RoomAsync() is { IsCompleted: false } room)
            {
                await room.ConfigureAwait(false);
            }

            if (stagedAll && (HasEnded || !Take(await ReceiveAsync().ConfigureAwait(false))))
            {
                End();
                _closing = true;
            }
        }
    }

    /// <summary>What came behind the handshake of a peer, and what a read that is under way will bring: no other may begin before that.</summary>
    private async Task<ReadOnlyMemory<byte>> RestAsync()
    {
        if (_receiving is not null)
        {
            Take(await ReceiveAsync().ConfigureAwait(false));
        }

        return _buffer.AsMemory(_start, _end - _start);
    }

    /// <summary>Parses what lies in the buffer; false when something complete may be left in it.</summary>
    private bool StageRequests()
    {
        _parser.IsAuthenticated = Session.IsAuthenticated || _services.Users.LetsAnyoneIn;
        while (_staged.Count < MaxStaged)
        {
            ReadOnlyMemory<byte> input = _buffer.AsMemory(_start, _end - _start);
            ParseStatus status = _parser.Parse(input.Span, out int consumed);
            if (status == ParseStatus.Incomplete)
            {
                if (input.Length > _services.Options.ClientQueryBufferLimit)
                {
                    _services.Logger.LogWarning("Client {Id} at {Address} closed: its request exceeds client-query-buffer-limit", Session.Id, Session.Address);
                    Kill();
                }

                return true;
            }

            if (status == ParseStatus.Error)
            {
                StageClose(Encoding.Latin1.GetBytes($"-{_parser.Error}\r\n"));
                return true;
            }

            if (_services.Pause.Kind != PauseKind.None && _parser.Count > 0
                && _gate.IsHeldBack(_parser.Args(_parser.Frame(input.Span, consumed))))
            {
                _isHeldBack = true;
                return false;
            }

            _start += consumed;
            _bytesTaken += consumed;
            if (_parser.Count > 0)
            {
                // An inline command is not an array: the log gets the array it stands for.
                ReadOnlyMemory<byte> frame = _parser.WasInline ? _parser.Frame(input.Span, consumed).ToArray() : input[..consumed];
                _gate.Stage(_parser.Args(frame.Span), frame);
                if (_closing || _waitForTurn || _peer is not null)
                {
                    return false;
                }
            }
        }

        return false;
    }

    private void Submit()
    {
        _services.Host.Consensus.Submit(this, CollectionsMarshal.AsSpan(_staged));
        _staged.Clear();
    }

    /// <summary>Waits for bytes. Not async: that would be an object a request.</summary>
    private ValueTask<int> ReceiveAsync()
    {
        if (_receiving is { } begun)
        {
            _receiving = null;
            return new ValueTask<int>(begun);
        }

        MakeRoom();
        return _transport.ReceiveAsync(_buffer.AsMemory(_end));
    }

    /// <summary>Counts what came: whether the client sends on.</summary>
    private bool Take(int received)
    {
        Session.LastActiveAt = Environment.TickCount64;
        _end += received;
        _bytesIn += received;
        _reads++;
        return received > 0;
    }

    /// <summary>Waits for the end of CLIENT PAUSE; who leaves meanwhile is not answered.</summary>
    private async ValueTask PausedAsync()
    {
        _services.Pause.Count(1);
        try
        {
            await ReceiveUntilAsync(_services.Pause.EndAsync()).ConfigureAwait(false);
        }
        finally
        {
            _services.Pause.Count(-1);
            _isHeldBack = false;
        }
    }

    /// <summary>
    /// Waits, until everything asked is answered or until a pause ends. It goes on receiving meanwhile: a command may wait
    /// for ever, and its client's end must be noticed.
    /// </summary>
    private async ValueTask ReceiveUntilAsync(Task ended)
    {
        while (!ended.IsCompleted)
        {
            if (!HasEnded && _receiving is null && _end - _start < MaxReadAhead)
            {
                MakeRoom();
                _receiving = _transport.ReceiveAsync(_buffer.AsMemory(_end)).AsTask();
            }

            if (_receiving is null || await Task.WhenAny(ended, _receiving).ConfigureAwait(false) == ended)
            {
                await ended.ConfigureAwait(false);
            }
            else if (!Take(await ReceiveAsync().ConfigureAwait(false)))
            {
                End();
            }
        }
    }

    private void MakeRoom()
    {
        int length = _end - _start;
        if (length == 0)
        {
            _start = _end = 0;
            ShrinkIfGrown();
        }

        int wanted = Math.Max(length + 1, Math.Min(_parser.Needed, Array.MaxLength));
        if (wanted <= _buffer.Length - _start && _end < _buffer.Length)
        {
            return;
        }

        if (wanted > _buffer.Length || length > _buffer.Length / 2)
        {
            long capacity = Math.Min(Array.MaxLength, Math.Max(wanted, length * 2L));
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(capacity, InitialCapacity));
            _buffer.AsSpan(_start, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, length).CopyTo(_buffer);
        }

        _start = 0;
        _end = length;
    }

    private void ShrinkIfGrown()
    {
        if (_buffer.Length > KeptCapacity)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(InitialCapacity);
        }
    }

    private Task DrainedAsync()
    {
        if (InFlight == 0)
        {
            return Task.CompletedTask;
        }

        TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _drained = drained;
        Interlocked.MemoryBarrier(); // the application looks at the field after it counted its last answer
        if (InFlight == 0)
        {
            drained.TrySetResult();
        }

        return drained.Task;
    }
}
