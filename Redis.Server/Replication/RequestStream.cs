using System.Buffers;
using System.Runtime.CompilerServices;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Diagnostics;
using Redis.Server.Keyspace;
using Redis.Server.Peers;
using Redis.Server.Protocol;
using Redis.Server.Security;
using Redis.Server.Tracking;

namespace Redis.Server.Replication;

/// <summary>
/// The requests of one client that are under way, in order, and the way back for their replies. A pipelined connection
/// has many in flight; each is answered when its turn has come and what it needs is there.
/// </summary>
/// <remarks>One network thread adds, the application takes; nobody else touches the queue.</remarks>
internal abstract class RequestStream : IClientIdentity, IDenialWitness
{
    // Of a power of two, as the pool's arrays are. A burst's ring goes back to the pool: deep pipelines fill and drain again and again.
    private const int InitialCapacity = 4;
    private const int KeptCapacity = 1024;

    private readonly Lock _lock = new();
    private InFlightRequest[] _ring = new InFlightRequest[InitialCapacity];
    private int _head;
    private int _count;
    private long _added;
    private long _taken;
    private volatile bool _hasEnded;
    private volatile bool _hasLeftWaiting;
    private volatile StrongBox<EntryId>? _awaited;

    public abstract string Address { get; }

    public abstract string Name { get; }

    public bool WritesLowerCase { get; set; }

    /// <summary>Where replies go.</summary>
    public abstract SendQueue Output { get; }

    /// <summary>RESP version of the client (HELLO). Set on the application's turn only.</summary>
    public int ProtocolVersion { get; set; } = 2;

    /// <summary>CLIENT NO-TOUCH. Application only.</summary>
    public bool LeavesAccessTimes { get; set; }

    /// <summary>The client is gone.</summary>
    public bool IsMuted { get; set; }

    /// <summary>CLIENT REPLY. Application only.</summary>
    public ReplyMode ReplyMode { get; set; }

    /// <summary>Whether the reply to the request whose turn it is goes nowhere. Application only.</summary>
    public bool WantsNoReply => IsMuted || ReplyMode >= ReplyMode.Skip;

    /// <summary>CLIENT TRACKING; null while it is off. Application only.</summary>
    public TrackingSession? Tracking { get; set; }

    /// <summary>The client sends no more: a command of it that would wait gives up at once. Any thread.</summary>
    public bool HasEnded
    {
        get => _hasEnded;
        protected set => _hasEnded = value;
    }

    /// <summary>The entry whose command waits inside the state machine for this client; null: none does. Set by the application, read by any thread.</summary>
    public EntryId? Awaited
    {
        get => _awaited?.Value;
        set => _awaited = value is { } entry ? new StrongBox<EntryId>(entry) : null;
    }

    /// <summary>The client left while a command of it waited: what it asked for behind that is nobody's wish any more. Any thread.</summary>
    public bool HasLeftWaiting
    {
        get => _hasLeftWaiting;
        set => _hasLeftWaiting = value;
    }

    /// <summary>
    /// What the client watches. Whoever stages its requests makes it before a WATCH, lets nothing follow until that is
    /// answered, and gives it away with the EXEC, DISCARD or UNWATCH that ends it; the application fills it.
    /// </summary>
    public WatchSet? Watches { get; set; }

    /// <summary>
    /// What this node answers itself of the EXEC under way, should that be passed on to the leader; null: nothing. Set by
    /// whoever stages the EXEC, behind which nothing follows until it is answered.
    /// </summary>
    public LocalParts? LocalParts { get; set; }

    /// <summary>Reads up to this number were released. Application only.</summary>
    public long ReleasedReads { get; set; }

    /// <summary>Whether the application will flush this stream at the end of its batch. Application only.</summary>
    public bool IsFlushPending { get; set; }

    /// <summary>READONLY: the client takes reads from a node that does not lead. Changed on the application's turn, while nothing else is under way.</summary>
    public bool TakesFollowerReads { get; set; }

    /// <summary>Requests added so far; names the last one.</summary>
    public long Added => Volatile.Read(ref _added);

    /// <summary>Requests answered so far.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Requests under way.</summary>
    public int InFlight => (int)(Added - Taken);

    /// <summary>Runs a local command whose turn has come and writes its reply, or defers it (then answers false).</summary>
    public abstract bool ExecuteLocal(in InFlightRequest request, RespWriter reply);

    /// <summary>Runs a local command that was queued by MULTI; only the client's own node does. False: it cannot be run now.</summary>
    public abstract bool ExecuteInTransaction(Command command, CommandArgs args, RespWriter reply);

    /// <summary>As whom the client is authenticated.</summary>
    public virtual string UserName => "default";

    /// <summary>Whether the client is connected to another node, which passes its requests on.</summary>
    public virtual bool IsProxied => false;

    /// <summary>Sends the reply to the request whose turn it is. Application only.</summary>
    public virtual void Respond(ReadOnlySpan<byte> reply) => Output.Append(reply);

    public virtual void Denied(AclReason reason, string what)
    {
    }

    /// <summary>Called on the application's turn when a request was answered.</summary>
    public virtual void Answered()
    {
    }

    public void Add(in InFlightRequest request)
    {
        lock (_lock)
        {
            if (_count == _ring.Length)
            {
                Resize(_count * 2);
            }

            _ring[(_head + _count) & (_ring.Length - 1)] = request;
            _count++;
            _added++;
        }
    }

    /// <summary>The request whose turn it is. Application only.</summary>
    public bool TryPeek(out InFlightRequest request)
    {
        lock (_lock)
        {
            request = _count > 0 ? _ring[_head] : default;
            return _count > 0;
        }
    }

    /// <summary>The request whose turn it is was answered; what it watched until now. Application only.</summary>
    public WatchSet? Take()
    {
        lock (_lock)
        {
            WatchSet? watches = _ring[_head].Watches;
            ReplyMode = ReplyMode switch
            {
                ReplyMode.SkipNext => ReplyMode.Skip,
                ReplyMode.Skip => ReplyMode.On,
                _ => ReplyMode,
            };
            _ring[_head] = default;
            _head = (_head + 1) & (_ring.Length - 1);
            _count--;
            _taken++;
            if (_count == 0 && _ring.Length > KeptCapacity)
            {
                Resize(InitialCapacity);
            }

            return watches;
        }
    }

    /// <summary>The request whose turn it is will be answered later. Application only.</summary>
    public void DeferHead()
    {
        lock (_lock)
        {
            _ring[_head].Kind = RequestKind.Deferred;
            _ring[_head].Bytes = default;
        }
    }

    /// <summary>A proxied request has its reply, and waits for its turn only. Nothing happens when it was answered before. Application only.</summary>
    public void Resolve(long number, ReadOnlyMemory<byte> reply)
    {
        lock (_lock)
        {
            long ahead = number - _taken - 1;
            if (ahead < 0 || ahead >= _count)
            {
                return;
            }

            ref InFlightRequest request = ref _ring[(_head + (int)ahead) & (_ring.Length - 1)];
            if (request.Kind == RequestKind.Proxied)
            {
                HasLeftWaiting |= HasEnded && request.Command is { } command && command.Has(CommandFlags.Blocking) && IsNothing(reply.Span);
                request.Kind = request.Command is null && LocalParts is not null ? RequestKind.ProxiedExec : RequestKind.Reply; // EXEC has no row
                request.Bytes = reply;
            }
        }
    }

    /// <summary>A blocking command answers so when it waited for nothing, and when its client left.</summary>
    private static bool IsNothing(ReadOnlySpan<byte> reply) => reply.SequenceEqual("*-1\r\n"u8) || reply.SequenceEqual("_\r\n"u8);

    private void Resize(int capacity)
    {
        InFlightRequest[] ring = capacity > KeptCapacity ? ArrayPool<InFlightRequest>.Shared.Rent(capacity) : new InFlightRequest[capacity];
        for (int i = 0; i < _count; i++)
        {
            ring[i] = _ring[(_head + i) & (_ring.Length - 1)];
        }

        if (_ring.Length > KeptCapacity)
        {
            ArrayPool<InFlightRequest>.Shared.Return(_ring, clearArray: _count > 0); // what was taken is cleared already
        }

        _ring = ring;
        _head = 0;
    }
}
